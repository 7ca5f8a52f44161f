"""Who is told how grading goes: the log of an nbgrader command, or a progress bar."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol

from rich import progress as rich_progress
from rich.console import Console

from autograder.printable import printable

MOST_NAMES = 3


class Progress(Protocol):
    """Hears of each submission that it was handed out, and that it is done."""

    def __enter__(self) -> "Progress": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def expect(self, count: int, skipped: int) -> None:
        """So many submissions are to be graded, and so many are graded already."""

    def begun(self, student: str) -> None:
        """A submission was handed out."""

    def done(self, student: str, seconds: float) -> None:
        """After so long with its helper it is graded and saved, or has failed."""


class LogProgress:
    """One line for each submission, with the time left."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say, self.console = say, Console(stderr=True)

    def __enter__(self) -> "LogProgress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def expect(self, count: int, skipped: int) -> None:
        self._count, self._done, self._began = count, 0, time.monotonic()
        self._say(f"{count} submissions to grade, {skipped} graded already")

    def begun(self, student: str) -> None:
        pass

    def done(self, student: str, seconds: float) -> None:
        self._done += 1
        left = (time.monotonic() - self._began) / self._done * (self._count - self._done)
        done = f"{self._done} of {self._count}, about {spelled(left)} left"
        self._say(f"Finished {printable(student)} in {seconds:.2f} s: {done}")


def spelled(seconds: float) -> str:
    """Minutes and seconds, or hours and minutes."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes}:{rest:02d} min"


class BarProgress:
    """A progress bar with the names in work and the time left, on standard error."""

    def __init__(self) -> None:
        columns = (
            rich_progress.SpinnerColumn(),
            rich_progress.BarColumn(),
            rich_progress.MofNCompleteColumn(),
            rich_progress.TimeElapsedColumn(),
            rich_progress.TextColumn("left"),
            rich_progress.TimeRemainingColumn(),
            rich_progress.TextColumn("{task.description}", markup=False),
        )
        self.console = Console(stderr=True)
        self._progress = rich_progress.Progress(*columns, console=self.console)
        self._names: list[str] = []
        self._task: rich_progress.TaskID | None = None

    def __enter__(self) -> "BarProgress":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def expect(self, count: int, skipped: int) -> None:
        self._task = self._progress.add_task("opening sandboxes", total=count)

    def begun(self, student: str) -> None:
        self._names.append(student)
        self._show()

    def done(self, student: str, seconds: float) -> None:
        self._names.remove(student)
        self._show(1)

    def _show(self, advance: int = 0) -> None:
        more = f" and {len(self._names) - MOST_NAMES} more" if len(self._names) > MOST_NAMES else ""
        if self._task is not None:
            names = ", ".join(map(printable, self._names[:MOST_NAMES])) + more
            self._progress.update(self._task, advance=advance, description=names)
