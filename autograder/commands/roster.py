"""`gradschool roster`: a class list from a CSV file, held against the class first."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.lessons.layout import find_root


def roster(
    file: Annotated[Path, typer.Argument(help="A CSV file with a column id; docs/term.md lists the others.")],
    write: Annotated[bool, typer.Option(help="Write the changes, after they were shown.")] = False,
) -> None:
    """Show who comes, who is called otherwise and who has left; with --write the class has it.

    Who has left counts nowhere any more, and loses nothing.
    """
    from nbgrader.api import Gradebook

    from autograder.nbgrader_plugin.config import load_config, put_tools_on_path
    from autograder.nbgrader_plugin.roster import read_file, read_roster
    from autograder.term.enrolment import enrol, enrolment

    put_tools_on_path()
    root = find_root()
    course = load_config(root).CourseDirectory
    new, held = read_file(file), root / "class"
    with Gradebook(course.db_url, course.course_id) as gradebook:
        found = enrolment(gradebook, read_roster(held), new)
        for change in found.changes:
            typer.echo(f"  {change.student}: {change.what}")
        left = len(found.roster.retired)
        typer.echo(f"{len(found.roster.entries) - left} students, {left} who have left; {len(found.changes)} changes.")
        if write:
            enrol(gradebook, held, found)
            typer.echo(f"The class has it now: {held / 'roster.csv'}")
        else:
            typer.echo("Nothing is written. To write it, type the command again with --write.")
