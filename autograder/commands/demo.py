"""`gradschool demo`: a class handed in, graded and shown, with nothing canned."""

import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from autograder.lessons.layout import find_root


def demo(
    unit: Annotated[str, typer.Argument(help="The unit whose class is graded.")] = "unit1_feedforward",
    folder: Annotated[
        Path | None, typer.Option(help="An empty folder for the class; a new temporary one unless said.")
    ] = None,
) -> None:
    """Grade a made-up class through nbgrader, in the sandbox, and show the points and the mistakes by name."""
    from autograder.demo import classroom, table
    from autograder.demo.roster import CLASS
    from autograder.report.results import read

    console = Console()
    place = folder or Path(tempfile.mkdtemp(prefix="gradschool-demo-"))
    place.mkdir(parents=True, exist_ok=True)
    if any(place.iterdir()):
        raise typer.BadParameter(f"{place} is not empty: name an empty folder, or none")
    began = time.monotonic()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    try:
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("releasing the notebooks", total=None)
            classroom.set_up(find_root(), place, unit)
            progress.update(task, description=f"{len(CLASS)} students hand in")
            classroom.hand_in(place, unit)
            notebooks = len(CLASS) * len(list((place / "course" / unit).glob("*.ipynb")))
            for command, word in (("autograde", "Autograding "), ("generate_feedback", "Converting notebook ")):
                progress.update(task, description=f"nbgrader {command}", completed=0, total=notebooks)
                for line in classroom.nbgrader(place, command, unit):
                    if word in line:
                        progress.advance(task)
    except classroom.DemoError as problem:
        console.print(str(problem), markup=False)
        raise typer.Exit(1) from None
    results = read(place, unit)
    wide = Console(width=max(console.width, 150))
    wide.print(table.points_table(results, {s.name: s.kind for s in CLASS}))
    wide.print(table.mistakes_table(results))
    wide.print(f"{len(CLASS)} students, {len(results.questions)} questions, {time.monotonic() - began:.0f} seconds.")
    wide.print(f"The feedback pages lie under {place / 'class' / 'feedback'}/<student>/{unit}/", soft_wrap=True)
