"""`gradschool mistakes`: what a class got wrong that nobody has named yet, and a draft of it for the spec."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from autograder.commands.measure import wide
from autograder.lessons.layout import find_root
from autograder.printable import printable

if TYPE_CHECKING:
    from autograder.report.clusters import Cluster
    from autograder.report.results import Results


def mistakes(
    exercises: Annotated[list[str] | None, typer.Argument(help="Exercises, such as softmax; all if absent.")] = None,
    held: Annotated[
        Path | None, typer.Option("--from", help="The graded class's folder; class/ of this course unless said.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="How many rows are shown.")] = 20,
    write: Annotated[
        int | None, typer.Option(min=1, help="Write a draft of this row's mistake beside its spec, to be accepted.")
    ] = None,
) -> None:
    """List the wrong answers of a graded class that nobody has named, alike ones together, the most students first."""
    from autograder.report.clusters import clusters
    from autograder.report.draft import NoDraft
    from autograder.report.draft import write as write_draft

    _known(exercises or [])
    found = [c for results in _graded(held) for c in clusters(results) if not exercises or c.question in exercises]
    found.sort(key=lambda cluster: -cluster.count)
    if not found:
        where = f" to {', '.join(exercises)}" if exercises else ""
        typer.echo(f"No answer{where} is without a name: each that lost points for its results has one, or a place.")
        return
    if write is None:
        wide().print(_table(found[:most]))
        typer.echo(
            f"Kinds of answers without a name: {len(found)}. To draft one for its spec: the same with --write ROW."
        )
        return
    if write > len(found):
        raise typer.BadParameter(f"there are {len(found)} rows; --write takes 1 to {len(found)}, got {write}.")
    try:
        path = write_draft(found[write - 1])
    except NoDraft as problem:
        raise typer.BadParameter(str(problem)) from None
    typer.echo(f"The draft lies in {path}. It says how to accept it; until then nothing loads it, or has run it.")


def _known(exercises: Sequence[str]) -> None:
    from autograder.spec import catalogue

    for name in exercises:
        try:
            catalogue.entry(name)
        except catalogue.UnknownExercise as problem:
            raise typer.BadParameter(str(problem)) from None


def _graded(held: Path | None) -> "Iterator[Results]":
    """The results of every unit that has been graded, of a class's folder."""
    from nbgrader.api import Gradebook

    from autograder.nbgrader_plugin.config import load_config
    from autograder.report.results import read_class

    root = find_root() if held is None else None
    folder = held if held is not None else find_root() / "class"
    url = load_config(root).CourseDirectory.db_url if root is not None else f"sqlite:///{folder.resolve()}/gradebook.db"
    units = sorted({path.name for path in folder.glob("autograded/*/*") if path.is_dir()})
    if not units or (url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file()):
        raise typer.BadParameter(
            f"{folder} holds no graded class (autograded/ and gradebook.db): run `nbgrader autograde UNIT` first, or "
            "name the class's folder with --from."
        )
    with Gradebook(url) as gradebook:
        known = {assignment.name for assignment in gradebook.assignments}
    for unit in units:
        if unit in known:
            yield read_class(folder, unit, url)


def _table(found: "Sequence[Cluster]") -> Table:
    table = Table(title="answers that nobody has named", title_justify="left")
    table.add_column("row", justify="right")
    table.add_column("exercise", no_wrap=True)
    for heading in ("students", "forms"):
        table.add_column(heading, justify="right")
    for heading in ("said of it", "failed"):
        table.add_column(heading)
    for i, c in enumerate(found, 1):
        table.add_row(
            str(i), c.question, str(c.count), str(c.forms), printable("; ".join(c.said)), printable("; ".join(c.failed))
        )
    return table
