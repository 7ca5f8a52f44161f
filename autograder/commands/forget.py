"""`gradschool forget`: all that a class holds of one student, deleted."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.lessons.layout import find_root


def forget(
    student: Annotated[str, typer.Argument(help="The student's id.")],
    yes: Annotated[bool, typer.Option(help="Do not ask.")] = False,
    terms: Annotated[bool, typer.Option(help="Also in classes that were put away.")] = False,
) -> None:
    """Delete a student's submissions, grades, feedback and rows, here and in the exchange, and say what went."""
    import logging

    from nbgrader.apps.api import NbGraderAPI

    from autograder.nbgrader_plugin.config import load_config, put_tools_on_path
    from autograder.term.forget import copies, deleted, exchange_of, held_of

    put_tools_on_path()
    root = find_root()
    if not student or "/" in student or student in (".", ".."):
        raise typer.BadParameter(f"{student!r} is no student's id")
    api = NbGraderAPI(config=load_config(root))
    api.log.setLevel(logging.ERROR)
    things = held_of(student, root / "class", api.coursedir.db_url, exchange_of(api))
    former = [place for place in sorted((root / "terms").glob("*")) if (place / "gradebook.db").is_file()]
    found = {place: held_of(student, place, f"sqlite:///{place}/gradebook.db", None) for place in former}
    if terms:
        things += [thing for some in found.values() for thing in some]
    for thing in things:
        typer.echo(f"  {thing.what}")
    _say_terms([place for place, some in found.items() if some and not terms])
    if not things:
        typer.echo(f"Nothing is held of {student}.")
        return
    if not yes:
        typer.confirm(f"Delete all of it? It cannot be brought back. {student}", abort=True)
    left = [f"{thing.what}: {problem}" for thing, problem in deleted(things) if problem]
    typer.echo(f"Deleted: {len(things) - len(left)} of {len(things)}.")
    for line in left:
        typer.echo(f"Still there: {line}", err=True)
    if backups := [path for place in (root / "class", *(former if terms else [])) for path in copies(place)]:
        typer.echo(f"Copies of the gradebook may hold more: {', '.join(map(str, backups))}")
    typer.echo("What backups, logs and the student's own folders hold is not known here.")
    if left:
        raise typer.Exit(1)


def _say_terms(places: list[Path]) -> None:
    if places:
        typer.echo(f"More is held in {', '.join(map(str, places))}: --terms")
