"""`gradschool sample`: a made-up student hands in, so that grading can be tried before anyone has."""

import re
from typing import Annotated

import typer

from autograder.lessons.layout import COURSE, find_root, lessons

NAME = r"[A-Za-z0-9_][A-Za-z0-9_.@-]*"  # of a folder, and of a student in nbgrader's exchange


def sample(
    unit: Annotated[str, typer.Argument(help="The unit to answer, such as unit1_feedforward.")],
    student: Annotated[str, typer.Option(help="The made-up student's name.")] = "sample",
) -> None:
    """Hand in a made-up student's notebooks, with right, wrong and blank answers in turn."""
    from autograder.demo import classroom, roster

    root = find_root()
    if not re.fullmatch(NAME, student):
        raise typer.BadParameter(f"a student's name has letters, digits and . _ @ - only, such as ada; got {student!r}")
    unit = lessons(root, (unit,))[0].unit
    if not list((root / COURSE / unit).glob("*.ipynb")):
        raise typer.BadParameter(
            f"{COURSE}/{unit} holds no notebooks; to make them: nbgrader generate_assignment {unit}"
        )
    place = root / "class" / "submitted" / student / unit
    if place.exists():
        raise typer.BadParameter(f"{place} is there already; name another student, or delete it")
    classroom.hand_in(root, unit, (roster.sample(student),))
    typer.echo(f"{student}'s notebooks lie in {place}: of each three answers one is right, one wrong, one blank.")
