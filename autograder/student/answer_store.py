"""Answers that have passed, kept for later cells and notebooks: `use("softmax")`.

The folder is `.gradschool` beside the notebook, or what the environment variable GRADSCHOOL_HOME names.
"""

import ast
import json
import os
from pathlib import Path
from typing import Any

from autograder.spec import Exercise, catalogue
from autograder.untrusted.python import Unreadable, parsed, walked, written


def folder() -> Path:
    return Path(os.environ.get("GRADSCHOOL_HOME") or ".gradschool")


def remember(exercise: Exercise, answer: Any, cells: list[str]) -> None:
    """Keep the source of an answer that passed, with the notebook's imports and what else of it the answer uses."""
    _passed[exercise.id] = answer
    source = source_of(exercise.answer, cells)
    if not source:
        return
    try:
        folder().mkdir(parents=True, exist_ok=True)
        target = folder() / f"{exercise.id}.json"
        partial = target.with_suffix(f".{os.getpid()}.tmp")
        partial.write_text(json.dumps({"exercise": exercise.id, "answer": exercise.answer, "source": source}, indent=1))
        partial.replace(target)  # whole or not at all
    except OSError:
        pass  # a read-only folder costs the memory of the answer, not the check


_passed: dict[str, Any] = {}  # answers that passed in this session


def use(exercise_id: str) -> Any:
    """The reader's own answer if it has passed its check, else the reference. Prints which of the two it is.

    Raises `catalogue.UnknownExercise` for an id that no exercise has.
    """
    exercise = catalogue.find(exercise_id)
    if exercise_id in _passed:
        print(f"{exercise_id}: yours")
        return _passed[exercise_id]
    try:
        kept = json.loads((folder() / f"{exercise_id}.json").read_text())
        scope: dict[str, Any] = {"__name__": "kept"}
        exec(
            compile(kept["source"], f"<your {exercise_id}>", "exec"), scope
        )  # the reader's own code, in their own kernel
        answer = scope[kept["answer"]]
    except FileNotFoundError:
        print(f"{exercise_id}: the reference (yours has not passed its check yet)")
        return exercise.reference
    except Exception as problem:
        print(f"{exercise_id}: the reference (your saved answer cannot be loaded: {type(problem).__name__})")
        return exercise.reference
    print(f"{exercise_id}: yours, from an earlier notebook")
    return answer


def source_of(name: str, cells: list[str]) -> str:
    """The definition of a name and of the top-level names it needs, in order, with the imports that they use.

    "" where there is none, or none that can be written out again.
    """
    imports: list[ast.Import | ast.ImportFrom] = []
    defined: dict[str, ast.stmt] = {}
    for cell in cells:
        try:
            body = parsed(cell).body
        except Unreadable:
            continue
        for node in body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                imports.append(node)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                node.decorator_list = []
                defined[node.name] = node
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = [n.id for target in targets for n in walked(target) if isinstance(n, ast.Name)]
                defined |= dict.fromkeys(names, node)
    needed: dict[str, ast.stmt] = {}
    waiting = [name]
    followed = set[int]()  # many names may have one value
    while waiting:
        wanted = waiting.pop()
        if wanted in defined and wanted not in needed:
            needed[wanted] = node = defined[wanted]
            if id(node) not in followed:
                followed.add(id(node))
                waiting += [n.id for n in walked(node) if isinstance(n, ast.Name)]
    if name not in needed:
        return ""
    wanted_nodes = {id(node): node for node in needed.values()}
    try:
        ordered = dict.fromkeys(written(node) for node in dict.fromkeys(defined.values()) if id(node) in wanted_nodes)
    except Unreadable:  # nested too deep to be written out again
        return ""
    used = {n.id for n in walked(*wanted_nodes.values()) if isinstance(n, ast.Name)}
    needs = [ast.unparse(node) for node in imports if {(a.asname or a.name).split(".")[0] for a in node.names} & used]
    return "\n".join([*dict.fromkeys(needs), *ordered]) + "\n"
