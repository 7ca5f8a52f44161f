"""`gradschool lab`: a student's copy of the course, opened in JupyterLab."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder import own_course
from autograder.lessons.desk import find_desk
from autograder.lessons.layout import CourseError

if TYPE_CHECKING:
    from autograder.publishing.workspace import Copied

SETTINGS = Path(__file__).parents[1] / "publishing" / "lab"  # a folder of Jupyter configuration
CONTEXT = {"allow_extra_args": True, "ignore_unknown_options": True}


def lab(
    context: typer.Context,
    prepare_only: Annotated[bool, typer.Option(help="Copy the notebooks and stop.")] = False,
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
    work: Annotated[Path | None, typer.Option(help="Your folder; work/ if none is given.")] = None,
    course: Annotated[Path | None, typer.Option(help="The course, where it is not around the current folder.")] = None,
) -> None:
    """Bring your folder, work/, up to the course, and open its start page in JupyterLab.

    In a cloned course that is the clone's work/. Anywhere else the notebooks are those of the installed package, and
    work/ is made in the current folder. What you wrote is carried over into newer notebooks; the former file is kept
    beside each. Other options are JupyterLab's own: `gradschool lab --port 9000`.
    """
    from autograder.publishing.start import write_start_page
    from autograder.publishing.workspace import bring_up
    from autograder.publishing.writable import writing_into

    desk = find_desk(course, work)
    own_course.enter(desk.course.parent)
    with writing_into(desk.work):
        for line in report(bring_up(desk)):
            typer.echo(line)
        for line in dates(desk.course.parent, desk.work):
            typer.echo(line, err=True)
        write_start_page(desk.work)
    if not prepare_only:
        raise typer.Exit(_open(desk.work, [*([] if browser else ["--no-browser"]), *context.args]))


def dates(root: Path, folder: Path) -> list[str]:
    """Bring the course's due dates along; a broken term.toml is said, and keeps nobody from working."""
    from autograder.student.due import carry

    try:
        carry(root, folder)
    except CourseError as problem:
        return [f"Due dates are not shown: {problem}"]
    return []


def report(copied: "Copied") -> list[str]:
    """What was done, a line for each kind of thing, and a line for each file that needs a look."""
    lines = []
    if copied.new:
        lines.append(f"{len(copied.new)} new: {', '.join(copied.new)}")
    if copied.updated:
        lines.append(f"{len(copied.updated)} untouched and now newer: {', '.join(copied.updated)}")
    if copied.kept:
        lines.append(f"{len(copied.kept)} with your work in it, left alone: {', '.join(copied.kept)}")
    for name, carried in copied.carried.items():
        lines.append(f"{name}: now newer, with {carried.what()}; as it was: {carried.former}")
        lines += [f"    look at this: {sentence}" for sentence in carried.look]
    lines += [f"{name}: left alone, {why}" for name, why in copied.outdated.items()]
    return lines or ["Nothing new in the course."]


def _open(work: Path, options: list[str]) -> int:
    """Run JupyterLab until it ends, and return its exit status. Ctrl-C and its prompt are JupyterLab's own."""
    from autograder.publishing.start import START

    beside = str(Path(sys.executable).parent)  # nbgrader's extensions call `alembic` by its bare name
    env = os.environ | {"PATH": os.pathsep.join([beside, os.environ.get("PATH", os.defpath)])}
    env |= own_course.environment()
    # JupyterLab's own defaults, which a reader's settings override
    env["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH")]))
    opening = [f"--ServerApp.root_dir={work}", f"--LabApp.default_url=/lab/tree/{START}"]
    jupyter = subprocess.Popen([sys.executable, "-m", "jupyterlab", *opening, *options], env=env)
    before = signal.signal(signal.SIGTERM, lambda *_: jupyter.terminate())  # who ends us means it
    try:
        while True:
            try:
                return jupyter.wait()
            except KeyboardInterrupt:  # it has come to JupyterLab too, which asks whether it is meant
                continue
    finally:
        signal.signal(signal.SIGTERM, before)
