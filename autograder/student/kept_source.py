"""Of the cells that were run, the statements that made an answer what it is: in their order, as they were written.

That is every statement which touches the answer's name, or a name that one of these needs, and so on. Left out is what
binds a name that is bound anew before anything takes it: the earlier versions of a function.
"""

import builtins
from collections.abc import Iterable, Mapping, Sequence

from autograder.lessons.statements import STAR
from autograder.student.pieces import Piece, pieces_of


def kept_source(name: str, cells: Sequence[str]) -> list[str]:
    """The program that makes `name` again, a text for each statement; none where no cell binds it.

    Args:
        name: what the answer is called.
        cells: the cells that were run, in their order, with their magics or without.
    """
    pieces = pieces_of(cells)
    if not any(name in piece.makes for piece in pieces):
        return []
    needed = _closure(name, pieces)
    taken = [piece for piece in pieces if needed & (piece.makes | piece.changes)]
    future = dict.fromkeys(piece.text for piece in pieces if piece.from_the_future)
    return [*future, *(piece.text for piece in _living(taken, needed) if not piece.from_the_future)]


def _closure(name: str, pieces: Sequence[Piece]) -> set[str]:
    """The name, and all names that what touches it needs; STAR where `from torch import *` has to bring one."""
    made = {each for piece in pieces for each in piece.makes} | set(dir(builtins))
    needed, waiting = set[str](), [name]
    while waiting:
        wanted = waiting.pop()
        if wanted in needed:
            continue
        needed.add(wanted)
        if wanted not in made:
            waiting.append(STAR)
        for piece in pieces:
            if wanted in piece.makes or wanted in piece.changes:
                waiting += piece.needs
    return needed


def _living(pieces: Sequence[Piece], needed: set[str]) -> list[Piece]:
    """Those without the ones that only bind names which are bound anew before anything takes them."""
    bodies: dict[str, set[str]] = {}
    for piece in pieces:
        for name in piece.makes:
            bodies.setdefault(name, set()).update(piece.needs)
    alive, kept = set(needed), list[Piece]()
    for piece in reversed(pieces):
        if piece.only_binds and STAR not in piece.makes and not piece.makes & alive:
            continue
        kept.append(piece)
        if piece.replaces:
            alive -= piece.makes
        alive |= piece.at_once if piece.quiet else _reached(piece.at_once, bodies)
    return kept[::-1]


def _reached(start: Iterable[str], bodies: Mapping[str, set[str]]) -> set[str]:
    """Names that code may take while it runs: those that it says, and those that what they stand for needs."""
    reached, waiting = set[str](), list(start)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += bodies.get(name, ())
    return reached
