"""`gradschool doctor` among the other commands; `autograder/__main__.py` reaches it where these cannot be loaded."""

import typer

from autograder.doctor import examine


def doctor() -> None:
    """Say what this machine has for learning and for grading."""
    raise typer.Exit(examine())
