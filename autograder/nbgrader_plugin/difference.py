"""How a question's new grade stands to the old one: points, verdict, mistake, and what a person gave."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.checking.verdict import State
from autograder.grading.judged_by import changed
from autograder.lessons.cells import GradeRecord, by_grade_id, is_check, points

SPELLED: dict[str, str] = {  # what a verdict without a named mistake is called
    State.CHECKED: "not right, no mistake named",
    State.MISSING: "no answer",
    State.UNATTEMPTED: "not attempted",
    State.FORBIDDEN: "calls what it should have written",
    State.TIMEOUT: "stopped",
    State.FAILED: "gave nothing to compare",
    State.DIED: "ended its process",
    State.JUDGE_FAILED: "could not be judged",
}


@dataclass(frozen=True)
class Grade:
    """Points out of the most that can be had, and the verdict in words."""

    points: float
    most: float
    verdict: str

    def __str__(self) -> str:
        return f"{self.points:.4g} of {self.most:g}"


@dataclass(frozen=True)
class Change:
    """One question of one student: what it got, what it gets now, and what a person gave in place of either.

    `because` says what is another than when it was graded: spec, reference, engine, points; "not noted" where a
    release that did not note it has graded.
    """

    student: str
    question: str
    before: Grade | None
    after: Grade
    by_hand: float | None = None
    because: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return self.before != self.after

    @property
    def gain(self) -> float:
        """Points more than before in the gradebook: none where a person's stand there."""
        before = self.before.points if self.before is not None else 0.0
        return 0.0 if self.by_hand is not None else self.after.points - before


def changes(student: str, old: Any, new: Any, wanted: set[str], by_hand: Mapping[str, float]) -> Iterator[Change]:
    """Every checked question of a notebook, old and new; only those in `wanted` where there are any in it."""
    before = by_grade_id(old["cells"])
    for question, cell in by_grade_id(new["cells"]).items():
        if is_check(cell) and (not wanted or question in wanted):
            was, now = _grade(before.get(question)), _grade(cell)
            assert now is not None, "the judge has been there"
            told = GradeRecord.read(before.get(question, {}))
            yield Change(student, question, was, now, by_hand.get(question), _because(told, was, now, question))


def _because(told: GradeRecord | None, was: Grade | None, now: Grade, question: str) -> tuple[str, ...]:
    if told is None or was is None:
        return ("not graded before",)
    parts = changed(told.judged_by, question) if told.judged_by else ["not noted"]
    return (*parts, *(["points"] if was.most != now.most else []))


def _grade(cell: Any | None) -> Grade | None:
    told = GradeRecord.read(cell) if cell is not None else None
    return None if told is None or cell is None else Grade(told.points, points(cell), _verdict(told, points(cell)))


def _verdict(told: GradeRecord, most: float) -> str:
    if told.diagnoses:
        return told.diagnoses[0]
    return "right" if told.state == State.CHECKED and told.points >= most else SPELLED.get(told.state, told.state)
