"""Where the answers of a submitted notebook stand: in their own cells, in parts of them, or anywhere else.

At the student's desk the answer to `softmax` is whatever bears that name when the check runs. So every cell that
defines the name claims the answer, wherever it stands; of an answer's own cell all copies and parts count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.grading.recognise import Recognised
from autograder.lessons.cells import ANSWER, grade_id, is_code, is_solution
from autograder.lessons.statements import Statement, statements


@dataclass(frozen=True)
class Claims:
    """What claims one answer, as numbers of submitted cells in their order.

    Attributes:
        name: the name that the check looks up.
        place: the number of the answer's cell among ours.
        parts: its own cell; several where that was split or copied; the untouched one only where nothing else is there.
        definitions: by cell the last definition of the name in it, in an own cell or elsewhere.
        elsewhere: cells that are not its own and define the name.
        everywhere: all cells that claim it.
    """

    name: str
    place: int
    parts: list[int]
    definitions: dict[int, Statement]
    elsewhere: list[int]
    everywhere: list[int]

    @property
    def different(self) -> list[int]:
        """Cells with a definition, where not all of them say the same; else none."""
        return list(self.definitions) if len({s.key for s in self.definitions.values()}) > 1 else []


def claims(ours: Sequence[Any], seen: Sequence[Recognised]) -> list[Claims]:
    """Of each answer in code, in the order of our cells, what claims it."""
    lesson = lesson_keys(ours)
    made: dict[str, dict[int, Statement]] = {}  # by name and cell the last statement of the student's that makes it
    for i, each in enumerate(seen):
        for statement in _students(each, ours, lesson):
            if statement.may_define:
                for name in statement.makes:
                    made.setdefault(name, {})[i] = statement
    places = [i for i, cell in enumerate(ours) if is_solution(cell) and is_code(cell)]
    return [_claim(place, _name(ours[place]), made, seen) for place in places]


def _claim(place: int, name: str, made: dict[str, dict[int, Statement]], seen: Sequence[Recognised]) -> Claims:
    parts = _parts(place, seen)
    elsewhere = [i for i in made.get(name, {}) if seen[i].place != place]
    touched = [i for i in parts if not seen[i].untouched]
    if touched or elsewhere:
        parts = touched
    everywhere = sorted({*parts, *elsewhere})
    definitions = {i: made[name][i] for i in everywhere if i in made.get(name, {})}
    return Claims(name, place, parts, definitions, elsewhere, everywhere)


def lesson_keys(ours: Sequence[Any]) -> frozenset[str]:
    """Every statement of the released notebook, to tell a student's own from it."""
    return frozenset(s.key for cell in ours if is_code(cell) for s in statements(cell.source))


def _name(cell: Any) -> str:
    exercise_id = grade_id(cell).removesuffix(ANSWER)
    from autograder.spec import catalogue  # not above: nbgrader's configuration is read at every request, without torch

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
