"""Which graded submissions were judged by an older spec, reference or engine: autograde says so, and grades nothing."""

from collections.abc import Iterable
from typing import Any

from autograder.grading.judged_by import changed
from autograder.lessons.cells import GradeRecord, by_grade_id
from autograder.spec.catalogue import UnknownExercise

MOST_NAMES = 8


class Older:
    """What was found in graded notebooks of one assignment."""

    def __init__(self) -> None:
        self._by_part: dict[str, dict[str, set[str]]] = {}  # spec, reference or engine; question; students
        self._unknown: set[str] = set()

    def look(self, student: str, notebook: Any) -> None:
        """Hold the grades of a graded notebook against what would judge them now."""
        for question, cell in by_grade_id(notebook.get("cells", [])).items():
            told = GradeRecord.read(cell)
            if told is None:
                continue
            if not told.judged_by:
                self._unknown.add(student)
                continue
            try:
                parts = changed(told.judged_by, question)
            except UnknownExercise:  # a teacher's own spec, say, whose folder is not named now
                parts = ["spec"]
            for part in parts:
                self._by_part.setdefault(part, {}).setdefault(question, set()).add(student)

    def sentences(self, assignment: str) -> list[str]:
        """What an instructor should know; nothing where all was judged by what is here now."""
        said = []
        for part, questions in self._by_part.items():
            students = set().union(*questions.values())
            said.append(f"Judged by an older {part}: {_listed(questions)} of {_listed(students)}.")
        if self._unknown:
            said.append(f"Judged by a release that did not note by what: {_listed(self._unknown)}.")
        if said:
            said.append(f"To see who would gain or lose: gradschool regrade {assignment}")
        return said


def _listed(names: Iterable[str]) -> str:
    """Some names, and how many more there are."""
    known = sorted(names)
    more = len(known) - MOST_NAMES
    return ", ".join(known[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
