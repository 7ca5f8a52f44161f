"""`gradschool rates`: the grader graded."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table


def _wide() -> Console:
    """A console on which no table is cut, whatever the terminal."""
    console = Console()
    return console if console.width >= 100 else Console(width=100)


def rates(
    seeds: Annotated[int, typer.Option(help="How many seeds each answer is run on.")] = 3,
    unit: Annotated[str, typer.Option(help="One unit, by the name of its package: autoencoders.")] = "",
) -> None:
    """Show how many wrong answers fail and are named, and how many other right answers pass."""
    from autograder import catalogue
    from autograder.measure.rates import Rates, total
    from autograder.measure.rates import rates as measure

    exercises = catalogue.all_exercises(unit)
    if not exercises:
        units = sorted({module.split(".")[-2] for module in catalogue.places().values()})
        raise typer.BadParameter(f"There is no unit called {unit!r}: name one of {', '.join(units)}.")
    numbers = [20_100, *range(1, seeds)]
    found = [measure(e, numbers) for e in track(exercises, "Running every answer", transient=True)]
    table = Table(title=f"{len(found)} exercises, {len(numbers)} seeds", title_justify="left")
    for heading in ("exercise", "points", "mistakes known", "killed", "named", "right answers", "accepted"):
        left = heading == "exercise"
        table.add_column(heading, justify="left" if left else "right", no_wrap=left)

    def row(r: Rates) -> list[str]:
        counts = (f"{r.killed}/{r.tried_wrong}", f"{r.named}/{r.tried_wrong}", f"{r.accepted}/{r.tried_right}")
        right = str(r.tried_right // len(numbers))
        return [r.exercise, f"{r.points:g}", str(r.misconceptions), *counts[:2], right, counts[2]]

    for one in found:
        table.add_row(*row(one))
    table.add_section()
    table.add_row(*row(total(found)))
    _wide().print(table)
    for line in total(found).misjudged:
        typer.echo(line)
