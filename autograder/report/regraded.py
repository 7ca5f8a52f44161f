"""What a regrade found, as a table for the terminal: who gains and loses what, and why."""

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from autograder.nbgrader_plugin.difference import Change
from autograder.nbgrader_plugin.regrade import Left
from autograder.printable import printable


def table(found: Sequence[Change]) -> Table:
    """One row for each question of each student whose grade or verdict is another now."""
    made = Table(title="What changes", title_justify="left")
    for name in ("question", "student", "points", "verdict", "changed since"):
        made.add_column(name, no_wrap=name in ("question", "student"))
    for change in found:
        if change.changed:
            made.add_row(*(Text(printable(text)) for text in _row(change)))
    return made


def _row(change: Change) -> tuple[str, ...]:
    before = str(change.before) if change.before else "no grade"
    stays = f"; {change.by_hand:g} by hand stay" if change.by_hand is not None else ""
    was, now = change.before.verdict if change.before else "", change.after.verdict
    verdict = now if was == now else f"{was or 'none'} → {now}"
    why = ", ".join(change.because) or "nothing of the grader"
    return change.question, change.student, f"{before} → {change.after}{stays}", verdict, why


def closing(found: Sequence[Change], left: Sequence[Left]) -> Iterator[str]:
    """How many gain and lose in all, and who was not regraded."""
    students: dict[str, float] = {}
    for change in found:
        students[change.student] = students.get(change.student, 0.0) + change.gain
    gain = [name for name, points in students.items() if points > 1e-9]
    lose = [name for name, points in students.items() if points < -1e-9]
    told = sum(change.changed for change in found)
    if found:
        yield f"{len(found)} grades of {len(students)} students made again, {told} of them changed."
        keep = len(students) - len(gain) - len(lose)
        yield f"Students who gain points: {len(gain)}; who lose points: {len(lose)}; who keep theirs: {keep}."
    for one in left:
        yield f"{one.student} was not regraded: {one.reason}."
    if left:
        yield "`nbgrader autograde` grades what was handed in and is not graded."
