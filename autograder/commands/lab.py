"""`gradschool lab`: a student's copy of the course, opened in JupyterLab."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.lessons.layout import CourseError, find_root

if TYPE_CHECKING:
    from autograder.publishing.workspace import Copied

SETTINGS = Path(__file__).parents[1] / "publishing" / "lab"  # a folder of Jupyter configuration
CONTEXT = {"allow_extra_args": True, "ignore_unknown_options": True}


def lab(
    context: typer.Context,
    prepare_only: Annotated[bool, typer.Option(help="Copy the notebooks and stop.")] = False,
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
    work: Annotated[Path | None, typer.Option(help="Your folder; work/ in the course if none is given.")] = None,
    course: Annotated[Path | None, typer.Option(help="The course, where it is not around the current folder.")] = None,
) -> None:
    """Copy course/ to work/, where nothing you wrote is overwritten, and open its start page in JupyterLab.

    Other options are JupyterLab's own: `gradschool lab --port 9000`.
    """
    from autograder.publishing.start import write_start_page
    from autograder.publishing.workspace import WORK, prepare

    root = find_root(course)
    folder = work.absolute() if work else root / WORK
    for line in report(prepare(root, folder)):
        typer.echo(line)
    for line in dates(root, folder):
        typer.echo(line, err=True)
    write_start_page(folder)
    if not prepare_only:
        _open(folder, [*([] if browser else ["--no-browser"]), *context.args])


def dates(root: Path, folder: Path) -> list[str]:
    """Bring the course's due dates along; a broken term.toml is said, and keeps nobody from working."""
    from autograder.student.due import carry

    try:
        carry(root, folder)
    except CourseError as problem:
        return [f"Due dates are not shown: {problem}"]
    return []


def report(copied: "Copied") -> list[str]:
    """One line for each kind of thing that was done, and one for each file that was left as it is for a reason."""
    lines = []
    if copied.new:
        lines.append(f"{len(copied.new)} new: {', '.join(copied.new)}")
    if copied.updated:
        lines.append(f"{len(copied.updated)} untouched and now newer: {', '.join(copied.updated)}")
    if copied.kept:
        lines.append(f"{len(copied.kept)} with your work in it, left alone: {', '.join(copied.kept)}")
    why = "left alone, for it was changed since it was copied. The course has another: rename yours to get it."
    lines += [f"{name}: {why}" for name in copied.outdated]
    return lines or ["Nothing new in the course."]


def _open(work: Path, options: list[str]) -> None:
    """Become JupyterLab: its prompts and Ctrl-C are its own. Answers that passed are kept for all units together."""
    from autograder.publishing.start import START

    beside = str(Path(sys.executable).parent)  # nbgrader's extensions call `alembic` by its bare name
    env = os.environ | {"PATH": os.pathsep.join([beside, os.environ.get("PATH", os.defpath)])}
    env.setdefault("GRADSCHOOL_HOME", str(work / ".gradschool"))
    # JupyterLab's own defaults, which a reader's settings override
    env["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH")]))
    opening = [f"--ServerApp.root_dir={work}", f"--LabApp.default_url=/lab/tree/{START}"]
    os.execve(sys.executable, [sys.executable, "-m", "jupyterlab", *opening, *options], env)
