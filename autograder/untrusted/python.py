"""The one reader of Python that nobody vouches for: what it costs is bounded, and whatever cannot be read says so.

Everything that looks at a submitted source with `ast` comes through here, beside the code of the grader and in the
report. Three things are dangerous: size, depth (a recursion in whoever walks the tree), and time that grows with the
square of either. So there is a bound on size, trees too deep are refused to all who walk them by recursion, and
`walked` needs none.
"""

import ast
import symtable
import warnings
from collections import deque
from collections.abc import Iterator
from typing import TypeVar

from autograder.untrusted.magics import begins_with_a_prompt, has_magics, without_magics

LONGEST = 200_000  # characters of a cell
DEEPEST = 100  # nodes below one another: what people write has a third of that
FAILS = (RecursionError, MemoryError, ValueError, SyntaxError, OverflowError, SystemError)

Tree = TypeVar("Tree", bound=ast.AST)


class Unreadable(ValueError):
    """A source that cannot be read; the message goes on after "it is …" or "its source is …".

    Attributes:
        could_run: whether Python may run it all the same: it is too long or too deep to be read, or no plain Python.
    """

    def __init__(self, why: str, could_run: bool = True) -> None:
        super().__init__(why)
        self.could_run = could_run


def parsed(source: str, longest: int = LONGEST, magics: bool = True) -> ast.Module:
    """The tree of a cell, its magics taken out where it has any. It may be deep: walk it by `walked`.

    Without `magics` a cell that has some is no Python.

    Raises:
        Unreadable: it is too long, too deep for the parser, or no Python.
    """
    if len(source) > longest:
        raise Unreadable(f"longer than {longest:,} characters")
    try:
        return _tree(without_magics(source) if magics and begins_with_a_prompt(source) else source)
    except SyntaxError:
        if not magics:
            raise Unreadable("no Python", could_run=has_magics(source)) from None
    except FAILS as problem:
        raise _unreadable(problem) from None
    try:
        return _tree(without_magics(source))
    except SyntaxError:
        raise Unreadable("no Python", could_run=has_magics(source)) from None
    except FAILS as problem:
        raise _unreadable(problem) from None


def flat(source: str, longest: int = LONGEST) -> ast.Module:
    """The tree of a cell that is not deep, so that anybody may walk it.

    Raises:
        Unreadable: as `parsed`, and where it is deeper than `DEEPEST`.
    """
    tree = parsed(source, longest)
    if is_deep(tree):
        raise Unreadable("nested too deeply")
    return tree


def walked(*nodes: ast.AST) -> Iterator[ast.AST]:
    """All nodes of some trees, in no recursion."""
    waiting = deque(nodes)
    while waiting:
        node = waiting.popleft()
        waiting.extend(ast.iter_child_nodes(node))
        yield node


def is_deep(tree: ast.AST) -> bool:
    """Whether more than `DEEPEST` nodes lie below one another."""
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True


def written(node: ast.AST) -> str:
    """A node as Python again. Raises Unreadable where it is too deep to be written."""
    if is_deep(node):
        raise Unreadable("nested too deeply")
    try:
        return ast.unparse(node)
    except FAILS as problem:
        raise _unreadable(problem) from None


def names_from_outside(node: ast.AST) -> set[str]:
    """Names that a definition takes from the notebook; its own variables are not among them.

    Of one that is too deep for Python's own table of symbols these are the names that it reads and never binds.
    """
    try:
        tables = [symtable.symtable(written(node), "answer", "exec")]
    except FAILS:  # Unreadable is a ValueError
        return _read_and_never_bound(node)
    found = set[str]()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        outside = table.get_type() == "module"
        found |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and (outside or s.is_global())}
    return found


def _read_and_never_bound(node: ast.AST) -> set[str]:
    read, bound = set[str](), set[str]()
    for inner in walked(node):
        if isinstance(inner, ast.Name):
            (read if isinstance(inner.ctx, ast.Load) else bound).add(inner.id)
        elif isinstance(inner, ast.arg):
            bound.add(inner.arg)
    return read - bound


def _tree(source: str) -> ast.Module:
    with warnings.catch_warnings():  # of escapes that are none, and the like: their author's affair
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _unreadable(problem: BaseException) -> Unreadable:
    if isinstance(problem, Unreadable):
        return problem
    if isinstance(problem, RecursionError | MemoryError | SystemError):
        return Unreadable("nested too deeply")
    return Unreadable("no Python", could_run=False)
