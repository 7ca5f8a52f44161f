"""Arguments that an answer never reads, though every right answer does."""

import ast
from collections.abc import Sequence

from autograder.checking.diagnosis.source import Definition, arguments, definition, definition_of, functions
from autograder.spec import Exercise

WHOLE_SCOPE = {"locals", "vars", "eval", "exec"}  # by these a name is read that is not spelled


def unused(exercise: Exercise, cells: Sequence[str]) -> list[tuple[str, str]]:
    """For each such argument how a title reads on from "Your `softmax` …", and a question that leads on."""
    answer = definition(exercise.answer, cells)
    if answer is None:
        return []
    needed = _needed(exercise)
    found = []
    for method, names in _unread(answer).items():
        for name, overwritten in names.items():
            if name in needed.get(method, set()):
                what = f"gives `{name}` another value before it reads it" if overwritten else f"never uses `{name}`"
                found.append((what, f"Where does `{name}` stand in the task, and what does it decide?"))
    return found


def _needed(exercise: Exercise) -> dict[str, set[str]]:
    """Arguments of the reference, by method, that no right answer known here does without."""
    if not callable(exercise.reference):
        return {}
    reference = definition_of(exercise.reference)
    if reference is None:
        return {}
    needed = {method: set(arguments(function)) for method, function in functions(reference).items()}
    for answer in (exercise.reference, *exercise.alternatives.values()):
        found = definition_of(answer)
        for method, names in _unread(found).items() if found is not None else ():
            needed[method] = needed.get(method, set()) - set(names)
    return needed


def _unread(found: Definition) -> dict[str, dict[str, bool]]:
    """By method, arguments that it never reads as they came: True where it gives them another value first."""
    return {method: _unread_in(function) for method, function in functions(found).items()}


def _unread_in(function: ast.FunctionDef) -> dict[str, bool]:
    names = [node for statement in function.body for node in ast.walk(statement) if isinstance(node, ast.Name)]
    if any(node.id in WHOLE_SCOPE for node in names):
        return {}
    read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    missing = {name: False for name in arguments(function) if name not in read}
    return missing | {name: True for name in arguments(function) if name in read and _overwritten(function, name)}


def _overwritten(function: ast.FunctionDef, name: str) -> bool:
    """Whether the first statement that speaks of it gives it a value and does not read it."""
    for statement in function.body:
        spoken = [node for node in ast.walk(statement) if isinstance(node, ast.Name) and node.id == name]
        if spoken:
            plain = isinstance(statement, ast.Assign) and all(isinstance(node.ctx, ast.Store) for node in spoken)
            return plain
    return False
