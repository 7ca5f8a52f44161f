"""The statements of a cell, with the names that each of them makes and needs. Read as text, never run."""

import ast
import hashlib
import re
import symtable
import warnings
from dataclasses import dataclass
from functools import lru_cache

STAR = "*"  # what `from module import *` makes: any name
# These cell magics run the cell in the notebook's own names.
RUN_AS_IT_STANDS = re.compile(r"\A\s*%%(?:time|capture|prun)\b[^\n]*\n")
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
        source: the statement in Python's own layout.
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
        with warnings.catch_warnings():  # of escapes that are none, and the like: their author's affair
            warnings.simplefilter("ignore")
            return tuple(_statement(node) for node in _body(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


def _body(source: str) -> list[ast.stmt]:
    return plain(source)[1]


def plain(source: str) -> tuple[str, list[ast.stmt]]:
    """A cell as Python, line for line, and its statements.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: it cannot be read.
    """
    while RUN_AS_IT_STANDS.match(source):
        source = RUN_AS_IT_STANDS.sub("\n", source)  # a line for a line: places in the cell are told by number
    try:
        return source, ast.parse(source).body
    except SyntaxError:
        source = _without_magics(source)
        return source, ast.parse(source).body


def _without_magics(source: str) -> str:
    """The cell as IPython would run it. Raises SyntaxError where IPython cannot tell."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        transformed: str = TransformerManager().transform_cell(source)
    except Exception as problem:  # whatever it meets in a text that is no cell
        raise SyntaxError(str(problem)) from None
    return transformed


def _statement(node: ast.stmt) -> Statement:
    source = ast.unparse(node)
    makes, needs = names(source)
    if isinstance(node, ast.ImportFrom) and any(alias.name == STAR for alias in node.names):
        makes |= {STAR}
    from_the_course = isinstance(node, ast.Assign | ast.AnnAssign) and bool(_called(node.value) & COURSE_CALLS)
    defines = isinstance(node, DEFINITIONS) and not from_the_course
    may_define = (defines or isinstance(node, MORE_OF_A_STUDENTS)) and bool(makes)
    key = hashlib.sha256(ast.dump(node).encode("utf-8", "replace")).hexdigest()
    return Statement(source, key, frozenset(makes), frozenset(needs), defines, may_define)


def _called(node: ast.expr | None) -> set[str]:
    """Names of the functions that an expression calls."""
    calls = [inner.func for inner in ast.walk(node) if isinstance(inner, ast.Call)] if node is not None else []
    return {function.id for function in calls if isinstance(function, ast.Name)}


def names(source: str) -> tuple[set[str], set[str]]:
    """Names that a piece of code makes, and names that it needs, also when what it defines is called."""
    top = symtable.symtable(source, "cell", "exec")
    makes = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    needs, tables = set[str](), [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        needs |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and (table is top or s.is_global())}
    return makes, needs
