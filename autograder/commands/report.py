"""`gradschool report`: one page on a graded class, and its grades as other systems read them."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.lessons.layout import find_root


def report(
    unit: Annotated[str, typer.Argument(help="The assignment, such as unit1_feedforward.")],
    to: Annotated[Path | None, typer.Option(help="The file to write; class/report-<unit>.html unless said.")] = None,
    tables: Annotated[bool, typer.Option(help="Also write grades as a table, for Canvas and for Moodle.")] = False,
) -> None:
    """Write a page on how the class did: scores, questions, and the mistakes it holds."""
    from nbgrader.api import Gradebook, MissingEntry

    from autograder.nbgrader_plugin.config import load_config
    from autograder.report.columns import Canvas, Grades, Moodle
    from autograder.report.page import page
    from autograder.report.results import read

    root = find_root()
    gradebook_url = load_config(root).CourseDirectory.db_url
    target = to or root / "class" / f"report-{unit}.html"
    try:
        text = page(read(root, unit, gradebook_url), unit)
    except MissingEntry:
        raise typer.BadParameter(f"{unit} was never released: nbgrader generate_assignment {unit}") from None
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from None
    partial = target.with_name(f"{target.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(target)
    typer.echo(f"The page lies in {target}")
    if tables:
        with Gradebook(gradebook_url) as gradebook:
            for kind, name in ((Grades, "grades"), (Canvas, "grades-canvas"), (Moodle, "grades-moodle")):
                place = target.with_name(f"{name}-{unit}.csv")
                plugin = kind(to=str(place), assignment=[unit])
                plugin.course = root
                plugin.export(gradebook)
                typer.echo(f"Grades lie in {place}")
