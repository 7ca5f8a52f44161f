"""The statements of a cell, with the names that each of them makes and needs. Read as text, never run."""

import ast
import hashlib
import symtable
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from autograder.untrusted.python import FAILS, Unreadable, is_deep, names_from_outside, parsed, walked, written

STAR = "*"  # what `from module import *` makes: any name
MOST_STATEMENTS = 5_000  # read of one cell
DEFINITIONS = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Import,
    ast.ImportFrom,
    ast.Assign,
    ast.AnnAssign,
)
MORE_OF_A_STUDENTS = (ast.AugAssign, ast.If, ast.Try, ast.With)
COURSE_CALLS = frozenset({"use", "check"})


@dataclass(frozen=True)
class Statement:
    """One statement at the top level of a cell.

    Attributes:
        source: the statement in Python's own layout; as it was written, where it is too deep to be laid out anew.
        key: what it has in common with others that differ in layout alone.
        makes: names that are there once it has run.
        needs: names that it takes from the notebook, also when what it defines is called.
        defines: it imports, defines or assigns, and does nothing else.
        may_define: the same, or it does so under a condition.
    """

    source: str
    key: str
    makes: frozenset[str]
    needs: frozenset[str]
    defines: bool
    may_define: bool


@lru_cache(maxsize=4096)
def statements(source: str) -> tuple[Statement, ...]:
    """All of a cell's statements in order; none where it cannot be read as Python."""
    try:
        body = parsed(source).body
    except Unreadable:
        return ()
    lines = source.encode("utf-8", "replace").splitlines(keepends=True) if len(body) <= MOST_STATEMENTS else []
    return tuple(_statement(node, lines) for node in body[:MOST_STATEMENTS])


def _statement(node: ast.stmt, lines: Sequence[bytes]) -> Statement:
    source, key = _spelled(node, lines)
    makes, needs = _names(node, source)
    if isinstance(node, ast.ImportFrom) and any(alias.name == STAR for alias in node.names):
        makes |= {STAR}
    from_the_course = isinstance(node, ast.Assign | ast.AnnAssign) and bool(_called(node.value) & COURSE_CALLS)
    defines = isinstance(node, DEFINITIONS) and not from_the_course
    may_define = (defines or isinstance(node, MORE_OF_A_STUDENTS)) and bool(makes)
    return Statement(source, key, frozenset(makes), frozenset(needs), defines, may_define)


def _spelled(node: ast.stmt, lines: Sequence[bytes]) -> tuple[str, str]:
    """A statement's source, and what it has in common with others that differ in layout alone."""
    try:
        source = written(node)
        told = ast.dump(node)
    except FAILS:  # too deep: as it stands in the cell
        source = told = _segment(node, lines)
    return source, hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()


def _segment(node: ast.stmt, lines: Sequence[bytes]) -> str:
    first, last = node.lineno - 1, node.end_lineno or node.lineno
    found = list(lines[first:last])
    if found:
        found[-1] = found[-1][: node.end_col_offset]
        found[0] = found[0][node.col_offset :]
    return b"".join(found).decode("utf-8", "replace")


def _called(node: ast.expr | None) -> set[str]:
    """Names of the functions that an expression calls."""
    calls = [inner.func for inner in walked(node) if isinstance(inner, ast.Call)] if node is not None else []
    return {function.id for function in calls if isinstance(function, ast.Name)}


def _names(node: ast.stmt, source: str) -> tuple[set[str], set[str]]:
    """Names that a statement makes, and those that it needs."""
    if not is_deep(node):
        try:
            top = symtable.symtable(source, "cell", "exec")
            makes = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
            return makes, names_from_outside(node)
        except FAILS:
            pass
    return _bound_by(node), names_from_outside(node)


def _bound_by(node: ast.stmt) -> set[str]:
    """The names that a statement binds at the top of its cell, as far as can be told without its table of symbols."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    return {n.id for n in walked(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
