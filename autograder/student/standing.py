"""Cards that stay true: one whose answer was changed, renamed or broken since is marked as of an earlier version.

After each cell that a kernel runs, the statements behind each checked answer are compared with those at its check.
The mark is an update of what the cell shows, so it needs no extension; nothing of it is kept in a notebook that is run
from the top, as the transient id that it goes by is never stored.
"""

import contextlib
import uuid
from dataclasses import dataclass
from typing import Any

from autograder.checking import feedback
from autograder.spec import Exercise
from autograder.student.statements import Statement, needed, statements


@dataclass
class _Card:
    exercise: Exercise
    html: str
    plain: str
    display_id: str
    said: dict[str, list[str]] | None = None  # of the answer, once the check's own cell has ended
    marked: bool = False


class Standing:
    """The cells and the cards of one notebook's kernel."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._cells: dict[Any, tuple[Statement, ...]] = {}
        self._cards: dict[tuple[Any, str], _Card] = {}
        self._cell: Any = None  # the id of the one that runs
        for i, source in enumerate(shell.user_ns.get("In", [])[:-1]):  # the last one runs now
            self._cells["before", i] = self._read(source, True)
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._end)

    def show(self, exercise: Exercise, html: str, plain: str) -> None:
        """Show a card and keep an eye on what it is about."""
        from IPython.display import display

        card = _Card(exercise, html, plain, f"gradschool-{uuid.uuid4().hex}")
        self._cards[self._cell, exercise.id] = card
        display({"text/html": html, "text/plain": plain}, raw=True, display_id=card.display_id)

    def _begin(self, info: Any) -> None:
        self._cell = getattr(info, "cell_id", None)
        if self._cell is not None:  # what the cell showed before is gone
            self._cards = {key: card for key, card in self._cards.items() if key[0] != self._cell}

    def _end(self, result: Any) -> None:
        info = result.info
        key = getattr(info, "cell_id", None) or ("run", len(self._cells))
        self._cells.pop(key, None)  # to the end, where what was run last stands
        self._cells[key] = self._read(info.raw_cell or "", bool(result.success))
        for card in self._cards.values():
            self._look(card)

    def _look(self, card: _Card) -> None:
        lent = frozenset(card.exercise.uses)
        now = needed(card.exercise.answer, self._cells.values(), lent)
        if card.said is None:
            card.said = now
        if (now != card.said) == card.marked:
            return
        from IPython.display import update_display

        card.marked = not card.marked
        html, plain = feedback.outdated(card.html, card.plain) if card.marked else (card.html, card.plain)
        update_display({"text/html": html, "text/plain": plain}, raw=True, display_id=card.display_id)

    def _read(self, source: str, whole: bool) -> tuple[Statement, ...]:
        """The statements of a cell as it was typed: the first line of `%%time` and its like is left out."""
        if source.lstrip().startswith("%%"):
            source = source.lstrip().partition("\n")[2]
        with contextlib.suppress(Exception):  # of whatever was typed
            source = self._shell.transform_cell(source)
        return statements(source, whole)


_standing: dict[int, Standing] = {}


def standing_of(shell: Any) -> Standing | None:
    """The shell's own, made at the first call; None where what was shown cannot be changed, as in a terminal."""
    if shell is None or not hasattr(shell, "kernel"):
        return None
    if id(shell) not in _standing:
        _standing[id(shell)] = Standing(shell)
    return _standing[id(shell)]
