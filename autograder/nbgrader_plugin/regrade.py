"""Grades made again from the same submissions with the same seeds: first who gains and loses, then, if asked, stored.

Everything is nbgrader's autograding but for the last step: verdicts are held against those that lie there, and are kept
aside until all are known. Only what is graded and was not handed in anew since is regraded; the rest is autograding's.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets import List, Unicode

from autograder.grading import atomic
from autograder.grading.jobs import Graded
from autograder.grading.seeds import Drawn
from autograder.lessons.cells import KEY, GradeRecord, by_grade_id, grade_id, is_check
from autograder.nbgrader_plugin.autograde import Autograde
from autograder.nbgrader_plugin.difference import Change, changes
from autograder.nbgrader_plugin.gradebook import BatchGradebook
from autograder.nbgrader_plugin.released import released
from autograder.nbgrader_plugin.writer import STOPS, Writer


class NothingToRegrade(Exception):
    """What was asked for is not there; the message says what is."""


@dataclass(frozen=True)
class Left:
    """A submission that was not regraded, and why."""

    student: str
    reason: str


class Regrade(Autograde):
    """nbgrader's converter that grades again; what it found lies in `found` and `left`, and `store` writes it."""

    questions = List(Unicode(), help="Regrade these questions alone; all of them where it is empty.")

    def convert_notebooks(self) -> None:
        """Grade again, and keep what was found aside."""
        self.new_cases = False
        self.force = False  # who handed in anew is left to autograding
        self._kept = tempfile.TemporaryDirectory(prefix="gradschool-regrade-")
        self._writer = Regrader(self, set(self.questions), Path(self._kept.name))
        self._writer.grade_all()

    def move_dates(self) -> None:
        """Not by a regrade, which shows first: `gradschool due` and autograding do it."""

    @property
    def found(self) -> list[Change]:
        """Every regraded question of every student, changed or not, by question."""
        return sorted(self._writer.found, key=lambda change: (change.question, change.student))

    @property
    def left(self) -> list[Left]:
        return self._writer.left

    def card(self, student: str, question: str) -> str:
        """The regraded question's card as text, and its seed; "" where it was not regraded."""
        for path in Path(self._kept.name, student).glob("*.json"):
            told = GradeRecord.read(by_grade_id(json.loads(path.read_bytes())["cells"]).get(question, {}))
            if told is not None:
                return f"{told.text}\nSeed {self.draws().draw(student, question, Drawn.read(told.drawn)).seed}."
        return ""

    def store(self) -> None:
        """Write what was found: grades in one transaction for each student, then their notebooks.

        Raises:
            NbGraderException: it cannot go on; those that are written stay so, and the log says why.
        """
        try:
            self._writer.store()
        except STOPS as problem:
            self.log.error(str(problem))
            raise NbGraderException(str(problem)) from None

    def close(self) -> None:
        """Forget what was kept aside."""
        self._kept.cleanup()


class Regrader(Writer):
    """The writer of a regrade: it writes only when it is told to."""

    def __init__(self, converter: Regrade, questions: set[str], kept: Path) -> None:
        super().__init__(converter)
        self._wanted, self._kept = questions, kept
        self._by_hand = _given_by_hand(self._course, self._unit)
        self.found: list[Change] = []
        self.left: list[Left] = []

    def _due(self, student: str) -> bool:
        if student in self._course.student_id_exclude.split(","):
            return False
        if not any((self._done_folder(student) / f"{name}.ipynb").is_file() for name in self._questions):
            self.left.append(Left(student, "not graded yet"))
        elif super()._due(student):
            self.left.append(Left(student, "handed in again since, or not graded to the end"))
        else:
            return True
        return False

    def _tell_older(self, graded: list[str]) -> None:
        """The table says it."""

    def _tell(self) -> None:
        """Autograding has said what was handed in."""

    def _save(self, graded: Graded, gradebook: BatchGradebook, staging: Path) -> float:
        """Keep aside what was found of a student."""
        place = self._kept / graded.student
        place.mkdir()
        for name, text in graded.notebooks.items():
            new = json.loads(text)
            old = json.loads((self._done_folder(graded.student) / f"{name}.ipynb").read_bytes())
            keep_others(old, new, self._wanted)
            by_hand = self._by_hand.get(graded.student, {})
            self.found += changes(graded.student, old, new, self._wanted, by_hand)
            (place / f"{name}.json").write_text(json.dumps(new))
        return 0.0

    def store(self) -> None:
        """Put all that was kept aside in place of what lies there."""
        gradebook = BatchGradebook(self._course.db_url, self._course.course_id, self._log.warning)
        autograded = Path(self._course.format_path(self._course.autograded_directory, ".", "."))
        try:
            with atomic.staging_folder(autograded) as staging:
                for place in sorted(self._kept.iterdir()):
                    notebooks = {path.stem: path.read_text() for path in place.iterdir()}
                    super()._save(Graded(place.name, notebooks), gradebook, staging)
        finally:
            gradebook.close()


def regraded(api: Any, unit: str, notebook: str, questions: Sequence[str], students: Sequence[str]) -> Regrade:
    """Grade again, storing nothing yet.

    Args:
        api: nbgrader's, made with the course's config.
        unit: the assignment.
        notebook: one of its notebooks, or ``*``.
        questions: these alone, in that notebook; all of them where there are none.
        students: these alone; everyone where there are none.

    Raises:
        NbGraderException: it cannot be done; the log says why.
        NothingToRegrade: see `keep_others`.
    """
    course = CourseDirectory(parent=api)
    course.assignment_id, course.notebook_id = unit, notebook
    converter = Regrade(coursedir=course, parent=api)
    converter.students, converter.questions = list(students), list(questions)
    converter.start()
    return converter


def keep_others(old: Any, new: Any, wanted: set[str]) -> None:
    """Give the questions of a regraded notebook that were not asked for the grades that they have.

    Raises:
        NothingToRegrade: one of them is worth something else than when it was graded.
    """
    if not wanted:
        return
    before = by_grade_id(old["cells"])
    for cell in filter(is_check, new["cells"]):
        name = grade_id(cell)
        if name in wanted or name not in before:
            continue
        if cell["metadata"]["nbgrader"]["points"] != before[name]["metadata"]["nbgrader"]["points"]:
            raise NothingToRegrade(f"The points of {name} were changed too: regrade it with --question {name}.")
        cell["outputs"] = before[name]["outputs"]
        cell["metadata"][KEY] = before[name]["metadata"][KEY]


def notebooks_of(folder: Path, unit: str, questions: Sequence[str]) -> list[str]:
    """Names of the released notebooks that hold these questions.

    Raises:
        NothingToRegrade: a question is in none of them.
    """
    graded = {question: path.stem for path in sorted(folder.glob("*.ipynb")) for question in _checks(path, unit)}
    for question in questions:
        if question not in graded:
            raise NothingToRegrade(
                f"{unit} has no question {question!r}. It has: {', '.join(graded) or 'none at all'}."
            )
    return list(dict.fromkeys(graded[question] for question in questions))


def _checks(path: Path, unit: str) -> Iterator[str]:
    return (grade_id(cell) for cell in released(path, unit).cells if is_check(cell))


def _given_by_hand(course: Any, unit: str) -> dict[str, dict[str, float]]:
    """Points that a person gave in place of the judge's, by student and question."""
    with Gradebook(course.db_url, course.course_id) as gradebook:
        return {
            submission.student.id: {
                grade.name: grade.manual_score
                for part in submission.notebooks
                for grade in part.grades
                if grade.manual_score is not None
            }
            for submission in gradebook.find_assignment(unit).submissions
        }
