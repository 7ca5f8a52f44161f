"""What nbgrader's gradebook and the graded notebooks say of a class, question by question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook

from autograder.checking.verdict import Means
from autograder.lessons.cells import ANSWER, GradeRecord, by_grade_id
from autograder.spec import catalogue


@dataclass(frozen=True)
class Result:
    """One question of one student.

    `state`, `misconceptions`, `diagnoses`, `flags` and `text` are what the judge wrote beside it, and so are
    `mistakes`, the ids of those misconceptions that several exercises share; `answer` is the source that was graded.
    `means` says of each diagnosis by what it was found, and `failed` which lines of the card failed, on which cases.
    """

    student: str
    question: str
    points: float
    most: float
    state: str
    misconceptions: tuple[str, ...] = ()
    diagnoses: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    text: str = ""
    answer: str = ""
    mistakes: tuple[str, ...] = ()
    means: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Points as a share of the most, from 0 to 1."""
        return self.points / self.most if self.most else 0.0


@dataclass
class Results:
    """All results of one assignment, in the order of the questions within each student."""

    all: list[Result] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._by_both = {(r.student, r.question): r for r in self.all}

    def of(self, student: str, question: str) -> Result | None:
        return self._by_both.get((student, question))

    def on(self, question: str) -> list[Result]:
        """Every student's result on one question."""
        return [r for r in self.all if r.question == question]

    @property
    def questions(self) -> list[str]:
        return list(dict.fromkeys(r.question for r in self.all))

    @property
    def students(self) -> list[str]:
        return list(dict.fromkeys(r.student for r in self.all))

    def totals(self) -> dict[str, float]:
        """Points of each student on all questions together."""
        sums = dict.fromkeys(self.students, 0.0)
        for r in self.all:
            sums[r.student] += r.points
        return sums

    @property
    def most(self) -> float:
        """The greatest total that can be had."""
        return sum({r.question: r.most for r in self.all}.values())


def read(folder: Path, unit: str, db_url: str = "") -> Results:
    """Points from the gradebook, the rest from the graded notebooks.

    Args:
        folder: the course's folder.
        unit: the assignment.
        db_url: the gradebook, if it is not the class's own SQLite file.

    Raises:
        nbgrader.api.MissingEntry: the assignment was never released.
    """
    return read_class(folder / "class", unit, db_url)


def read_class(held: Path, unit: str, db_url: str = "") -> Results:
    """The same of a class by its own folder, which holds `autograded/` and the gradebook."""
    with Gradebook(db_url or f"sqlite:///{held}/gradebook.db") as gradebook:
        submissions = sorted(gradebook.find_assignment(unit).submissions, key=lambda s: s.student.id)
        found: list[Result] = []
        for submission in submissions:
            graded = held / "autograded" / submission.student.id / unit
            found += _of_student(submission.student.id, submission.notebooks, graded)
    return Results(found)


def _of_student(student: str, notebooks: Sequence[Any], graded: Path) -> Iterator[Result]:
    for part in sorted(notebooks, key=lambda n: n.name):
        path = graded / f"{part.name}.ipynb"
        if not path.is_file():
            continue  # collected, and not graded yet
        scores = {g.name: g for g in part.grades}
        cells = nbformat.read(path, as_version=4).cells
        named = by_grade_id(cells)
        for question, cell in named.items():
            told = GradeRecord.read(cell)
            if told is not None:
                answer = named.get(f"{question}{ANSWER}")
                yield Result(
                    student, question, scores[question].score, scores[question].max_score, told.state,
                    tuple(told.misconceptions), tuple(told.diagnoses), tuple(told.flags), told.text,
                    answer.source if answer is not None else "", _mistakes(question, told), _means(told),
                    tuple(told.failed),
                )  # fmt: skip


def _mistakes(question: str, told: GradeRecord) -> tuple[str, ...]:
    """Ids of shared mistakes; an earlier release wrote only the misconceptions' names, and the spec knows the ids."""
    if told.mistakes:
        return tuple(told.mistakes)
    ids = {m.name: m.mistake for m in catalogue.find(question).misconceptions}
    return tuple(ids[name] for name in told.misconceptions if ids.get(name))


def _means(told: GradeRecord) -> tuple[str, ...]:
    """By what each diagnosis was found; an earlier release did not write it, and put the known mistakes first."""
    if told.means or not told.diagnoses:
        return tuple(told.means)
    known = len(told.misconceptions)
    return tuple(Means.KNOWN if i < known else Means.PATTERN for i in range(len(told.diagnoses)))
