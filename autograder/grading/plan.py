"""What of a submission is run, and in which order: that in which the student left it, as at the desk."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbformat.v4 import new_code_cell

from autograder.grading.claims import Claims, claims, lesson_keys
from autograder.grading.lesson_parts import needed
from autograder.grading.recognise import Recognised
from autograder.grading.submission import MOST_ADDED
from autograder.lessons.cells import (
    ANSWER,
    KEY,
    definitions,
    grade_id,
    is_check,
    is_code,
    is_script,
    is_setup,
    is_solution,
)

MISSING = "This answer's cell is missing from the submission."
ELSEWHERE = "# This answer's own cell is not in the submission: another cell defines `{}`, and was run."
MOST_NAMES = 20  # told in one remark
OF_A_LESSON = "# What the answers use of a cell of the lesson:"


@dataclass
class Plan:
    """What becomes of a submission's code.

    Attributes:
        sources: by the number of our cell what stands in an answer.
        added: by the number of our cell (-1: none) the student's own cells behind it.
        order: the ids of all cells to be run and all checks to be made.
        notes: by answer id why it cannot be graded.
        remarks: what else a reader should know of how the answers were found.
        readings: by exercise the cells that define its answer, where they do not do it the same way.
    """

    sources: dict[int, str] = field(default_factory=dict)
    added: dict[int, list[Any]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    readings: dict[str, list[str]] = field(default_factory=dict)


def make_plan(ours: Sequence[Any], seen: Sequence[Recognised]) -> Plan:
    """Plan the run of a submission, its cells recognised among `ours`, those of the released notebook."""
    return _Planner(ours, seen).planned()


class _Planner:
    def __init__(self, ours: Sequence[Any], seen: Sequence[Recognised]) -> None:
        self._ours, self._seen = ours, seen
        self._plan = Plan()
        self._claims = claims(ours, seen)
        self._by_name: list[str] = []
        self._ids: dict[int, str] = {}  # by submitted cell the id of the cell that it is run as

    def planned(self) -> Plan:
        for claim in self._claims:
            self._place(claim)
        self._parts = {i for claim in self._claims for i in claim.parts}
        if self._by_name:
            listed = ", ".join(self._by_name)
            self._plan.remarks.append(f"Found by the names that they define, not in cells of their own: {listed}.")
        run = {i: each.cell.source for i, each in enumerate(self._seen) if self._is_run(i)}
        parts = self._of_the_lesson(run)
        self._add(run, parts)
        self._plan.order = self._order()
        for claim in self._claims:
            ids = list(dict.fromkeys(self._ids[i] for i in claim.different if i in self._ids))
            if len(ids) > 1:
                self._plan.readings[self._exercise(claim)] = ids
        return self._plan

    def _exercise(self, claim: Claims) -> str:
        return grade_id(self._ours[claim.place]).removesuffix(ANSWER)

    def _place(self, claim: Claims) -> None:
        """Choose what stands in the answer's cell: the part that defines it, else a cell of the student's own."""
        plan, cell = self._plan, self._ours[claim.place]
        own = [i for i in claim.elsewhere if self._seen[i].own and i not in self._ids]
        if claim.parts:
            chosen = self._judged(claim, [i for i in claim.parts if i in claim.definitions] or claim.parts)
            if len(claim.parts) > 1:
                times = len(claim.parts)
                plan.remarks.append(f"The cell of `{claim.name}` is there {times} times: they were run in their order.")
        elif claim.elsewhere:
            self._by_name.append(f"`{claim.name}`")
            if not own:
                plan.sources[claim.place] = ELSEWHERE.format(claim.name)
                return
            chosen = self._judged(claim, own)
        else:
            plan.notes[grade_id(cell)] = MISSING
            return
        self._ids[chosen] = cell["id"]
        plan.sources[claim.place] = self._seen[chosen].cell.source

    def _judged(self, claim: Claims, some: Sequence[int]) -> int:
        """Of some cells that claim an answer, the last before its check, or of all of them."""
        check = next((i for i, c in enumerate(self._ours) if grade_id(c) == self._exercise(claim)), None)
        there = any(each.place == check for each in self._seen)
        before = [i for i in some if i < self._last(check)] if there else []
        return (before or some)[-1]

    def _is_run(self, i: int) -> bool:
        """Whether a submitted cell is run as it stands."""
        each = self._seen[i]
        if i in self._ids or i in self._parts:
            return True
        changed_setup = each.place is not None and _comes_first(self._ours[each.place]) and not each.untouched
        return each.cell.is_code and bool(each.cell.source.strip()) and (each.own or changed_setup)

    def _of_the_lesson(self, run: Mapping[int, str]) -> dict[int, str]:
        """By submitted cell what the answers and the student's own cells need of a lesson's cell."""
        lesson = {i: each.cell.source for i, each in enumerate(self._seen) if each.cell.is_code and i not in run}
        lesson = {i: source for i, source in lesson.items() if not self._is_answer(i)}
        trusted = [c.source for c in self._ours if _comes_first(c)]
        trusted += [definitions(c.source) for c in self._ours if is_code(c) and is_script(c)]
        ours, names = lesson_keys(self._ours), {claim.name for claim in self._claims}
        found = needed([*run.values()], trusted, lesson, ours, names)
        students = [s for some in found.values() for s in some if s.key not in ours]
        if made := sorted({name for s in students for name in s.makes - names}):
            listed = ", ".join(f"`{name[:100]}`" for name in made[:MOST_NAMES])
            more = f" and {len(made) - MOST_NAMES} more" * (len(made) > MOST_NAMES)
            self._plan.remarks.append(
                f"In cells of the lesson that were changed, what the answers use was run: {listed}{more}."
            )
        return {i: "\n\n".join([OF_A_LESSON, *(s.source for s in some)]) for i, some in found.items()}

    def _is_answer(self, i: int) -> bool:
        place = self._seen[i].place
        return place is not None and is_solution(self._ours[place])

    def _add(self, run: Mapping[int, str], parts: Mapping[int, str]) -> None:
        """Make the cells that are not ours, each behind that of ours that it followed."""
        behind, count = -1, 0
        for i, each in enumerate(self._seen):
            if i in self._ids:
                behind = next(c.place for c in self._claims if self._ours[c.place]["id"] == self._ids[i])
                continue
            behind = behind if each.place is None else each.place
            source = parts.get(i) or run.get(i, "")
            if not source:
                continue
            count += 1
            if count > MOST_ADDED:
                continue
            self._ids[i] = f"added-{count}"
            added = new_code_cell(source, id=self._ids[i], metadata={KEY: {"added": True}})
            self._plan.added.setdefault(behind, []).append(added)
        if count > MOST_ADDED:
            self._plan.remarks.append(f"{count} cells were added; the first {MOST_ADDED} of them were run.")

    def _order(self) -> list[str]:
        """Setup first; each check where it stands, behind its answer if it is not there, last if it comes before it."""
        there = {each.place for each in self._seen}
        order = [c["id"] for c in self._ours if _comes_first(c)]
        order += [c["id"] for i, c in enumerate(self._ours) if is_code(c) and is_script(c) and i not in there]
        for i, each in enumerate(self._seen):
            order += self._ours_here(i, each)
            if i in self._ids:
                order.append(self._ids[i])
            order += self._checks_deleted_here(i, there)
        order = list(dict.fromkeys(order))
        return order + [c["id"] for c in self._ours if self._is_made(c) and c["id"] not in order]

    def _ours_here(self, i: int, each: Recognised) -> Iterator[str]:
        """The id of the script or check of ours that is run where this submitted cell stands."""
        cell = self._ours[each.place] if each.place is not None else None
        if cell is None or not is_code(cell):
            return
        if is_script(cell):
            yield cell["id"]
        if self._is_made(cell) and i == self._last(each.place) and self._answered_before(cell, i):
            yield cell["id"]

    def _last(self, place: int | None) -> int:
        """Where our cell stands last; a copy that says something else does not count beside one that does not."""
        copies = [i for i, each in enumerate(self._seen) if each.place == place]
        return [*copies, *(i for i in copies if self._seen[i].untouched)][-1]

    def _checks_deleted_here(self, i: int, there: Container[int | None]) -> Iterator[str]:
        """Ids of checks that are not in the submission and whose answers are whole with this cell."""
        for claim in self._claims:
            if claim.everywhere and claim.everywhere[-1] == i:
                for place, cell in enumerate(self._ours):
                    if grade_id(cell) == self._exercise(claim) and self._is_made(cell) and place not in there:
                        yield cell["id"]

    def _is_made(self, cell: Any) -> bool:
        """Whether it is a check that is made: not one whose answer is not there."""
        return is_check(cell) and f"{grade_id(cell)}{ANSWER}" not in self._plan.notes

    def _answered_before(self, check: Any, i: int) -> bool:
        claim = next((c for c in self._claims if self._exercise(c) == grade_id(check)), None)
        return claim is None or any(n < i for n in claim.everywhere)


def _comes_first(cell: Any) -> bool:
    """Whether it is a cell of ours that imports; a script that is tagged so stays in its place."""
    return is_code(cell) and is_setup(cell) and not is_script(cell)
