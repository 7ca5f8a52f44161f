"""`gradschool secret`: what the hidden cases of a class are drawn from."""

from typing import Annotated

import typer

from autograder.lessons.layout import find_root


def secret(
    renew: Annotated[bool, typer.Option("--renew", help="Draw another one; the present one is kept.")] = False,
) -> None:
    """Say which secret the cases of a class are drawn from, or change it: it may have come into other hands.

    What is graded keeps its cases, also at a regrade. To draw new ones there: gradschool grade UNIT --force --new-cases
    """
    from autograder.grading import seeds

    folder = find_root() / "class"
    try:
        if renew:
            seeds.renew(folder)
        secrets = seeds.ClassSecrets(folder)
    except (ValueError, OSError) as problem:
        raise typer.BadParameter(str(problem)) from None
    typer.echo(f"The class's secret is version {secrets.present}, in {folder / seeds.PRESENT}.")
    if former := secrets.former:
        typer.echo(f"Kept for what was graded with them: {', '.join(former)}.")
