"""What nbgrader's gradebook and the graded notebooks say of a class, question by question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook

from autograder.checking.verdict import Means
from autograder.lessons.cells import ANSWER, KEY, GradeRecord, by_grade_id
from autograder.nbgrader_plugin.remarks import Remark, remarks
from autograder.nbgrader_plugin.roster import read_roster
from autograder.spec import catalogue

NOT_HANDED_IN = "not handed in"  # in the place of a state: no notebook, or no cell, that holds the answer


@dataclass(frozen=True)
class Written:
    """One student's answer to a question that a person reads; `points` is None until one has."""

    student: str
    question: str
    points: float | None
    most: float


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
    def handed_in(self) -> bool:
        """Whether there was an answer to judge, were it only the stub."""
        return self.state != NOT_HANDED_IN

    @property
    def tried(self) -> bool:
        return self.handed_in and self.state != "unattempted"

    @property
    def share(self) -> float:
        """Points as a share of the most, from 0 to 1."""
        return self.points / self.most if self.most else 0.0


@dataclass
class Results:
    """All results of one assignment, in the order of the questions within each student.

    Attributes:
        all: what was checked.
        written: what a person reads.
        remarks: what is to be known of what was handed in.
        nothing: students in the gradebook who handed in nothing.
    """

    all: list[Result] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    nothing: list[str] = field(default_factory=list)

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
        for w in self.written:
            sums[w.student] = sums.get(w.student, 0.0) + (w.points or 0.0)
        return sums

    @property
    def most(self) -> float:
        """The greatest total that can be had, as nbgrader's gradebook has it."""
        checked, written = {r.question: r.most for r in self.all}, {w.question: w.most for w in self.written}
        return sum((checked | written).values())


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
    gone = read_roster(held).retired
    with Gradebook(db_url or f"sqlite:///{held}/gradebook.db") as gradebook:
        every = sorted(gradebook.find_assignment(unit).submissions, key=lambda s: s.student.id)
        submissions = [s for s in every if s.student.id not in gone]
        results = Results()
        for submission in submissions:
            student, graded = submission.student.id, held / "autograded" / submission.student.id / unit
            results.all += _of_student(student, submission.notebooks, graded)
            results.written += _written(student, submission.notebooks, graded)
            results.remarks += remarks(student, graded)
        results.nothing = sorted({s.id for s in gradebook.students} - {s.student.id for s in every} - gone)
    return Results(results.all, results.written, results.remarks, results.nothing)


def _written(student: str, notebooks: Sequence[Any], graded: Path) -> Iterator[Written]:
    for part in notebooks:
        if (graded / f"{part.name}.ipynb").is_file():
            for grade in part.grades:
                if grade.cell.cell_type == "markdown":
                    yield Written(
                        student, grade.name, None if grade.needs_manual_grade else grade.score, grade.max_score
                    )


def _of_student(student: str, notebooks: Sequence[Any], graded: Path) -> Iterator[Result]:
    for part in sorted(notebooks, key=lambda n: n.name):
        path = graded / f"{part.name}.ipynb"
        if not path.is_file():
            continue  # collected, and not graded yet
        scores = {g.name: g for g in part.grades}
        notebook = nbformat.read(path, as_version=4)
        named = by_grade_id(notebook.cells)
        notes = notebook.metadata.get(KEY, {}).get("notes", {})
        for question, cell in named.items():
            told = GradeRecord.read(cell)
            if told is not None:
                answer = named.get(f"{question}{ANSWER}")
                yield Result(
                    student, question, scores[question].score, scores[question].max_score,
                    NOT_HANDED_IN if f"{question}{ANSWER}" in notes else told.state,
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
