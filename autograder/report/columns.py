"""Grades as other systems read them, as nbgrader export plugins.

`nbgrader export --exporter=autograder.report.columns.Canvas`, or `gradschool report --tables`.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins.export import ExportPlugin


class _Columns(ExportPlugin):  # type: ignore[misc]
    """One row for each student, one column for each assignment."""

    default_name = "grades.csv"

    def export(self, gradebook: Gradebook) -> None:
        """Write the file that `--to` names."""
        assignments = [a for a in gradebook.assignments if not self.assignment or a.name in self.assignment]
        students = [s for s in gradebook.students if not self.student or s.id in self.student]
        target = Path(self.to or self.default_name)
        partial = target.with_name(f"{target.name}.partial")
        with open(partial, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(self.rows(gradebook, assignments, students))
        partial.replace(target)  # whole or not at all

    def rows(self, gradebook: Gradebook, assignments: Sequence[Any], students: Sequence[Any]) -> Iterator[list[object]]:
        raise NotImplementedError


def score(gradebook: Gradebook, assignment: str, student: str) -> float | str:
    """The score after late penalties; empty where nothing was handed in."""
    try:
        submission = gradebook.find_submission(assignment, student)
    except MissingEntry:
        return ""
    return round(max(0.0, float(submission.score) - float(submission.late_submission_penalty or 0.0)), 2)


def plain(text: str | None) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = text or ""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


class Canvas(_Columns):
    """Canvas's gradebook import: its five columns, then the assignments, with a row of possible points."""

    default_name = "grades-canvas.csv"

    def rows(self, gradebook: Gradebook, assignments: Sequence[Any], students: Sequence[Any]) -> Iterator[list[object]]:
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *(a.name for a in assignments)]
        yield ["Points Possible", "", "", "", "", *(a.max_score for a in assignments)]
        for s in students:
            name = ", ".join(part for part in (s.last_name, s.first_name) if part) or s.id
            points = [score(gradebook, a.name, s.id) for a in assignments]
            yield [plain(name), "", plain(s.id), plain(s.id), "", *points]


class Moodle(_Columns):
    """Moodle's grade import: users by their name of login and e-mail, then the assignments."""

    default_name = "grades-moodle.csv"

    def rows(self, gradebook: Gradebook, assignments: Sequence[Any], students: Sequence[Any]) -> Iterator[list[object]]:
        yield ["username", "firstname", "lastname", "email", *(a.name for a in assignments)]
        for s in students:
            who = [plain(part) for part in (s.id, s.first_name, s.last_name, s.email)]
            yield [*who, *(score(gradebook, a.name, s.id) for a in assignments)]
