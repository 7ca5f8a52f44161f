"""`gradschool bench-grading`: a class graded by stock nbgrader and by ours."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.publishing.layout import find_root

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.measure.grading import Run

UNIT = "unit1_feedforward"


def bench_grading(
    submissions: Annotated[int, typer.Option(min=1, help="How many submissions both grade.")] = 100,
    rounds: Annotated[int, typer.Option(min=1, help="In how many batches, the two taking turns.")] = 4,
    workers: Annotated[int, typer.Option(min=1, help="Submissions that ours grades at once.")] = 2,
    notebooks: Annotated[int, typer.Option(min=0, help="Only the unit's first notebooks; 0: all of them.")] = 0,
    sizes: Annotated[
        str, typer.Option(help="Instead: classes of these sizes graded by ours, such as 50,200,500.")
    ] = "",
) -> None:
    """Compare stock nbgrader and ours on one class of Unit 1, or ours on classes of several sizes."""
    from rich.console import Console

    from autograder.measure import grading

    console, root = Console(), find_root()
    with tempfile.TemporaryDirectory(prefix="gradschool-bench-") as scratch, console.status("releasing") as status:
        folder = Path(scratch)
        grading.prepare(root, folder, UNIT, notebooks or None)
        if sizes:
            found: dict[str, list[Run]] = {}
            for size in map(int, sizes.split(",")):
                status.update(f"a class of {size}")
                found[f"ours, {size} students"] = [grading.grade(folder, "ours", UNIT, range(size), workers)]
        else:
            found = {"stock nbgrader": [], "ours": []}
            for n in range(rounds):
                students = range(submissions * n // rounds, submissions * (n + 1) // rounds)
                for name, kind in (("stock nbgrader", "stock"), ("ours", "ours")):
                    status.update(f"round {n + 1} of {rounds}: {name}")
                    found[name].append(grading.grade(folder, kind, UNIT, students, workers))
    _show(console, found)


def _show(console: "Console", found: dict[str, list["Run"]]) -> None:
    from rich.table import Table

    from autograder.measure.grading import together
    from autograder.measure.latency import percentile

    table = Table(title=f"Grading {UNIT}")
    for heading in (
        "",
        "submissions",
        "per minute",
        "p50 s",
        "p95 s",
        "processor s each",
        "peak memory, all processes",
    ):
        table.add_column(heading, justify="right" if heading else "left")
    totals = {name: together(runs) for name, runs in found.items()}
    for name, run in totals.items():
        middle, tail = percentile(run.seconds, 0.5), percentile(run.seconds, 0.95)
        each = f"{run.cpu / run.submissions:.2f}"
        rate = f"{60 * run.submissions / run.wall:.1f}"
        peak = f"{run.peak / 1e9:.2f} GB"
        table.add_row(name, str(run.submissions), rate, f"{middle:.2f}", f"{tail:.2f}", each, peak)
    console.print(table)
    if "ours" in totals:
        stock, ours = totals["stock nbgrader"], totals["ours"]
        by_round = [s.wall / o.wall for s, o in zip(found["stock nbgrader"], found["ours"], strict=True)]
        each = ", ".join(f"{ratio:.1f}" for ratio in by_round)
        console.print(
            f"Submissions per minute: {stock.wall / ours.wall:.1f} times stock (by round: {each}); "
            f"processor seconds: {stock.cpu / ours.cpu:.1f} times fewer.",
            highlight=False,
        )
