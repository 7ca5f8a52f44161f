"""nbgrader's autograder, with our engine in it. Bound by `nbgrader_config.py`.

`nbgrader autograde`, Formgrader's button and `gradschool grade` all come through here. Helpers rebuild, run and judge
submissions (`autograder.engine`); this process alone writes, through nbgrader's own steps: a submission's grades in
one transaction, then its notebooks. nbgrader does a few things to a submission before any preprocessor sees it; each
has its cure in `Autograde`, one method each.
"""

import contextlib
import fnmatch
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import nbgrader.apps.api
import nbgrader.apps.autogradeapp
import nbgrader.apps.generateassignmentapp
from nbgrader.api import Gradebook
from nbgrader.converters import autograde as stock
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default.release_feedback import ExchangeReleaseFeedback
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import parse_utc
from sqlalchemy.exc import SQLAlchemyError
from traitlets import Dict, Float, Integer, List, Unicode

from autograder.grading import submission
from autograder.grading.exchange import copy_feedback
from autograder.grading.generate import GenerateAssignment
from autograder.grading.rebuild import KEY
from autograder.grading.released import Changed, released, verify
from autograder.grading.restored import restored
from autograder.grading.rubric import show_rubrics
from autograder.grading.seeds import class_secret, seed_for

TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"


class Autograde(stock.Autograde):  # type: ignore[misc]
    """Grades every submission of an assignment, each to a verdict, in sandboxes."""

    sandbox = Unicode("auto", help="How student code is run: auto, warm, cold, or none (never on real work).").tag(
        config=True
    )
    limits = Dict(help="Bounds of one submission, by name: see autograder.grading.limits.Limits.").tag(config=True)
    workers = Integer(0, min=0, help="Submissions graded at once on this machine; 0: as many as it has cores.").tag(
        config=True
    )
    scheduler = Unicode("", help="Address of a Dask scheduler whose workers grade, in place of this machine.").tag(
        config=True
    )
    patience = Float(600.0, help="Seconds to wait for the first worker of that scheduler.").tag(config=True)
    students = List(Unicode(), help="Grade these students alone; all of them where it is empty.").tag(config=True)

    watch: Any = None  # an autograder.engine.watch.Watch; the log unless set

    def start(self) -> None:
        """Check that grading is by what was released, and grade."""
        from autograder.engine.writer import STOPS
        from autograder.grading.limits import Limits

        folder = self._solutions()
        try:
            with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
                verify(gradebook, folder, self.coursedir.assignment_id)
            self._secret = class_secret(Path(self.coursedir.root) / "class")
            Limits(**self.limits)
            super().start()
        except (Changed, ValueError, TypeError, SQLAlchemyError, *STOPS) as problem:
            self.log.error(str(problem))
            raise NbGraderException(str(problem)) from None

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
        self.assignments = {str(f): [str(f / f"{name}.ipynb") for name in sorted(names)] for f in folders}
        self.names = sorted(names)
        if not folders or not names:
            what = "submissions were" if not folders else f"notebook called {self.coursedir.notebook_id} was"
            who = f" by {', '.join(self.students)}" if self.students else ""
            problem = f"No {what} found at {pattern}{who}."
            self.log.error(problem)
            raise NbGraderException(problem)

    def student_of(self, folder: Path | str) -> str:
        """Whose submission lies there."""
        match = re.fullmatch(self._format_source(".*", "(?P<student_id>.*)", escape=True), str(folder))
        if match is None:
            raise NbGraderException(f"{folder} is not where a submission belongs")
        return match["student_id"]

    def convert_notebooks(self) -> None:
        """Have everything graded that is due, and write it; see `autograder.engine.writer`."""
        from autograder.engine.writer import Writer

        Writer(self).grade_all()

    def seeds_of(self, student: str, questions: list[str]) -> dict[str, int]:
        """Seeds of these questions for a student."""
        return {q: seed_for(self._secret, self.coursedir.assignment_id, student, q) for q in questions}

    def released(self) -> dict[str, Any]:
        """The released notebooks by name."""
        folder, assignment = self._solutions(), self.coursedir.assignment_id
        return {name: released(folder / f"{name}.ipynb", assignment) for name in self.names}

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy nothing that was submitted beside the notebooks: stock copies files, and follows links."""
        with restored(self.coursedir, ignore=["*"]):
            super().init_assignment(assignment_id, student_id)

    place: Path | None = None  # where notebooks are written now, in place of the student's folder

    def _format_dest(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        if self.place is not None:
            return str(self.place)
        path: str = super()._format_dest(assignment_id, student_id, escape=escape)
        return path

    def keep(self, student: str, notebooks: dict[str, str], folder: str, place: Path) -> None:
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
                show_rubrics(notebook, Path(source) / Path(path).name)
                self.writer.build_directory = str(place)
                resources = self.init_single_notebook_resources(path)
                with restored(self, _sanitizing=False):
                    self._init_preprocessors()
                    output, resources = self.exporter.from_notebook_node(notebook, resources=resources)
                self.write_single_notebook(output, resources)
            for name, text in ((TIMESTAMP, timestamp(folder)), (SECRET, secret(folder))):
                if text is not None:  # by these two the exchange finds whose feedback it is
                    (place / name).write_text(text)
            self.set_permissions(assignment, student)
            self.run_post_convert_hook()


class Seal(NbGraderPreprocessor):  # type: ignore[misc]
    """Last of all, when the grades are saved: this notebook is done."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        nb.metadata[KEY]["sealed"] = True
        return nb, resources


def timestamp(folder: str) -> str | None:
    """The text of a submission's `timestamp.txt`, as it stands there; None where it is missing or no time."""
    with contextlib.suppress(ValueError, OverflowError, TypeError):
        text = submission.read_bytes(Path(folder) / TIMESTAMP, most=200).decode()
        return text if text.strip() and parse_utc(text.strip()) else None
    return None


def secret(folder: str) -> str | None:
    """What `nbgrader submit` put beside a submission, for the exchange to find its feedback by; None without any."""
    with contextlib.suppress(ValueError):
        text = submission.read_bytes(Path(folder) / SECRET, most=200).decode()
        return text if text.strip().isalnum() else None
    return None


def existing_timestamp(self: CourseDirectory, folder: str) -> datetime | None:
    """When a submission was collected; None for a timestamp that is missing or cannot be read.

    Stock fails on a broken one, which loses the student and breaks Formgrader's list for everyone.
    """
    text = timestamp(folder)
    return None if text is None else parse_utc(text.strip())


def bind(config: Any) -> None:
    """Put all of this in nbgrader's way; safe to call at every reading of the config."""
    nbgrader.apps.api.Autograde = nbgrader.apps.autogradeapp.Autograde = Autograde
    nbgrader.apps.api.GenerateAssignment = GenerateAssignment
    nbgrader.apps.generateassignmentapp.GenerateAssignment = GenerateAssignment
    CourseDirectory.get_existing_timestamp = existing_timestamp
    ExchangeReleaseFeedback.copy_files = copy_feedback
    config.Autograde.sanitize_preprocessors = []
    config.Autograde.autograde_preprocessors = [
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "autograder.grading.hooks.Seal",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
