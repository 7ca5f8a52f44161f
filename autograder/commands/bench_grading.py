"""`gradschool bench-grading`: a class graded by stock nbgrader and by ours."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from autograder.lessons.layout import find_root

UNIT = "unit1_feedforward"


def bench_grading(
    submissions: Annotated[int, typer.Option(min=0, help="How many submissions both grade; 0: leave that out.")] = 100,
    rounds: Annotated[int, typer.Option(min=1, help="In how many batches, the two taking turns.")] = 4,
    workers: Annotated[int, typer.Option(min=1, help="Submissions that ours grades at once.")] = 2,
    notebooks: Annotated[
        int, typer.Option(min=0, help="Only the unit's first notebooks; 0: all of them, for which stock takes an hour.")
    ] = 1,
    sizes: Annotated[
        str, typer.Option(help="Also classes of these sizes, graded by ours alone, such as 50,200,500.")
    ] = "",
    to: Annotated[Path | None, typer.Option(help="The folder to write to; class/bench unless said.")] = None,
) -> None:
    """Compare stock nbgrader and ours on one class of Unit 1; see whether larger classes cost more per submission."""
    from rich.console import Console

    from autograder.benchmarks import class_page, grading
    from autograder.extras import need

    need("class")
    if not submissions and not sizes:
        raise typer.BadParameter("nothing to measure: say --submissions or --sizes")
    try:
        classes = sorted({int(size) for size in sizes.split(",") if size})
        if any(size < 1 for size in classes):
            raise ValueError
    except ValueError:
        raise typer.BadParameter(
            f"--sizes takes whole numbers of students, such as 50,200,500; got {sizes!r}"
        ) from None
    rounds = min(rounds, submissions)
    console, root, found = Console(), find_root(), class_page.Findings(UNIT, notebooks, workers)
    with tempfile.TemporaryDirectory(prefix="gradschool-bench-") as scratch, console.status("releasing") as status:
        folder = Path(scratch)
        grading.prepare(root, folder, UNIT, notebooks or None)
        for n in range(rounds):
            students = range(submissions * n // rounds, submissions * (n + 1) // rounds)
            for kind, runs in (("stock", found.stock), ("ours", found.ours)):
                status.update(f"round {n + 1} of {rounds}: {kind}")
                runs.append(grading.grade(folder, kind, UNIT, students, workers))
        for size in classes:
            status.update(f"a class of {size}")
            found.classes.append(grading.grade(folder, "ours", UNIT, range(size), workers))
    page = class_page.write(found, to or root / "class" / "bench")
    console.print(page.read_text(encoding="utf-8"), highlight=False, markup=False, soft_wrap=True)
    console.print(f"The page lies in {page}", highlight=False)
