"""nbgrader's autograder, with our rebuilding, sandbox and judge in it. Bound by `nbgrader_config.py`.

`nbgrader autograde`, Formgrader's button and `gradschool grade` all come through here. nbgrader does a few things
to a submission before any preprocessor sees it; each has its cure in `Autograde`, one method each.
"""

import contextlib
import fnmatch
import hashlib
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import nbgrader.apps.api
import nbgrader.apps.autogradeapp
from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.converters import autograde as stock
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import parse_utc, temp_attrs
from traitlets import Dict, Unicode

from autograder.grading import submission
from autograder.grading.bubblewrap import SandboxError
from autograder.grading.limits import Limits
from autograder.grading.rebuild import KEY, rebuild
from autograder.grading.released import Changed, released, verify
from autograder.grading.rubric import show_rubrics
from autograder.grading.runner import Runner
from autograder.grading.seeds import class_secret, seed_for


class Autograde(stock.Autograde):  # type: ignore[misc]
    """Grades every submission of an assignment, each to a verdict, in one sandbox."""

    sandbox = Unicode("auto", help="How student code is run: auto, warm, cold, or none (never on real work).").tag(
        config=True
    )
    limits = Dict(help="Bounds of one submission, by name: see autograder.grading.limits.Limits.").tag(config=True)

    runner: Runner
    secret: bytes

    def start(self) -> None:
        """Check that grading is by what was released, open the sandbox, grade, close it."""
        folder = Path(self.coursedir.format_path(self.coursedir.source_directory, ".", self.coursedir.assignment_id))
        try:
            with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
                verify(gradebook, folder, self.coursedir.assignment_id)
            self.secret = class_secret(Path(self.coursedir.root) / "class")
            runner = Runner(Limits(**self.limits), self.sandbox)
        except (Changed, SandboxError, ValueError, TypeError) as problem:
            self.log.error(str(problem))
            raise NbGraderException(str(problem)) from None
        with runner as self.runner:
            super().start()

    def init_notebooks(self) -> None:
        """Every released notebook of every submitted folder, there or not: stock skips a folder without any."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            every = [n.name for n in gradebook.find_assignment(self.coursedir.assignment_id).notebooks]
        names = fnmatch.filter(every, self.coursedir.notebook_id)  # all of them, unless --notebook names one
        pattern = Path(self._format_source(self.coursedir.assignment_id, self.coursedir.student_id))
        folders = sorted(Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor))))
        self.notebooks: list[str] = []
        self.assignments = {str(f): [str(f / f"{name}.ipynb") for name in names] for f in folders}
        if not folders or not names:
            what = "submissions were" if not folders else f"notebook called {self.coursedir.notebook_id} was"
            problem = f"No {what} found at {pattern}."
            self.log.error(problem)
            raise NbGraderException(problem)

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Grade unless every graded notebook is sealed with its submission's digest.

        Stock takes a folder that exists for done, also when it was killed before it saved a grade.
        """
        if super().init_destination(assignment_id, student_id):
            return True
        folder = Path(self._format_dest(assignment_id, student_id))
        if not folder.exists() or all(_sealed(folder / Path(name).name, Path(name)) for name in self.notebooks):
            return False
        with temp_attrs(self, force=True):
            return bool(super().init_destination(assignment_id, student_id))

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy nothing that was submitted beside the notebooks: stock copies files, and follows links."""
        with temp_attrs(self.coursedir, ignore=["*"]):
            super().init_assignment(assignment_id, student_id)


class RebuildExporter(NotebookExporter):  # type: ignore[misc]
    """Reads a submission as our notebook with the student's answers; sanitising preprocessors would come too late."""

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> tuple[str, Any]:
        converter = self.parent
        if not converter._sanitizing:
            result: tuple[str, Any] = super().from_filename(filename, resources, **options)
            return result
        names = resources["nbgrader"]
        folder = converter.coursedir.format_path(converter.coursedir.source_directory, ".", names["assignment"])
        solution = Path(folder) / f"{names['notebook']}.ipynb"
        notebook = rebuild(released(solution, names["assignment"]), submission.read(Path(filename)))
        show_rubrics(notebook, solution)
        resources.setdefault("metadata", {}).update(name=names["notebook"], path=os.path.dirname(filename))
        notebook.metadata[KEY]["digest"] = digest(Path(filename))
        made: tuple[str, Any] = self.from_notebook_node(notebook, resources=resources, **options)
        return made


class GradeInSandbox(NbGraderPreprocessor):  # type: ignore[misc]
    """Runs a rebuilt notebook and puts the judge's verdict into each graded cell."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        from autograder.grading.grade import grade  # the judge needs torch, the config does not

        converter, names = self.parent.parent, resources["nbgrader"]

        def seed_of(exercise: str) -> int:
            return seed_for(converter.secret, names["assignment"], names["student"], exercise)

        grade(nb, converter.runner, seed_of)
        return nb, resources


class Seal(NbGraderPreprocessor):  # type: ignore[misc]
    """Last of all, when the grades are saved: this notebook is done."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        nb.metadata[KEY]["sealed"] = True
        return nb, resources


def digest(path: Path) -> str:
    """SHA-256 of a submitted notebook, or what is wrong with it."""
    try:
        return hashlib.sha256(submission.read_bytes(path)).hexdigest()
    except ValueError as problem:
        return str(problem)


def _sealed(graded: Path, submitted: Path) -> bool:
    try:
        ours = json.loads(graded.read_bytes())["metadata"][KEY]
        return bool(ours["sealed"]) and ours["digest"] == digest(submitted)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def existing_timestamp(self: CourseDirectory, folder: str) -> datetime | None:
    """When a submission was collected; None for a timestamp that is missing or cannot be read.

    Stock fails on a broken one, which loses the student and breaks Formgrader's list for everyone.
    """
    with contextlib.suppress(ValueError, OverflowError, TypeError):
        text = submission.read_bytes(Path(folder) / "timestamp.txt", most=200).decode().strip()
        found: datetime | None = parse_utc(text) if text else None
        return found
    return None


def bind(config: Any) -> None:
    """Put all of this in nbgrader's way; safe to call at every reading of the config."""
    nbgrader.apps.api.Autograde = nbgrader.apps.autogradeapp.Autograde = Autograde
    CourseDirectory.get_existing_timestamp = existing_timestamp
    config.Autograde.exporter_class = "autograder.grading.hooks.RebuildExporter"
    config.Autograde.sanitize_preprocessors = []
    config.Autograde.autograde_preprocessors = [
        "autograder.grading.hooks.GradeInSandbox",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "autograder.grading.hooks.Seal",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
