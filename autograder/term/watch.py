"""Grading as submissions come: collect, grade, make feedback, release it, one line for each; then look again.

All that it knows lies on the disk, and each step is whole or not done: a watch that was killed anywhere goes on where
it was. A submission that fails is left alone until it changes or the watch is started again.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters.base import NbGraderException

from autograder.grading.kept_pool import KeptPools
from autograder.nbgrader_plugin.roster import read_roster
from autograder.term.arrivals import SETTLED, untouched
from autograder.term.feedback import Feedback

Mark = tuple[tuple[str, int, int], ...]  # names, sizes and times of files
AGAIN = 300.0  # seconds until what ended a whole batch is tried again with the same students


class Source(Protocol):
    """Where submissions come from: see `arrivals`."""

    def take(self, unit: str, gone: set[str]) -> Iterator[tuple[str, str]]: ...


class Watch:
    """Looks at some units of a class.

    Args:
        api: nbgrader's, made with the course's config.
        units: the assignments.
        sources: where submissions come from; what lies in class/submitted/ is graded anyway.
        say: hears one line for each thing that was done.
    """

    def __init__(self, api: Any, units: Sequence[str], sources: Sequence[Source], say: Callable[[str], None]) -> None:
        self._api, self._units, self._sources, self._say = api, units, sources, say
        self._held = Path(api.coursedir.root) / "class"
        self._feedback, self._pools = Feedback(api, self._held), KeptPools()
        self._seen: dict[tuple[str, str], Mark] = {}
        self._whole: set[tuple[str, str]] = set()  # put in place by us: no need to wait whether more comes
        self._failed: dict[tuple[str, str], dict[str, str]] = {}  # what failed and why, by unit and student
        self._errors = _Errors()
        api.log.addHandler(self._errors)
        self._stopped: dict[str, tuple[str, float]] = {}  # what ended a unit's batch, and when

    def close(self) -> None:
        """End the workers."""
        self._pools.close()
        self._api.log.removeHandler(self._errors)

    def look(self) -> int:
        """Do all that is to be done now; returns how many things were done."""
        done = 0
        for unit in self._units:
            gone = read_roster(self._held).retired
            done += self._collect(unit, gone)
            done += self._grade(unit, self._due(unit, gone))
            done += self._give_back(unit)
        return done

    def _collect(self, unit: str, gone: set[str]) -> int:
        done = 0
        for source in self._sources:
            for student, problem in source.take(unit, gone):
                if problem:
                    self._fail(unit, student, "not collected", problem)
                else:
                    done += 1
                    self._whole.add((unit, student))
                    self._say(f"{unit} {student}: collected")
        return done

    def _due(self, unit: str, gone: set[str]) -> list[str]:
        """Students whose folder is another than when it was looked at last."""
        due = []
        for folder in sorted((self._held / "submitted").glob(f"[!.]*/{unit}")):
            key, mark = (unit, folder.parent.name), _mark(folder)
            if key[1] in gone or not mark or self._seen.get(key) == mark:
                continue
            if key in self._whole or _settled(folder):
                due.append(key[1])
        return due

    def _grade(self, unit: str, due: list[str]) -> int:
        stopped, since = self._stopped.get(unit, ("", 0.0))
        if not due or (stopped and time.monotonic() - since < AGAIN):
            return 0
        from nbgrader.apps.api import Autograde  # ours, once the config has been read

        marks = {student: _mark(self._held / "submitted" / student / unit) for student in due}
        heard = _Heard(lambda student, seconds: self._graded(unit, student, seconds))
        for student in due:
            self._failed.pop((unit, student), None)
        self._api.coursedir.assignment_id = unit
        converter = Autograde(coursedir=self._api.coursedir, parent=self._api)
        converter.students, converter.progress, converter.pool = due, heard, self._pools.pool
        self._errors.lines.clear()
        try:
            converter.start()
        except NbGraderException as problem:
            if not str(problem).startswith("Not graded: "):  # the whole batch, not a submission
                self._stop(unit, str(problem))
                return 0
        self._stopped.pop(unit, None)
        for student in due:
            self._seen[unit, student] = marks[student]
            self._whole.discard((unit, student))
        for student in heard.failed:
            self._fail(unit, student, "not graded", self._errors.of(student))
        return heard.graded

    def _graded(self, unit: str, student: str, seconds: float) -> None:
        """Say it, and give feedback back while the workers grade the next ones."""
        self._say(f"{unit} {student}: graded, {self._points(unit, student)}, in {seconds:.1f} s")
        self._give_back_to(unit, student)

    def _stop(self, unit: str, problem: str) -> None:
        if self._stopped.get(unit, ("", 0.0))[0] != problem:
            self._say(f"{unit}: grading stopped, and is tried again in {AGAIN / 60:g} minutes: {problem}")
        self._stopped[unit] = (problem, time.monotonic())

    def _points(self, unit: str, student: str) -> str:
        with Gradebook(self._api.coursedir.db_url, self._api.coursedir.course_id) as gradebook:
            try:
                found = gradebook.find_submission(unit, student)
            except MissingEntry:
                return "no points"
            penalty = found.late_submission_penalty or 0.0
            return f"{found.score - penalty:g} of {found.max_score:g} points" + (
                f", {penalty:g} off" if penalty else ""
            )

    def _give_back(self, unit: str) -> int:
        """What was left to be given back when a watch was stopped, or by other commands."""
        waiting = dict.fromkeys([*self._feedback.due(unit), *self._feedback.unreleased(unit)])
        return sum(self._give_back_to(unit, student) for student in waiting)

    def _give_back_to(self, unit: str, student: str) -> int:
        done = 0
        for what, is_due, step in (
            ("feedback made", self._feedback.is_due, self._feedback.make),
            ("feedback released", self._feedback.is_unreleased, self._feedback.release),
        ):
            if f"no {what}" in self._failed.get((unit, student), {}) or not is_due(unit, student):
                continue
            self._errors.lines.clear()
            try:
                step(unit, student)
            except Exception as problem:  # one bad submission stops nobody else's
                self._fail(unit, student, f"no {what}", self._errors.cause() or str(problem) or type(problem).__name__)
                continue
            done += 1
            self._say(f"{unit} {student}: {what}")
        return done

    def _fail(self, unit: str, student: str, what: str, problem: str) -> None:
        """Say it, unless it was said already."""
        told = self._failed.setdefault((unit, student), {})
        if told.get(what) != problem:
            told[what] = problem
            self._say(f"{unit} {student}: {what}: {' '.join(problem.split())[:300]}")


def _mark(folder: Path) -> Mark:
    """By what a change of a folder is seen."""
    found = []
    for place, _, files in os.walk(folder):
        for name in sorted(files):
            path = Path(place) / name
            try:
                held = path.lstat()
            except OSError:
                continue
            found.append((str(path.relative_to(folder)), held.st_size, held.st_mtime_ns))
    return tuple(sorted(found))


def _settled(folder: Path) -> bool:
    try:
        return untouched(folder) >= SETTLED
    except OSError:
        return False


class _Heard:
    """How many were graded, of whom `then` hears with the seconds that it took; and who was not."""

    def __init__(self, then: Callable[[str, float], None]) -> None:
        self._then, self.graded = then, 0
        self.failed: list[str] = []

    def __enter__(self) -> "_Heard":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def expect(self, count: int, skipped: int) -> None: ...

    def begun(self, student: str) -> None: ...

    def done(self, student: str, seconds: float) -> None:
        if seconds:
            self.graded += 1
            self._then(student, seconds)
        else:
            self.failed.append(student)


class _Errors(logging.Handler):
    """What the log says went wrong."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    def of(self, student: str) -> str:
        """Why a student could not be graded."""
        return next((line for line in self.lines if line.startswith(f"{student} ")), "nobody said why")

    def cause(self) -> str:
        """The last line of a traceback that was logged; "" where none was."""
        traces = [line for line in self.lines if "Traceback" in line]
        return traces[0].strip().splitlines()[-1] if traces else ""
