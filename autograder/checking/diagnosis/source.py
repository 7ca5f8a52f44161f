"""The student's own source of an answer, read and never run."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

from autograder.untrusted.python import Unreadable, flat

Definition = ast.FunctionDef | ast.ClassDef
LONGEST = 50_000  # characters of a cell: what is longer is no answer


def definition(name: str, cells: Sequence[str]) -> Definition | None:
    """The last definition of a name at the top of a cell; None if there is none that can be read."""
    for cell in reversed(cells):
        for statement in reversed(statements(cell)):
            if isinstance(statement, ast.FunctionDef | ast.ClassDef) and statement.name == name:
                return statement
    return None


def statements(cell: str) -> list[ast.stmt]:
    """The statements of a cell, without the lines that are IPython's; none where it is no Python, or nested too deeply.

    What is made of them walks them by recursion, and changes them again and again.
    """
    try:
        return flat(cell, LONGEST).body
    except Unreadable:
        return []


def definition_of(answer: Callable[..., Any] | type) -> Definition | None:
    """The definition of an answer of ours, from its file."""
    try:
        source = inspect.getsource(inspect.unwrap(answer))
        found = ast.parse(textwrap.dedent(source)).body[0]
    except (OSError, TypeError, SyntaxError, ValueError, IndexError):
        return None
    return found if isinstance(found, ast.FunctionDef | ast.ClassDef) else None


def functions(found: Definition) -> dict[str, ast.FunctionDef]:
    """The function itself under "", or the methods of a class by their names."""
    if isinstance(found, ast.FunctionDef):
        return {"": found}
    return {s.name: s for s in found.body if isinstance(s, ast.FunctionDef)}


def arguments(function: ast.FunctionDef) -> list[str]:
    """The names of its arguments, without those that a call never gives by themselves (`self`, `*args`)."""
    spelled = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return [a.arg for a in spelled if a.arg not in ("self", "cls") and not a.arg.startswith("_")]
