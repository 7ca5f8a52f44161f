"""nbgrader's autograder, with our grading in it. Bound by `patches.bind`.

`nbgrader autograde`, Formgrader's button and `gradschool grade` all come through here. Workers rebuild, run and judge
submissions (`autograder.grading`); this process alone writes, through nbgrader's own steps: a submission's grades in
one transaction, then its notebooks. nbgrader does a few things to a submission before any preprocessor sees it; each
has its cure in `Autograde`, one method each.
"""

import fnmatch
import json
import re
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.converters import autograde as stock
from nbgrader.converters.base import NbGraderException
from sqlalchemy.exc import SQLAlchemyError
from traitlets import Bool, Dict, Float, Integer, List, Unicode

from autograder.grading.pools import pool
from autograder.grading.progress import Progress
from autograder.grading.seeds import ClassSecrets
from autograder.lessons.layout import CourseError
from autograder.nbgrader_plugin import due, penalties, side_files
from autograder.nbgrader_plugin.by_hand import RESOURCE, compared
from autograder.nbgrader_plugin.draws import Draws
from autograder.nbgrader_plugin.released import Changed, drafts, released, verify
from autograder.nbgrader_plugin.remarks import show_remarks
from autograder.nbgrader_plugin.restored import restored
from autograder.nbgrader_plugin.roster import read_roster
from autograder.nbgrader_plugin.rubric import show_rubrics
from autograder.nbgrader_plugin.writer import STOPS, Writer
from autograder.sandbox.limits import Limits
from autograder.untrusted.names import problem_with, told


class Autograde(stock.Autograde):  # type: ignore[misc]
    """Grades every submission of an assignment, each to a verdict, in sandboxes."""

    sandbox = Unicode("auto", help="How student code is run: auto, warm, cold, or none (never on real work).").tag(
        config=True
    )
    limits = Dict(help="Bounds of one submission, by name: see autograder.sandbox.limits.Limits.").tag(config=True)
    workers = Integer(0, min=0, help="Submissions graded at once on this machine; 0: as many as it has cores.").tag(
        config=True
    )
    scheduler = Unicode("", help="Address of a Dask scheduler whose workers grade, in place of this machine.").tag(
        config=True
    )
    certificates = Unicode("class/cluster", help="The folder with the certificates for that scheduler.").tag(
        config=True
    )
    patience = Float(600.0, help="Seconds to wait for the first worker of that scheduler.").tag(config=True)
    students = List(Unicode(), help="Grade these students alone; all of them where it is empty.").tag(config=True)
    new_cases = Bool(False, help="Draw new cases for a submission that was graded already and has not changed.").tag(
        config=True
    )

    progress: Progress | None = None  # who hears how grading goes; the log unless set
    pool = staticmethod(pool)  # who gives the workers; `autograder.grading.kept_pool` keeps them from batch to batch

    def start(self) -> None:
        """Check that grading is by what was released, and grade."""
        folder = self._solutions()
        try:
            with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
                verify(gradebook, folder, self.coursedir.assignment_id)
            self._secrets = ClassSecrets(Path(self.coursedir.root) / "class")
            self._roster = read_roster(Path(self.coursedir.root) / "class")
            self.move_dates()
            Limits(**self.limits)
            super().start()
        except (Changed, CourseError, ValueError, TypeError, SQLAlchemyError, *STOPS) as problem:
            self.log.error(str(problem))
            raise NbGraderException(str(problem)) from None

    def move_dates(self) -> None:
        """Have the gradebook's dates, and the penalties that come from them, as term.toml and the roster have them."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            for line in due.followed(gradebook, due.dates(self, self.coursedir.assignment_id)):
                self.log.warning(line)

    def _solutions(self) -> Path:
        return Path(self.coursedir.format_path(self.coursedir.source_directory, ".", self.coursedir.assignment_id))

    def init_notebooks(self) -> None:
        """Every released notebook of every submitted folder, there or not: stock skips a folder without any."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            every = [n.name for n in gradebook.find_assignment(self.coursedir.assignment_id).notebooks]
        names = fnmatch.filter(every, self.coursedir.notebook_id)  # all of them, unless --notebook names one
        pattern = Path(self._format_source(self.coursedir.assignment_id, self.coursedir.student_id))
        folders = sorted(Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor))))
        if self.students:
            folders = [folder for folder in folders if self.student_of(folder) in self.students]
        else:
            folders = [folder for folder in folders if self.student_of(folder) not in self._roster.retired]
        folders = [folder for folder in folders if self._is_somebodys(folder)]
        self.assignments = {str(f): [str(f / f"{name}.ipynb") for name in sorted(names)] for f in folders}
        self.names = sorted(names)
        if not folders or not names:
            what = "submissions were" if not folders else f"notebook called {self.coursedir.notebook_id} was"
            who = f" by {', '.join(self.students)}" if self.students else ""
            problem = f"No {what} found at {pattern}{who}."
            self.log.error(problem)
            raise NbGraderException(problem)

    def _is_somebodys(self, folder: Path) -> bool:
        """Whether a submitted folder can be a student's; one that cannot is set aside with a sentence."""
        student = self.student_of(folder)
        if problem := problem_with(student):
            self.log.warning(
                "Not graded: a folder of class/submitted is called %s. As a student's id its name %s: rename it.",
                told(student), problem,
            )  # fmt: skip
        return not problem

    def student_of(self, folder: Path | str) -> str:
        """Whose submission lies there."""
        pattern = self._format_source(".*", "(?P<student_id>.*)", escape=True)
        match = re.fullmatch(pattern, str(folder), re.DOTALL)
        if match is None:
            raise NbGraderException(f"{folder} is not where a submission belongs")
        return match["student_id"]

    def without_submission(self) -> list[str]:
        """Students of the gradebook who handed in nothing; none where only some students are graded."""
        if self.students or self.coursedir.student_id != "*":
            return []
        there = {self.student_of(folder) for folder in self.assignments}
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            return sorted({student.id for student in gradebook.students} - there - self._roster.retired)

    def convert_notebooks(self) -> None:
        """Have everything graded that is due, and write it; see `autograder.nbgrader_plugin.writer`."""
        Writer(self).grade_all()

    def draws(self) -> Draws:
        """Which cases questions are asked."""
        return Draws(self._secrets, self.coursedir.assignment_id, self.new_cases, self.log.warning)

    def released(self) -> dict[str, Any]:
        """The released notebooks by name."""
        folder, assignment = self._solutions(), self.coursedir.assignment_id
        return {name: released(folder / f"{name}.ipynb", assignment) for name in self.names}

    def unreleased(self) -> dict[str, Any]:
        """The unit's other notebooks by name, in the form in which they would be released."""
        return drafts(self._solutions(), self.coursedir.assignment_id, self.names)

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy nothing that was submitted beside the notebooks: stock copies files, and follows links."""
        with stock.Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            before = due.standing(gradebook, due.dates(self, assignment_id), student_id)
        with restored(self.coursedir, ignore=["*"]):
            super().init_assignment(assignment_id, student_id)
        with stock.Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            self._penalties = due.extended(gradebook, due.dates(self, assignment_id), student_id, before)

    def _graded(self, student: str) -> str:
        """Where a student's graded notebooks lie, whatever `place` is."""
        path: str = super()._format_dest(self.coursedir.assignment_id, student)
        return path

    place: Path | None = None  # where notebooks are written now, in place of the student's folder

    def _format_dest(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        if self.place is not None:
            return str(self.place)
        path: str = super()._format_dest(assignment_id, student_id, escape=escape)
        return path

    def save_graded(self, student: str, notebooks: dict[str, str], folder: str, place: Path) -> None:
        """Take a student's graded notebooks through nbgrader's steps into the gradebook, and write them to `place`."""
        assignment = self.coursedir.assignment_id
        self.notebooks = self.assignments[folder]
        with restored(self, place=place):
            self.run_pre_convert_hook()
            self.init_assignment(assignment, student)
            for path in self.notebooks:
                self.log.info("Autograding %s", path)
                notebook = nbformat.from_dict(json.loads(notebooks[Path(path).stem]))
                source = self.coursedir.format_path(self.coursedir.source_directory, ".", assignment)
                show_rubrics(show_remarks(notebook), Path(source) / Path(path).name)
                self.writer.build_directory = str(place)
                resources = self.init_single_notebook_resources(path)
                resources[penalties.RESOURCE] = self._penalties
                resources[RESOURCE] = compared(notebook, Path(self._graded(student)) / Path(path).name)
                with restored(self, _sanitizing=False):
                    self._init_preprocessors()
                    output, resources = self.exporter.from_notebook_node(notebook, resources=resources)
                self.write_single_notebook(output, resources)
            for name, text in side_files.kept(folder).items():  # by these the exchange finds whose feedback it is
                (place / name).write_text(text)
            self.set_permissions(assignment, student)
            self.run_post_convert_hook()
