"""`gradschool mutants`, `gradschool margins`: the grader graded on answers that nobody wrote, and on its distances."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

if TYPE_CHECKING:
    from autograder.grader_exam.mutants import Survival
    from autograder.spec import Exercise

DRAWN = 100  # diagnoses that a person reads in an hour
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
    every: Annotated[int, typer.Option(min=1, help="Only every so many-th exercise: a sample.")] = 1,
    sample: Annotated[
        int, typer.Option(min=0, help="Also so many changes of another kind, and so many made two at once.")
    ] = 0,
    draw: Annotated[
        Path | None, typer.Option(dir_okay=False, help="A file for 100 diagnoses, drawn by chance, to be judged.")
    ] = None,
) -> None:
    """Change the references one operator, number or call at a time, and show which changes keep all points.

    Also how many of the others got a diagnosis, and by which means; changes that the diagnosis makes itself are apart.
    """
    from autograder.grader_exam.mutants import all_survivals, drawn

    names = [exercise.id for exercise in exercises_of(unit)][::every]
    judged = all_survivals(names, [20_100, *range(1, seeds)], sample)
    found = list(track(judged, "Judging mutants", total=len(names), transient=True))
    wide().print(_by_exercise(found))
    for line in _by_kind(found):
        typer.echo(line)
    for one in found:
        for mutant in one.survivors:
            typer.echo(f"{one.exercise}, line {mutant.line}: {mutant.before}\n    → {mutant.after}")
    if draw is not None:
        told = drawn(found, DRAWN)
        draw.write_text("".join(f"{each}\n\n" for each in told), encoding="utf-8")
        typer.echo(f"{len(told)} diagnoses lie in {draw}: read them, and count those that are not true.")


def _by_exercise(found: "list[Survival]") -> Table:
    from autograder.grader_exam.mutants import total

    table = Table(title=f"{len(found)} exercises", title_justify="left")
    table.add_column("exercise", no_wrap=True)
    for heading in ("mutants", "lost points", "got a diagnosis", "lost nothing"):
        table.add_column(heading, justify="right")
    for one in found:
        table.add_row(*_counts(one))
    table.add_section()
    table.add_row(*_counts(total(found)))
    return table


def _counts(one: "Survival") -> list[str]:
    return [one.exercise, *map(str, (one.tried, one.killed, one.diagnosed, len(one.survivors)))]


def _by_kind(found: "list[Survival]") -> Iterator[str]:
    """A line for each kind of mutant: how many got a diagnosis, and by which means the first one was found."""
    from autograder.grader_exam.mutants import total
    from autograder.grader_exam.naming import in_words

    for origin, tally in total(found).tallies.items():
        lost = f"{tally.tried} tried, {tally.killed} lost points ({tally.stopped} gave nothing to compare)"
        diagnosed = f"{tally.diagnosed} got a diagnosis ({tally.diagnosed / max(tally.killed, 1):.0%})"
        yield f"{origin}: {lost}, {diagnosed}: {in_words(tally.means, tally.killed) or 'none'}"


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
