"""`gradschool watch`: a class graded while it hands in."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from autograder.lessons.layout import CourseError, find_root


def watch(
    units: Annotated[list[str], typer.Argument(help="Assignments, such as unit1_feedforward.")],
    folder: Annotated[
        Path | None, typer.Option(help="Where files land, by student and unit, in place of the exchange.")
    ] = None,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds from one look to the next.")] = 5.0,
    once: Annotated[bool, typer.Option(help="Do what is to be done now, and end.")] = False,
    workers: Annotated[int, typer.Option(min=0, help="Submissions graded at once; 0: one a core.")] = 0,
) -> None:
    """Collect, grade, make feedback and release it, as submissions come; stop it anywhere, and start it again."""
    import logging

    from nbgrader.api import Gradebook
    from nbgrader.apps.api import NbGraderAPI

    from autograder.nbgrader_plugin.config import load_config, put_tools_on_path
    from autograder.term.arrivals import SETTLED, Exchange, Landing
    from autograder.term.watch import Watch

    put_tools_on_path()
    root = find_root()
    config = load_config(root)
    if workers:
        config.Autograde.workers = workers
    api = NbGraderAPI(config=config)
    api.log.setLevel(logging.ERROR)
    api.log.handlers, api.log.propagate = [logging.NullHandler()], False  # what goes wrong is one line of ours
    with Gradebook(api.coursedir.db_url, api.coursedir.course_id) as gradebook:
        known = {assignment.name for assignment in gradebook.assignments}
    for unit in units:
        if unit not in known:
            raise typer.BadParameter(f"{unit} was never released: nbgrader generate_assignment {unit}")
    held = root / "class"
    if folder is not None and (not folder.is_dir() or folder.resolve() == (held / "submitted").resolve()):
        raise typer.BadParameter(f"{folder} is no folder where files land; class/submitted/ is graded anyway")
    source = Landing(folder.resolve(), held) if folder else Exchange(api, held)
    with alone(held / "watch.lock"), ended_by_signals():
        watching = Watch(api, units, [source], say)
        try:
            say(f"watching {', '.join(units)}")
            if isinstance(source, Exchange) and not source.inbound().is_dir():
                say(f"there is no exchange in {source.inbound()} yet: what lies in class/submitted/ is graded")
            while not once:
                if not watching.look():
                    time.sleep(every)
            watching.look()
            time.sleep(SETTLED)  # what came a moment ago is whole by then
            watching.look()
        except KeyboardInterrupt:
            say("stopped; started again, it goes on where it was")
        finally:
            watching.close()


def say(line: str) -> None:
    """One line, at once, with the time."""
    print(f"{datetime.now():%H:%M:%S} {line}", flush=True)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """One watch for each class: the lock goes with the process, however it ends."""
    import fcntl

    with open(path, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CourseError(f"Another watch grades this class already; it holds {path}.") from None
        yield


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM, which systemd sends, ends it as Ctrl-C does."""

    def end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
