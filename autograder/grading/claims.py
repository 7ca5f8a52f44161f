"""Where the answers of a submitted notebook stand: in their own cells, in parts of them, or anywhere else.

At the student's desk the answer to `softmax` is whatever bears that name when the check runs. So every cell that
defines the name claims the answer, wherever it stands; of an answer's own cell all copies and parts count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.grading.recognise import Recognised
from autograder.grading.statements import Statement, statements
from autograder.lessons.cells import ANSWER, grade_id, is_code, is_solution
from autograder.spec import catalogue


@dataclass
class Claims:
    """What claims one answer, as numbers of submitted cells in their order.

    Attributes:
        name: the name that the check looks up.
        place: the number of the answer's cell among ours.
        parts: its own cell; several where that was split or copied; the untouched one only where nothing else is there.
        definitions: by cell the last definition of the name in it, in an own cell or elsewhere.
    """

    name: str
    place: int
    parts: list[int] = field(default_factory=list)
    definitions: dict[int, Statement] = field(default_factory=dict)

    @property
    def elsewhere(self) -> list[int]:
        """Cells that are not its own and define the name."""
        return [i for i in self.definitions if i not in self.parts]

    @property
    def everywhere(self) -> list[int]:
        """All cells that claim it."""
        return sorted({*self.parts, *self.definitions})

    @property
    def different(self) -> list[int]:
        """Cells with a definition, where not all of them say the same; else none."""
        return list(self.definitions) if len({s.key for s in self.definitions.values()}) > 1 else []


def claims(ours: Sequence[Any], seen: Sequence[Recognised]) -> list[Claims]:
    """Of each answer in code, in the order of our cells, what claims it."""
    found = [Claims(_name(cell), i) for i, cell in enumerate(ours) if is_solution(cell) and is_code(cell)]
    lesson = lesson_keys(ours)
    written = {i: list(_students(each, ours, lesson)) for i, each in enumerate(seen)}
    for claim in found:
        claim.parts = _parts(claim.place, seen)
        for i, each in enumerate(seen):
            makes = [s for s in written[i] if s.may_define and claim.name in s.makes]
            if makes and (each.place != claim.place or i in claim.parts):
                claim.definitions[i] = makes[-1]
        touched = [i for i in claim.parts if not seen[i].untouched]
        if touched or claim.elsewhere:
            claim.parts = touched
            claim.definitions = {i: s for i, s in claim.definitions.items() if i in touched or i in claim.elsewhere}
    return found


def lesson_keys(ours: Sequence[Any]) -> frozenset[str]:
    """Every statement of the released notebook, to tell a student's own from it."""
    return frozenset(s.key for cell in ours if is_code(cell) for s in statements(cell.source))


def _name(cell: Any) -> str:
    exercise_id = grade_id(cell).removesuffix(ANSWER)
    try:
        return catalogue.find(exercise_id).answer
    except catalogue.UnknownExercise:
        return exercise_id


def _parts(place: int, seen: Sequence[Recognised]) -> list[int]:
    """Copies and parts of our cell; of copies that follow one another and say the same, the first."""
    parts: list[int] = []
    for i, each in enumerate(seen):
        if each.place == place and not (parts and seen[parts[-1]].cell.source == each.cell.source):
            parts.append(i)
    return parts


def _students(each: Recognised, ours: Sequence[Any], lesson: frozenset[str]) -> Iterator[Statement]:
    """The statements of a cell that count as the student's: of a cell of the lesson those that are not ours."""
    if each.place is not None and is_solution(ours[each.place]):
        yield from statements(each.cell.source)
    elif each.cell.is_code and not each.untouched:
        yield from (s for s in statements(each.cell.source) if each.own or s.key not in lesson)
