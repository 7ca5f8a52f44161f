"""`gradschool import`: what Canvas or Moodle gives as all submissions, brought to where grading looks for it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.lessons.layout import COURSE, SOLUTIONS, find_root

if TYPE_CHECKING:
    from autograder.term.incoming import Taken

MOST_SHOWN = 20


def bring_in(
    archives: Annotated[list[Path], typer.Argument(help="ZIP files, or folders that they were unpacked to.")],
    unit: Annotated[str, typer.Option(help="The assignment, such as unit1_feedforward.")],
    worksheet: Annotated[
        Path | None, typer.Option(help="Moodle's grading worksheet, by which its participants are known.")
    ] = None,
    by_name: Annotated[
        bool, typer.Option(help="Take a full name that one student alone bears for that student.")
    ] = False,
) -> None:
    """Bring in submissions from archives of Canvas or Moodle, by the ids of the class's roster; nobody is guessed."""
    from autograder.nbgrader_plugin.roster import read_roster
    from autograder.term.incoming import bring_in
    from autograder.term.platforms import Register

    root = find_root()
    names = {path.stem for place in (COURSE, SOLUTIONS) for path in (root / place / unit).glob("*.ipynb")}
    if not names:
        units = sorted(path.name for path in (root / COURSE).glob("unit*"))
        raise typer.BadParameter(f"there is no unit {unit!r}; there are: {', '.join(units)}")
    register = Register(read_roster(root / "class"), worksheet, by_name)
    taken = bring_in(archives, root / "class", unit, names, register)
    for line in report(taken):
        typer.echo(line)
    if taken.unknown:
        typer.echo(CURE)
    if not taken.files and not taken.same:
        raise typer.Exit(1)


CURE = (
    "To have them brought in too, put their numbers into the roster: Canvas's user into the column lms_user_id.\n"
    "For Moodle give its grading worksheet, --worksheet FILE. For names that nobody else has: --by-name."
)


def report(taken: "Taken") -> list[str]:
    """What came in, and what did not and why."""
    lines = []
    for student, files in sorted(taken.files.items()):
        late = " (late)" if student in taken.late else ""
        lines.append(f"{student}{late}: {', '.join(files)}")
    lines.append(f"{len(taken.files)} students brought in, {len(taken.same)} as they were.")
    if taken.late:
        lines.append("How late the late ones are does not stand in the archive: no penalty is given for it here.")
    if taken.unknown:
        lines.append(f"Not in the roster, {len(taken.unknown)}: {_some(sorted(taken.unknown))}")
    if taken.left:
        lines += [f"Left out, {len(taken.left)}:", *(f"  {line}" for line in taken.left[:MOST_SHOWN])]
        lines += [f"  and {len(taken.left) - MOST_SHOWN} more"] if len(taken.left) > MOST_SHOWN else []
    return lines


def _some(names: list[str]) -> str:
    more = len(names) - MOST_SHOWN
    return ", ".join(names[:MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")
