"""`gradschool mutants`, `gradschool margins`: the grader graded on answers that nobody wrote, and on its distances."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

if TYPE_CHECKING:
    from autograder.spec import Exercise

UNIT = typer.Option(help="One unit, by the name of its package: autoencoders.")


def wide() -> Console:
    """A console on which no table is cut, whatever the terminal."""
    console = Console()
    return console if console.width >= 100 else Console(width=100)


def exercises_of(unit: str) -> "list[Exercise]":
    """The exercises of a unit, or of all."""
    from autograder.spec import catalogue

    exercises = catalogue.all_exercises(unit)
    if not exercises:
        units = sorted({entry.unit for entry in catalogue.entries().values()})
        raise typer.BadParameter(f"There is no unit called {unit!r}: name one of {', '.join(units)}.")
    return exercises


def mutants(
    seeds: Annotated[int, typer.Option(min=1, help="On how many seeds a change may stay unseen.")] = 2,
    unit: Annotated[str, UNIT] = "",
) -> None:
    """Change the references one operator, number or call at a time, and show which changes keep all points."""
    from autograder.grader_exam.mutants import all_survivals

    names = [exercise.id for exercise in exercises_of(unit)]
    found = list(
        track(all_survivals(names, [20_100, *range(1, seeds)]), "Judging mutants", total=len(names), transient=True)
    )
    table = Table(title=f"{len(found)} exercises", title_justify="left")
    table.add_column("exercise", no_wrap=True)
    for heading in ("mutants", "lost points", "got a diagnosis", "lost nothing"):
        table.add_column(heading, justify="right")
    for one in found:
        table.add_row(one.exercise, *map(str, (one.tried, one.killed, one.diagnosed, len(one.survivors))))
    table.add_section()
    sums = [
        sum(counts) for counts in zip(*((f.tried, f.killed, f.diagnosed, len(f.survivors)) for f in found), strict=True)
    ]
    table.add_row("all", *map(str, sums))
    wide().print(table)
    for one in found:
        for mutant in one.survivors:
            typer.echo(f"{one.exercise}, line {mutant.line}: {mutant.before}\n    → {mutant.after}")


def margins(
    runs: Annotated[
        int,
        typer.Option(
            min=1,
            help="Verdicts on each answer, on 1, 2, 4, 1, … threads; seeds for right ones.",
        ),
    ] = 20,
    unit: Annotated[str, UNIT] = "",
) -> None:
    """Show how far answers stay from the line between right and wrong, and which verdicts change over thread counts."""
    from autograder.grader_exam.margin import all_stabilities

    names = [exercise.id for exercise in exercises_of(unit)]
    table = Table(title=f"{len(names)} exercises, {runs} verdicts on each answer", title_justify="left")
    table.add_column("exercise", no_wrap=True)
    table.add_column("largest error that passes, in tolerances", justify="right")
    table.add_column("smallest that fails", justify="right")
    table.add_column("by", no_wrap=True)
    table.add_column("verdicts that changed")
    for found in track(all_stabilities(names, runs), "Judging", total=len(names), transient=True):
        near = found.margin
        changed = ", ".join(found.flips)
        table.add_row(near.exercise, f"{near.right:.2g}", f"{near.wrong:.2g}", near.closest, changed)
    wide().print(table)
