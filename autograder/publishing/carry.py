"""A student's work in a newer release of the notebook: answers, cells of their own, and what cells showed.

Three notebooks are compared: the one that was copied, what has become of it, and the newer one. What the student
changed is carried over; what they did not change is the newer one's. Cells are recognised as grading does it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from autograder.grading.claims import claims
from autograder.grading.recognise import Recognised, recognise
from autograder.grading.submission import SubmittedCell, parsed
from autograder.lessons.cell_id import text_id
from autograder.lessons.cells import KEY, by_grade_id, grade_id, is_code, is_solution
from autograder.lessons.layout_only import same_but_for_layout

ELSEWHERE = "# Your answer stands in a cell of your own."
NOT_OURS = ("nbgrader", KEY, "deletable", "editable")  # metadata that a cell of the student's own does not have


@dataclass
class Carried:
    """What was carried into a newer notebook.

    Attributes:
        notebook: the newer one, with the student's work in it.
        touched: whether there was any work: something written, or the output of a cell.
        answers: grade ids of the answers, written ones too.
        added: cells of the student's own.
        changed: cells of the lesson that the student had changed.
        shown: cells whose output was carried: checks, predictions, experiments.
        look: sentences about what the student should look at.
        former: the name of the file with the notebook as it was; "" until it is written.
    """

    notebook: Any
    touched: bool = False
    answers: list[str] = field(default_factory=list)
    added: int = 0
    changed: int = 0
    shown: int = 0
    look: list[str] = field(default_factory=list)
    former: str = ""

    def what(self) -> str:
        """What was carried, in words: "3 answers, 1 cell of your own"."""
        counts = (
            (len(self.answers), "answer", ""),
            (self.added, "cell", " of your own"),
            (self.changed, "changed cell", " of the lesson"),
            (self.shown, "output", ""),
        )
        told = [f"{count} {noun}{'s' * (count > 1)}{more}" for count, noun, more in counts if count]
        return ", ".join(told) or "nothing of yours that has a place in it"


def carry(base: Any | None, theirs: Any, new: Any) -> Carried:
    """Carry a student's work into a newer notebook.

    Args:
        base: the notebook as it was copied; None where that is not known.
        theirs: what has become of it. All are nbformat's, version 4.
        new: the newer release; it is changed in place.
    """
    return _Carrier(base, theirs, new).carried()


class _Carrier:
    def __init__(self, base: Any | None, theirs: Any, new: Any) -> None:
        self._base, self._theirs, self._new = base, theirs, new
        cells = [_submitted(cell) for cell in theirs.cells]
        self._now = recognise(new.cells, cells)
        self._was = recognise(base.cells, cells) if base is not None else [Recognised(c, None, False) for c in cells]
        self._anchors = _anchors(base, new)
        self._former_texts = {name: c.source for name, c in by_grade_id(base.cells).items()} if base is not None else {}
        self._done = Carried(new)
        self._filled: dict[int, list[str]] = {}  # by the number of a new cell the sources that were carried into it
        self._added: dict[int, list[Any]] = {}

    def carried(self) -> Carried:
        done, behind = self._done, -1
        for i, cell in enumerate(self._theirs.cells):
            place, was = self._now[i].place, self._was[i].place
            behind = place if place is not None else self._anchors.get(was, behind) if was is not None else behind
            self._take(i, cell, behind)
        done.touched = self._is_touched()
        self._mark_answers_elsewhere()
        if "widgets" in self._theirs.metadata and done.shown:
            self._new.metadata["widgets"] = self._theirs.metadata["widgets"]
        cells = list(self._added.get(-1, []))
        for place, cell in enumerate(self._new.cells):
            cells += [cell, *self._added.get(place, [])]
        self._new.cells = cells
        return done

    def _is_touched(self) -> bool:
        """Whether something was written or run; that a notebook was opened and saved is not work in it."""
        shown = any(cell.get("outputs") for cell in self._theirs.cells)
        written = bool(self._done.answers or self._done.added or self._done.changed or self._done.look)
        if self._base is None:
            return shown or written
        before = [cell.source for cell in self._base.cells]
        return shown or written or before != [cell.source for cell in self._theirs.cells]

    def _take(self, i: int, cell: Any, behind: int) -> None:
        """Carry one cell of theirs to where it belongs, if it is not ours as it was."""
        place = self._now[i].place
        ours = self._new.cells[place] if place is not None else None
        if self._now[i].untouched or self._was[i].untouched:
            if ours is not None and same_but_for_layout(ours.cell_type, ours.source, cell.source):
                self._show(ours, cell)
        elif ours is None or place is None:
            if cell.source.strip():
                self._add(cell, behind)
                if self._was[i].place is not None:
                    told = f"a cell of the lesson that you had changed is another one now: {_start(cell)}"
                    self._done.look.append(told)
        elif is_solution(ours):
            self._answer(place, ours, cell)
        elif grade_id(ours):
            self._done.look.append(f"`{grade_id(ours)}` is the course's own cell, and stands as the course has it")
        elif place in self._filled:
            self._add(cell, place)
        else:
            self._fill(place, ours, cell)
            self._done.changed += 1

    def _answer(self, place: int, ours: Any, cell: Any) -> None:
        name = grade_id(ours)
        if place in self._filled:  # a part that was split off, or a copy
            if cell.source not in self._filled[place] and cell.source.strip():
                self._filled[place].append(cell.source)
                self._add(cell, place)
            return
        if self._former_texts.get(name, ours.source) != ours.source:
            told = f"`{name}`: the course asks it in another form now; your answer stands as you wrote it"
            self._done.look.append(told)
        self._fill(place, ours, cell)
        self._done.answers.append(name)

    def _fill(self, place: int, ours: Any, cell: Any) -> None:
        ours.source = cell.source
        if cell.get("attachments"):
            ours["attachments"] = cell["attachments"]
        self._filled[place] = [cell.source]
        self._show(ours, cell)

    def _show(self, ours: Any, cell: Any) -> None:
        """What the cell showed: a prediction, a card, an experiment."""
        if is_code(ours) and is_code(cell) and not ours.outputs:
            ours.outputs, ours.execution_count = cell.outputs, cell.execution_count
            self._done.shown += bool(cell.outputs)

    def _add(self, cell: Any, behind: int) -> None:
        for key in NOT_OURS:
            cell.metadata.pop(key, None)
        taken = {c["id"] for c in self._new.cells} | {c["id"] for some in self._added.values() for c in some}
        stem = name = cell.get("id") or text_id(cell.cell_type, cell.source)
        for n in range(2, len(taken) + 3):
            if name not in taken:
                break
            name = f"{stem[:56]}-{n}"
        cell["id"] = name
        self._added.setdefault(behind, []).append(cell)
        self._done.added += 1

    def _mark_answers_elsewhere(self) -> None:
        """An answer's cell that the student deleted, the answer being elsewhere, must not come back and undo it."""
        there = {each.place for each in self._now}
        absent = [
            place
            for place, cell in enumerate(self._new.cells)
            if is_solution(cell) and is_code(cell) and place not in there
            if self._base is None or grade_id(cell) in self._former_texts
        ]
        if not absent or not self._added:
            return
        for claim in claims(self._new.cells, self._now):
            if claim.place in absent and claim.elsewhere:
                self._new.cells[claim.place].source = ELSEWHERE


def _submitted(cell: Any) -> SubmittedCell:
    """A cell as grading reads it."""
    plain = {key: cell[key] for key in ("cell_type", "source", "metadata", "id", "attachments") if key in cell}
    read = parsed(json.dumps({"cells": [plain]}).encode()).cells
    return read[0] if read else SubmittedCell("", is_code(cell))


def _anchors(base: Any | None, new: Any) -> dict[int, int]:
    """By the number of a cell of the former notebook that of the newer one's cell that stands where it stood."""
    if base is None:
        return {}
    found: dict[int, int] = {}
    matcher = SequenceMatcher(None, [c["id"] for c in base.cells], [c["id"] for c in new.cells], autojunk=False)
    for _, start, end, to, to_end in matcher.get_opcodes():
        found |= {i: max(min(to + i - start, to_end - 1), to - 1) for i in range(start, end)}
    return found


def _start(cell: Any) -> str:
    lines: Sequence[str] = cell.source.strip().splitlines()
    return f"`{lines[0][:60]}`" if lines else "it is empty"
