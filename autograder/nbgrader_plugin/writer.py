"""The one writer: hands submissions out, takes verdicts in, and keeps gradebook and graded notebooks.

A submission is done when each of its graded notebooks carries a seal and the digest of what was handed in. Its grades
are committed before its notebooks are put in place, so that whoever is stopped between the two grades it once more, to
the same verdicts; whatever is not done is done again, and nothing else is.
"""

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from nbgrader.converters.base import NbGraderException

from autograder.grading import atomic
from autograder.grading.deferred_interrupt import deferred_interrupt
from autograder.grading.find import Finder
from autograder.grading.jobs import Graded, Job, Setup, fingerprint, parts
from autograder.grading.pool import NoCluster, Pool
from autograder.grading.progress import LogProgress, Progress
from autograder.grading.worker import Unfit, WorkerError
from autograder.lessons.cells import KEY, grade_id, is_check
from autograder.nbgrader_plugin.draws import Draws
from autograder.nbgrader_plugin.gradebook import BatchGradebook, NoGradebook
from autograder.nbgrader_plugin.remarks import remarks

STOPS = (Unfit, NoCluster, NoGradebook, atomic.NoSpace)  # what ends a batch, with one sentence

MOST_SAID = 500  # letters of why a submission could not be graded


class Converter(Protocol):
    """What the writer needs of nbgrader's converter: see `autograde.Autograde`."""

    coursedir: Any  # nbgrader's CourseDirectory
    log: Any
    assignments: Mapping[str, list[str]]  # submitted folders, with the notebooks that belong in each
    limits: Mapping[str, Any]
    sandbox: str
    workers: int
    scheduler: str
    certificates: str
    patience: float
    force: bool
    progress: Progress | None
    pool: Callable[[Setup, int, str, Path, float], Pool]  # who grades; see `autograder.grading.pools.pool`

    def student_of(self, folder: Path | str) -> str: ...

    def released(self) -> Mapping[str, Any]: ...

    def unreleased(self) -> Mapping[str, Any]: ...

    def without_submission(self) -> Sequence[str]: ...

    def draws(self) -> Draws: ...

    def save_graded(self, student: str, notebooks: Mapping[str, str], folder: str, place: Path) -> None: ...


class Writer:
    """Grades one assignment for nbgrader's converter, its notebooks found."""

    def __init__(self, converter: Converter) -> None:
        self._converter, self._log = converter, converter.log
        self._course, self._unit = converter.coursedir, converter.coursedir.assignment_id
        self._folders = {converter.student_of(folder): folder for folder in converter.assignments}
        released = converter.released()
        self._finder = Finder(released, converter.unreleased())
        self._questions = {
            name: [grade_id(c) for c in notebook.cells if is_check(c)] for name, notebook in released.items()
        }
        self._setup = Setup(
            {name: json.dumps(notebook) for name, notebook in released.items()},
            dict(converter.limits),
            converter.sandbox,
            fingerprint(),
        )

    def grade_all(self) -> None:
        """Grade what is due.

        Raises:
            one of STOPS: grading cannot go on; what is graded is kept.
            NbGraderException: some submissions could not be graded; all others are.
        """
        failed: dict[str, str] = {}
        due = [student for student in self._folders if self._is_due(student, failed)]
        progress = self._converter.progress or LogProgress(self._log.info)
        if due:
            with progress:
                progress.expect(len(due), len(self._folders) - len(due))
                self._grade(due, progress, failed)
        self._tell()
        self._tell_older([student for student in self._folders if student not in due])
        for student, reason in failed.items():
            self._log.error("%s could not be graded: %s", student, " ".join(reason.split())[:MOST_SAID])
        if failed:
            raise NbGraderException(f"Not graded: {', '.join(failed)}. The others are; start again to try once more.")

    def _tell_older(self, graded: list[str]) -> None:
        """Say which of the grades that were left as they are come from an older spec, reference or engine."""
        from autograder.nbgrader_plugin.older import older  # torch: not while nbgrader's configuration is read

        for sentence in older(self._unit, {student: self._done_folder(student) for student in graded}):
            self._log.warning(sentence)

    def _grade(self, due: list[str], progress: Progress, failed: dict[str, str]) -> None:
        cores = len(os.sched_getaffinity(0))
        count = min(self._converter.workers or cores, len(due))
        gradebook = BatchGradebook(self._course.db_url, self._course.course_id, self._log.warning)
        autograded = Path(self._course.format_path(self._course.autograded_directory, ".", "."))
        certificates = Path(self._course.root) / self._converter.certificates
        try:
            with (
                atomic.staging_folder(autograded) as staging,
                self._converter.pool(
                    self._setup, count, self._converter.scheduler, certificates, self._converter.patience
                ) as workers,
                deferred_interrupt() as stop_if_interrupted,
            ):
                for student, outcome in workers.grade(self._jobs(due, failed), progress.begun):
                    seconds = 0.0
                    if isinstance(outcome, WorkerError):
                        failed[student] = str(outcome)
                    else:
                        # a folder that cannot be written is nobody's alone: `staging_folder` says so
                        with self._alone(student, failed, OSError):
                            seconds = outcome.seconds + self._save(outcome, gradebook, staging)
                    progress.done(student, seconds)
                    stop_if_interrupted()
        finally:
            gradebook.close()

    def _tell(self) -> None:
        """Say what nobody may overlook: who handed in nothing, and what of the others could not be matched."""
        for student in sorted(self._folders):
            for remark in remarks(student, self._done_folder(student)):
                self._log.warning("%s, %s: %s", student, remark.notebook, remark.what)
        if nothing := self._converter.without_submission():
            self._log.warning("Nothing was handed in by %s.", ", ".join(nothing))

    def _jobs(self, due: list[str], failed: dict[str, str]) -> Iterator[Job]:
        """What was handed in, read only when its turn comes."""
        draws = self._converter.draws()
        for student in due:
            job = None
            with self._alone(student, failed):
                found, done = self._finder.find(Path(self._folders[student])), self._done_folder(student)
                drawn = {
                    name: draws.of(student, questions, found.files[name], done / f"{name}.ipynb")
                    for name, questions in self._questions.items()
                }
                job = Job(student, parts(found, drawn), self._stamp(student))
            if job is not None:
                yield job

    @contextlib.contextmanager
    def _alone(self, student: str, failed: dict[str, str], *stops: type[Exception]) -> Iterator[None]:
        """Whatever goes wrong with one submission, but for `stops`, costs it one sentence, and the batch goes on."""
        try:
            yield
        except Exception as problem:
            if isinstance(problem, STOPS + stops):
                raise
            self._log.debug("While %s was graded", student, exc_info=True)
            failed[student] = f"{type(problem).__name__}: {problem}"

    def _save(self, graded: Graded, gradebook: BatchGradebook, staging: Path) -> float:
        """The grades first, in one transaction; then the notebooks, each at once. Returns the seconds that it took."""
        student, began = graded.student, time.monotonic()
        made = staging / "made"

        def steps() -> None:
            atomic.emptied(made)
            self._converter.save_graded(student, graded.notebooks, self._folders[student], made)

        gradebook.save(steps)
        atomic.put(made, self._done_folder(student), alone=self._course.notebook_id == "*")
        return time.monotonic() - began

    def _is_due(self, student: str, failed: dict[str, str]) -> bool:
        due = False
        with self._alone(student, failed):
            due = self._due(student)
        return due

    def _due(self, student: str) -> bool:
        if student in self._course.student_id_exclude.split(","):
            return False
        if self._converter.force:
            return True
        folder, done = Path(self._folders[student]), self._done_folder(student)
        stamp = self._stamp(student)
        sealed = [_sealed(done / f"{name}.ipynb", stamp) for name in self._questions]
        if None not in sealed and sorted(map(str, sealed)) == sorted(self._finder.digests(folder)):
            self._log.info("Skipping existing assignment: %s", done)
            return False
        return True

    def _done_folder(self, student: str) -> Path:
        return Path(self._course.format_path(self._course.autograded_directory, student, self._unit))

    def _stamp(self, student: str) -> str:
        when = self._course.get_existing_timestamp(self._folders[student])
        return when.isoformat() if when else ""


def _sealed(graded: Path, stamp: str) -> str | None:
    """The digest of what a graded notebook was made from; None where it is not done, or was collected since."""
    try:
        ours = json.loads(graded.read_bytes())["metadata"][KEY]
        return str(ours["digest"]) if ours["sealed"] and ours["stamp"] == stamp else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
