"""Which of our cells a submitted cell is: by its grade id, else by its cell id, else by what stands in it.

Tools empty metadata, draw new cell ids, or write no ids at all; a cell whose text is ours is ours whatever became of
its ids. What is none of ours is the student's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.grading.album import taken_out
from autograder.grading.submission import SubmittedCell
from autograder.lessons.cell_id import is_text_id
from autograder.lessons.cells import grade_id, is_code
from autograder.lessons.layout_only import without_layout


@dataclass(frozen=True)
class Recognised:
    """A submitted cell.

    Attributes:
        cell: the cell as submitted.
        place: the number of our cell that it is; None for a cell that is none of this release's.
        untouched: it says what a cell of ours says, of this release or of an earlier one.
    """

    cell: SubmittedCell
    place: int | None
    untouched: bool

    @property
    def own(self) -> bool:
        """Whether it is a cell of the student's own."""
        return self.place is None and not self.untouched


def recognise(ours: Sequence[Any], submitted: Sequence[SubmittedCell]) -> list[Recognised]:
    """Say of each submitted cell which of `ours` (the cells of a released notebook) it is."""
    by_text: dict[str, list[int]] = {}
    for i, cell in enumerate(ours):
        by_text.setdefault(_text(is_code(cell), _source(cell)), []).append(i)
    by_id = {cell["id"]: i for i, cell in enumerate(ours)}
    by_name = {name: i for i, cell in enumerate(ours) if (name := grade_id(cell))}
    found: list[Recognised] = []
    used: set[int] = set()
    last = -1
    for cell in submitted:
        alike = by_text.get(_text(cell.is_code, cell.source), [])
        place = _by_ids(cell, by_name, by_id)
        if place is None and alike:
            place = _next(alike, used, last)
        if place is not None:
            used.add(place)
            last = place
        kind = "code" if cell.is_code else "markdown"
        former = place is None and is_text_id(cell.cell_id, kind, cell.source)
        found.append(Recognised(cell, place, former or place in alike))
    return found


def _source(cell: Any) -> str:
    """Our cell as it would be read from a submission."""
    source: str = cell.source
    return source if is_code(cell) else taken_out(source, cell.get("attachments"))[0]


def _text(code: bool, source: str) -> str:
    kind = "code" if code else "markdown"
    return f"{kind}\n{without_layout(kind, source)}"


def _by_ids(cell: SubmittedCell, by_name: Mapping[str, int], by_id: Mapping[str, int]) -> int | None:
    return by_name.get(cell.grade_id, by_id.get(cell.cell_id))


def _next(alike: Sequence[int], used: set[int], last: int) -> int:
    """Of our cells that read alike the next one that has not come yet: "YOUR ANSWER HERE" stands in several."""
    free = [i for i in alike if i not in used] or list(alike)
    return next((i for i in free if i > last), free[0])
