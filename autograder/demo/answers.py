"""Answers of a spec as the source of an answer cell."""

import ast
import inspect
import sys
from typing import Any

from autograder.demo.inlining import with_families
from autograder.spec import Answer, Exercise, catalogue
from autograder.spec.mistakes import Mistake
from autograder.student.written_out import source_of


class NoSource(LookupError):
    """An answer that a family of mistakes has made: it is written nowhere, and cannot stand in a cell."""


def as_cell(exercise: Exercise, answer: Answer) -> str:
    """Source that defines `answer`, a function or class of a spec, under the name that the task asks for.

    Raises:
        NoSource: no source defines it.
    """
    module = sys.modules[catalogue.entry(exercise.id).module]
    variant = _variant(exercise, answer, module)
    name = exercise.answer if variant else getattr(answer, "__name__", "")
    family, *spec = with_families(inspect.getsource(module) + variant)
    source = source_of(name, [family, *spec]) if variant or getattr(answer, "__module__", "") == module.__name__ else ""
    if not source or "mistake_Mistake(" in source:  # a family's own words came along: nothing a student writes
        raise NoSource(f"{exercise.id}: a wrong answer that a family made has no source of its own.")
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            node.name = exercise.answer
        elif isinstance(node, ast.Name) and node.id == name:
            node.id = exercise.answer
    return ast.unparse(tree)


def _variant(exercise: Exercise, answer: Answer, module: Any) -> str:
    """Source of an answer that is the right way with settings changed (`Exercise.variants`); "" if it is none."""
    title = next((m.title for m in exercise.misconceptions if m.answer is answer), None)
    makers: dict[str, str] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        match node:
            case ast.Assign([ast.Name(maker)], ast.Call(ast.Attribute(attr="variants"), [right])):
                makers[maker] = ast.unparse(right)
            case ast.Expr(ast.Call(ast.Name(maker), [said, *_], settings)) if maker in makers:
                mistake = eval(ast.unparse(said), vars(module))
                if title == (mistake.title if isinstance(mistake, Mistake) else mistake):
                    return _changed(exercise.answer, makers[maker], answer, settings)
    return ""


def _changed(name: str, right: str, answer: Answer, settings: list[ast.keyword]) -> str:
    if not isinstance(answer, type):
        given = ", ".join(map(ast.unparse, settings))
        return f"\ndef {name}(*arguments):\n    return {right}(*arguments, {given})\n"
    values = [(s.arg, ast.unparse(s.value), isinstance(vars(answer)[str(s.arg)], staticmethod)) for s in settings]
    lines = [f"    {key} = {f'staticmethod({value})' if static else value}\n" for key, value, static in values]
    return f"\nclass {name}({right}):\n{''.join(lines)}"


def right(exercise: Exercise, which: int) -> str:
    """One of the alternatives."""
    return as_cell(exercise, _pick(list(exercise.alternatives.values()), which))


def wrong(exercise: Exercise, which: int) -> tuple[str, str]:
    """One of the misconceptions that can stand in a cell, and its name."""
    cells = []
    for misconception in exercise.misconceptions:
        try:
            cells.append((as_cell(exercise, misconception.answer), misconception.name))
        except NoSource:
            continue
    if not cells:  # all of them made by families
        return f"def {exercise.answer}(*arguments, **settings):\n    return None", ""
    return _pick(cells, which)  # type: ignore[no-any-return]


def _pick(found: list[Any], which: int) -> Any:
    return found[which % len(found)]
