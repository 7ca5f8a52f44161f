"""The statements of the cells that were run: what each binds, changes and needs, and when. Read as text, never run."""

import ast
import builtins
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from autograder.lessons.statements import STAR
from autograder.student.plain import names, plain

UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
IMPORTS = (ast.Import, ast.ImportFrom)
BINDINGS = (*FUNCTIONS, ast.ClassDef, *IMPORTS, ast.Assign, ast.AnnAssign)
# Functions that change what they are given, and methods that change what they are called on and give something back.
CHANGING = frozenset({"setattr", "delattr", "shuffle", "heappush", "heappop", "heapify", "insort"})
CHANGING_METHODS = frozenset({"pop", "popitem", "setdefault", "append", "extend", "insert", "remove", "update", "add"})


@dataclass(frozen=True)
class Piece:
    """One statement at the top level of a cell.

    Attributes:
        text: as it was written.
        makes: names that it binds.
        changes: names of what it changes: an entry, an attribute, by a method.
        needs: names that it takes from the notebook, also when what it defines is called.
        at_once: those of them that it takes while it runs.
        quiet: it calls nothing of the notebook's own while it runs.
        only_binds: it binds its names and does nothing else.
        replaces: what its names were before is gone when it has run.
        from_the_future: it imports from `__future__`, which has to stand first.
    """

    text: str
    makes: frozenset[str]
    changes: frozenset[str]
    needs: frozenset[str]
    at_once: frozenset[str]
    quiet: bool
    only_binds: bool
    replaces: bool
    from_the_future: bool


def pieces_of(cells: Sequence[str]) -> list[Piece]:
    """The statements of all cells in their order; those of a cell that cannot be read are left out."""
    read = [statement for cell in cells for statement in _read(cell)]
    imported = {name for node, *_ in read if isinstance(node, IMPORTS) for name in _imports(node)}
    known = imported | set(dir(builtins))
    return [_piece(node, text, bound, needed, imported, known) for node, text, bound, needed in read]


@lru_cache(maxsize=2048)
def _read(cell: str) -> tuple[tuple[ast.stmt, str, frozenset[str], frozenset[str]], ...]:
    """The statements of a cell: each as a tree, as written, and the names that it binds and needs."""
    try:
        with warnings.catch_warnings():  # of escapes that are none: their author's affair
            warnings.simplefilter("ignore")
            text, body = plain(cell)
            lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            written = [(node, _written(node, lines), names(ast.unparse(node))) for node in body]
    except UNREADABLE:
        return ()
    return tuple((node, text, frozenset(made), frozenset(needed)) for node, text, (made, needed) in written)


def _written(node: ast.stmt, lines: Sequence[str]) -> str:
    """A statement as it stands in its cell, its decorators included; columns are counted in bytes."""
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    own = [line.encode() for line in lines[first - 1 : node.end_lineno]]
    own[-1] = own[-1][: node.end_col_offset]
    own[0] = own[0][node.col_offset :]
    return b"\n".join(own).decode()


def _piece(
    node: ast.stmt, text: str, bound: frozenset[str], needed: frozenset[str], imported: set[str], known: set[str]
) -> Piece:
    star = isinstance(node, ast.ImportFrom) and any(alias.name == STAR for alias in node.names)
    makes = bound | {STAR} if star else bound
    changes = frozenset(name for name in _changed(node) if name and name not in imported)
    quiet = all(root in known for inner in _running(node) for root in _called_roots(inner))
    binds = isinstance(node, BINDINGS) and not changes
    return Piece(
        text=text,
        makes=makes,
        changes=changes,
        needs=needed | changes,
        at_once=frozenset(_loaded(_running(node))) | changes,
        quiet=quiet,
        only_binds=binds and quiet,
        replaces=binds and not star,
        from_the_future=isinstance(node, ast.ImportFrom) and node.module == "__future__",
    )


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """What of a statement runs when it does: not the bodies of functions; their decorators and defaults do."""
    yield node
    for name, value in ast.iter_fields(node):
        if name == "body" and isinstance(node, (*FUNCTIONS, ast.Lambda)):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _running(child)


def _loaded(nodes: Iterable[ast.AST]) -> set[str]:
    """Names that are read, and those that are deleted."""
    return {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)}


def _called_roots(node: ast.AST) -> list[str]:
    """The name at the root of what is called here, and of decorators; "" where no name is at its root."""
    called = [node.func] if isinstance(node, ast.Call) else getattr(node, "decorator_list", [])
    return [_root(each.func if isinstance(each, ast.Call) else each) for each in called]


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _changed(node: ast.stmt) -> Iterator[str]:
    """Names of what a statement changes in place."""
    for inner in _running(node):
        match inner:
            case ast.AugAssign(target=target):
                yield _root(target)
            case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
                yield _root(inner)
            case ast.Expr(value=ast.Call(func=ast.Attribute() as method)):
                yield _root(method)
            case ast.Call(func=ast.Attribute(attr=name) as method) if name in CHANGING_METHODS or _in_place(name):
                yield _root(method)
        if isinstance(inner, ast.Call):
            called = getattr(inner.func, "attr", getattr(inner.func, "id", ""))
            if called in CHANGING or _in_place(called):
                yield from map(_root, inner.args)


def _in_place(name: str) -> bool:
    """Whether torch would call a function so that writes into its argument: `zero_`."""
    return name.endswith("_") and not name.endswith("__")


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    for alias in node.names:
        yield (alias.asname or alias.name).split(".")[0]
