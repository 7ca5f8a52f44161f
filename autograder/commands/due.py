"""`gradschool due`: when a unit is due, for whom it is later, and what lateness costs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autograder.lessons.layout import find_root

if TYPE_CHECKING:
    from autograder.nbgrader_plugin.due import Dates, Moved


def due(
    unit: Annotated[str, typer.Argument(help="The assignment, such as unit1_feedforward.")],
    student: Annotated[
        list[str] | None, typer.Option(help="Who gets more time, may be repeated; with --extend.")
    ] = None,
    extend: Annotated[str | None, typer.Option(help="How much, in all: 2d, 12h, 1d 12h; 0d takes it back.")] = None,
    write: Annotated[bool, typer.Option(help="Have the gradebook follow, after the changes were shown.")] = False,
    overwrite: Annotated[bool, typer.Option(help="Also penalties that a person has set.")] = False,
    by_hand: Annotated[bool, typer.Option(help="Take the share from points that a person gave, too.")] = False,
) -> None:
    """Show the dates of a unit and what they make of its penalties; with --write the gradebook follows.

    The due date stands in term.toml, extensions in class/roster.csv: --extend writes its cell there.
    """
    from nbgrader.api import Gradebook, MissingEntry
    from nbgrader.apps.api import NbGraderAPI

    from autograder.nbgrader_plugin.config import load_config, put_tools_on_path
    from autograder.nbgrader_plugin.due import dates, moved

    put_tools_on_path()
    root = find_root()
    if bool(student) != (extend is not None):
        raise typer.BadParameter("--student and --extend go together: --student ada --extend 2d")
    api = NbGraderAPI(config=load_config(root))
    with Gradebook(api.coursedir.db_url, api.coursedir.course_id) as gradebook:
        try:
            assignment = gradebook.find_assignment(unit)
        except MissingEntry:
            raise typer.BadParameter(f"{unit} was never released: nbgrader generate_assignment {unit}") from None
        if student and extend is not None:
            _extend(root / "class", gradebook, unit, student, extend)
        told = dates(api, unit, by_hand)
        for line in _dates(told, assignment):
            typer.echo(line)
        found = moved(gradebook, told, overwrite)
        for line in _lines(found):
            typer.echo(line)
        if write:
            gradebook.db.commit()
            typer.echo("The gradebook has it now. Pages of feedback: nbgrader generate_feedback --force")
        else:
            gradebook.db.rollback()
            typer.echo("The gradebook is as it was. To have it follow, type the command again with --write.")


def _extend(held: Any, gradebook: Any, unit: str, students: Sequence[str], extend: str) -> None:
    """Write the cells of the roster."""
    from dataclasses import replace

    from autograder.lessons.durations import duration
    from autograder.nbgrader_plugin.roster import Entry, Roster, of_gradebook, read_roster, write_roster

    try:
        more = duration(extend)
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from None
    roster = read_roster(held)
    known = {s.id: Entry(s.id, of_gradebook(s)) for s in gradebook.students} | dict(roster.entries)
    for student in students:
        if student not in known:
            raise typer.BadParameter(f"nobody is called {student!r} in the roster or in the gradebook")
        entry = known[student]
        known[student] = replace(entry, extensions={**entry.extensions, unit: more})
    write_roster(held, Roster(known, roster.extends | {unit}))
    typer.echo(f"{held / 'roster.csv'}: {', '.join(students)}: {extend}")


def _dates(told: "Dates", assignment: Any) -> list[str]:
    import datetime as dt

    from autograder.lessons.dates import shown
    from autograder.lessons.durations import written

    due = told.due(assignment.duedate)
    if due is None:
        return [f"{told.unit} has no due date; to give it one, write due = … below [{told.unit}] in term.toml."]
    zone = told.term.zone
    lines = [f"{told.unit} is due on {shown(due.replace(tzinfo=dt.UTC), zone)}."]
    for entry in sorted(told.roster.entries.values(), key=lambda entry: entry.order):
        if entry.extensions.get(told.unit):
            more = told.extension(entry.id, None, due) or dt.timedelta()
            later = shown((due + more).replace(tzinfo=dt.UTC), zone)
            lines.append(f"  {entry.id}: {written(entry.extensions[told.unit])} more, {later}")
    return lines


def _lines(found: "Sequence[Moved]") -> list[str]:
    """What changes, what stays, and of whom nobody knows when they handed in."""
    from autograder.lessons.durations import written

    lines = []
    for one in found:
        if one.changed:
            late = written(one.late) if one.late else ""
            why = f"{late or 'less than a minute'} late" if one.late else "in time"
            lines.append(f"  {one.student}: penalty {one.before:g} → {one.after:g}, {why}")
        if one.kept:
            lines.append(
                f"  {one.student}: a penalty that the rule did not give stays, in {', '.join(one.kept)}; "
                "to have it computed too: --overwrite"
            )
    if unknown := [one.student for one in found if one.late is None]:
        lines.append(f"  No time of handing in is known, and no penalty is given, of {', '.join(unknown)}.")
    same = sum(not one.changed for one in found)
    return [*lines, f"{len(found)} submissions, {len(found) - same} penalties change."]
