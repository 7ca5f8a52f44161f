"""Answers of a spec as the source of an answer cell."""

import ast
import inspect
import sys
from typing import Any

from autograder.spec import Answer, Exercise
from autograder.student.answer_store import source_of


def written_out(answer: Answer) -> bool:
    """Whether `answer` is a function or class of a spec, not one that a family of mistakes has made."""
    return str(getattr(answer, "__qualname__", "<")).isidentifier()


def as_cell(exercise: Exercise, answer: Answer) -> str:
    """Source that defines `answer`, a function or class written out in a spec, under the name that is asked for."""
    module = sys.modules[answer.__module__]
    source = source_of(answer.__name__, [inspect.getsource(module)])
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == answer.__name__:
            node.name = exercise.answer
        elif isinstance(node, ast.Name) and node.id == answer.__name__:
            node.id = exercise.answer
    return ast.unparse(tree)


def right(exercise: Exercise, which: int) -> str:
    """One of the alternatives."""
    return as_cell(exercise, _pick(list(exercise.alternatives.values()), which))


def wrong(exercise: Exercise, which: int) -> tuple[str, str]:
    """One of the misconceptions that are written out, and its name."""
    misconception = _pick([m for m in exercise.misconceptions if written_out(m.answer)], which)
    return as_cell(exercise, misconception.answer), misconception.name


def _pick(found: list[Any], which: int) -> Any:
    return found[which % len(found)]
