"""Grades as other systems read them, as nbgrader export plugins.

`nbgrader export --exporter=autograder.report.columns.Canvas`, or `gradschool report --tables`. Rows are sorted by name.
Ids of other systems stand in the class's roster, names of their columns in term.toml. Who has left is not in them.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins.export import ExportPlugin

from autograder import spreadsheet
from autograder.lessons.dates import Term, read_term
from autograder.nbgrader_plugin.roster import Entry, Roster, of_gradebook, read_roster


class _Columns(ExportPlugin):  # type: ignore[misc]
    """One row for each student, one column for each assignment."""

    default_name = "grades.csv"
    course: Path | None = None  # the folder with term.toml and the class, unless nbgrader's own command knows it

    def export(self, gradebook: Gradebook) -> None:
        """Write the file that `--to` names."""
        root = self.course or _course_of(self.parent)
        self.term = read_term(root) if root else Term()
        self.roster = read_roster(root / "class") if root else Roster()
        assignments = [a for a in gradebook.assignments if not self.assignment or a.name in self.assignment]
        students = [_student(s, self.roster) for s in gradebook.students if not self.student or s.id in self.student]
        there = sorted((s for s in students if not s.retired), key=lambda s: s.order)
        spreadsheet.write(Path(self.to or self.default_name), self.rows(gradebook, assignments, there))

    def rows(
        self, gradebook: Gradebook, assignments: Sequence[Any], students: Sequence[Entry]
    ) -> Iterator[list[object]]:
        raise NotImplementedError


def _course_of(application: Any) -> Path | None:
    coursedir = getattr(application, "coursedir", None)
    return None if coursedir is None else Path(coursedir.root)


def _student(student: Any, roster: Roster) -> Entry:
    """A student as the roster has them; what it does not say, nbgrader's gradebook may."""
    entry = roster.entries.get(student.id, Entry(student.id))
    return Entry(entry.id, of_gradebook(student) | dict(entry.told), entry.retired)


def score(gradebook: Gradebook, assignment: str, student: str) -> float | str:
    """The score after late penalties; empty where nothing was handed in."""
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return ""
    return round(max(0.0, float(submission.score) - float(submission.late_submission_penalty or 0.0)), 2)


class Canvas(_Columns):
    """Canvas's gradebook import: its five columns, then the assignments, with a row of possible points.

    Canvas finds a student by ID, else by the two SIS columns, else by name; an assignment by the number in brackets
    behind its name, else by its name.
    """

    default_name = "grades-canvas.csv"

    def rows(
        self, gradebook: Gradebook, assignments: Sequence[Any], students: Sequence[Entry]
    ) -> Iterator[list[object]]:
        heads = [self.term.of(a.name).canvas or a.name for a in assignments]
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *heads]
        yield ["Points Possible", "", "", "", "", *(a.max_score for a in assignments)]
        for s in students:
            points = [score(gradebook, a.name, s.id) for a in assignments]
            told = s.told.get
            yield [_name(s), told("lms_user_id"), told("sis_id", s.id), s.id, told("section"), *points]


def _name(student: Entry) -> str:
    """As Canvas sorts it: Lovelace, Ada."""
    parts = (student.told.get("last_name"), student.told.get("first_name"))
    return ", ".join(filter(None, parts)) or student.id


class Moodle(_Columns):
    """Moodle's grade import: users by any of three columns that it maps from, then the assignments."""

    default_name = "grades-moodle.csv"

    def rows(
        self, gradebook: Gradebook, assignments: Sequence[Any], students: Sequence[Entry]
    ) -> Iterator[list[object]]:
        heads = [self.term.of(a.name).moodle or a.name for a in assignments]
        yield ["username", "ID number", "Email address", "First name", "Last name", *heads]
        for s in students:
            who = [s.told.get(key) for key in ("sis_id", "email", "first_name", "last_name")]
            yield [s.id, *who, *(score(gradebook, a.name, s.id) for a in assignments)]


class Grades(_Columns):
    """The columns of nbgrader's own export, a row for each student and assignment."""

    def rows(
        self, gradebook: Gradebook, assignments: Sequence[Any], students: Sequence[Entry]
    ) -> Iterator[list[object]]:
        yield [
            *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
            *("raw_score", "late_submission_penalty", "score", "max_score"),
        ]
        for a in assignments:
            for s in students:
                who = [s.id, *(s.told.get(key) for key in ("last_name", "first_name", "email"))]
                yield [a.name, a.duedate, *_submitted(gradebook, a.name, s.id, who), a.max_score]


def _submitted(gradebook: Gradebook, assignment: str, student: str, who: list[Any]) -> list[object]:
    """When it was handed in, who did, and three numbers; nothing handed in is worth 0, as nbgrader's own has it."""
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return ["", *who, 0.0, 0.0, 0.0]
    penalty = float(submission.late_submission_penalty or 0.0)
    return [submission.timestamp, *who, submission.score, penalty, max(0.0, submission.score - penalty)]
