"""Running the source of a kept answer in names of its own."""

import __future__

import ast
import linecache
import sys
import types
from collections.abc import Sequence
from typing import Any

from autograder.spec.errors import Interrupted, TimeLimit


class NotLoaded(Exception):
    """The source does not give the answer; the message is the end of a sentence."""


def load(source: str, name: str, exercise_id: str) -> Any:
    """The answer that a kept source gives.

    Raises:
        NotLoaded: a statement fails, or none binds the name.
    """
    scope = _scope(exercise_id, source)
    try:
        for node in ast.parse(source).body:
            _run(node, scope)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        raise NotLoaded(f"it stops with {type(problem).__name__}: {problem}") from None
    except _Failed as failed:
        raise NotLoaded(f"it stops with {failed}") from None
    return _found(scope, name)


def load_what_runs(statements: Sequence[str], name: str, exercise_id: str) -> tuple[Any, str]:
    """The answer that statements give, and those of them that run: one that fails by itself had failed in its cell too.

    Raises:
        NotLoaded: those that run do not bind the name.
    """
    scope, kept, failures = _scope(exercise_id, "\n".join(statements)), list[str](), list[str]()
    for text in statements:
        try:
            for node in ast.parse(text).body:
                _run(node, scope)
            kept.append(text)
        except (_Failed, SyntaxError, ValueError, RecursionError, MemoryError) as problem:
            failures.append(str(problem))
    source = "\n".join(kept) + "\n"
    try:
        return _found(scope, name), source
    except NotLoaded:
        raise NotLoaded(f"run by itself it stops with {failures[-1]}" if failures else "no cell defines it") from None


class _Failed(Exception):
    """A statement of the student's raised something."""


def _scope(exercise_id: str, source: str) -> dict[str, Any]:
    """Names of a module of its own: what looks a class's module up, as dataclasses do, finds it."""
    module = types.ModuleType(f"your_{exercise_id}")
    module.__file__ = f"<your {exercise_id}>"
    sys.modules[module.__name__] = module
    linecache.cache[module.__file__] = (len(source), None, source.splitlines(keepends=True), module.__file__)
    return vars(module)


def _run(node: ast.stmt, scope: dict[str, Any]) -> None:
    flags = scope.get("__flags__", 0)
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        for alias in node.names:
            flags |= getattr(getattr(__future__, alias.name, None), "compiler_flag", 0)
        scope["__flags__"] = flags
    code = compile(ast.Module([node], []), scope["__file__"], "exec", flags=flags, dont_inherit=True)
    try:
        exec(code, scope)  # the reader's own code, in their own kernel
    except (Interrupted, TimeLimit):
        raise
    except BaseException as error:  # it may raise anything, SystemExit included
        raise _Failed(_said(error)) from None


def _said(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # of whatever an answer raises
        return type(error).__name__


def _found(scope: dict[str, Any], name: str) -> Any:
    if name not in scope:
        raise NotLoaded(f"no statement defines `{name}`")
    return scope[name]
