"""`gradschool bench-watch`: how long students wait for feedback while a class hands in."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from autograder.lessons.layout import find_root

UNIT = "unit1_feedforward"


def bench_watch(
    minutes: Annotated[float, typer.Option(min=0.1, help="How long submissions arrive at half of the capacity.")] = 5.0,
    burst: Annotated[int, typer.Option(min=1, help="How many come before the deadline.")] = 60,
    window: Annotated[float, typer.Option(min=0.1, help="In how many minutes these come.")] = 5.0,
    workers: Annotated[int, typer.Option(min=0, help="Submissions graded at once; 0: one a core.")] = 0,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds from one look of the watch to the next.")] = 5.0,
    to: Annotated[Path | None, typer.Option(help="The folder to write to; class/bench unless said.")] = None,
) -> None:
    """Measure the wait from handing in to feedback: at half of the measured capacity, and before a deadline."""
    from rich.console import Console

    from autograder.benchmarks import waiting
    from autograder.extras import need

    need("class")
    root, console = find_root(), Console()
    with tempfile.TemporaryDirectory(prefix="gradschool-bench-") as scratch, console.status("releasing") as status:
        room = waiting.Classroom(root, Path(scratch), UNIT, workers, every)
        try:
            with room:
                found = waiting.measure(room, minutes, burst, window, status.update)
        except waiting.BenchError as problem:
            typer.echo(f"The watch gave no feedback. It said:\n{problem}", err=True)
            raise typer.Exit(1) from None
        page = waiting.write(found, room, to or root / "class" / "bench")
    console.print(page.read_text(encoding="utf-8"), highlight=False, markup=False, soft_wrap=True)
    console.print(f"The page lies in {page}", highlight=False)
