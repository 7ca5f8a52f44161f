"""`gradschool regrade`: one verdict once more."""

from typing import Annotated

import typer

from autograder.lessons.layout import find_root


def regrade(
    unit: Annotated[str, typer.Argument(help="The assignment, such as unit1_feedforward.")],
    student: Annotated[str, typer.Option(help="Who handed it in.")],
    exercise: Annotated[str, typer.Option(help="The question.")],
) -> None:
    """Repeat one verdict exactly, and show its card; nothing is stored."""
    from autograder.nbgrader_plugin.config import load_config
    from autograder.nbgrader_plugin.regrade import NothingToRegrade
    from autograder.nbgrader_plugin.regrade import regrade as again
    from autograder.sandbox.bubblewrap import SandboxError

    root = find_root()
    settings = load_config(root).Autograde
    try:
        found = again(root, unit, student, exercise, settings.get("limits", {}), settings.get("sandbox", "auto"))
    except (NothingToRegrade, SandboxError) as problem:
        raise typer.BadParameter(str(problem)) from None
    typer.echo(found.text)
    typer.echo(f"Seed {found.seed}.")
    if found.before is None:
        typer.echo("It had not been graded before.")
    else:
        same = "the same as" if found.before == found.points else "NOT the same as"
        typer.echo(f"{found.points:g} points: {same} in the graded notebook ({found.before:g}).")
