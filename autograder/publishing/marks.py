"""The short marks in a lesson's source, and the metadata for nbgrader that publishing makes of them.

    # %% answer="softmax"                           the student's answer, with our solution in it
    # %% check="softmax"                            its check: locked, worth what the exercise's file says
    # %% script="debug_lenet"                       code that an answer may build on: locked
    # %% [markdown] written="which-loss" points=3   an answer in words, which a person grades

A cell carries one of them at most. Tags stand beside them, as in any percent script, and

    # %% approx=0.1                                 the numbers that this cell shows may be off by 10 %
"""

from collections.abc import Callable
from typing import Any

import nbformat

from autograder.lessons.canonical import CELL_METADATA, OURS
from autograder.lessons.layout import CourseError, Lesson

MARKS = {"answer": "code", "check": "code", "script": "code", "written": "markdown"}  # and the type of their cells
PLAIN = CELL_METADATA - {"nbgrader"} | OURS  # what an author may say of a cell besides
LOOSEST = 0.5  # the largest approx: what moves by more is no number to show
UNREAD = "incorrectly_encoded_metadata"  # where jupytext leaves a header that it cannot read
OF_JUPYTEXT = "lines_to_"  # how the names of its notes about empty lines begin


class _Wrong(Exception):
    """A mark that says nothing: the sentence's end, for the message that names the cell."""


def spec_points(exercise: str) -> float:
    """The points of an exercise, from its file. Raises LookupError with the names that look like it."""
    from autograder.spec import catalogue  # brings torch, which a notebook without marks does not need

    return catalogue.find(exercise).points


def expand(nb: Any, lesson: Lesson, points_of: Callable[[str], float] = spec_points) -> Any:
    """Put nbgrader's metadata in the place of every mark of a lesson as jupytext read it; return the notebook.

    Raises:
        CourseError: a mark that is unknown, incomplete or not alone, with the lesson and the cell's first line.
    """
    for cell in nb.cells:
        try:
            made = _nbgrader(cell, points_of)
        except (_Wrong, LookupError) as wrong:
            first = cell.source.strip().partition("\n")[0]
            begin = f" To begin it: gradschool new exercise NAME --notebook {lesson}"
            begin = begin if isinstance(wrong, LookupError) else ""
            raise CourseError(f"{lesson.source}: in the header of the cell {first!r}, {wrong}{begin}") from wrong
        for mark in (*MARKS, "points"):
            cell.metadata.pop(mark, None)
        if made is not None:
            cell.metadata["nbgrader"] = nbformat.from_dict(made)
    return nb


def _nbgrader(cell: Any, points_of: Callable[[str], float]) -> dict[str, Any] | None:
    """What nbgrader is to know of a cell; None where it carries no mark."""
    mark = _mark(cell)
    if "approx" in cell.metadata:
        _see_approx(cell, mark)
    if mark is None:
        return None
    name = cell.metadata[mark]
    if not isinstance(name, str) or not name:
        raise _Wrong(f'{mark}= takes a name in quotes, like {mark}="softmax".')
    if cell.cell_type != MARKS[mark]:
        raise _Wrong(f"{mark}= belongs to a {MARKS[mark]} cell, and this is a {cell.cell_type} cell.")
    if mark == "written":
        return _metadata(name, grade=True, solution=True, points=_points(cell))
    if "points" in cell.metadata:
        raise _Wrong("points= belongs to written answers alone: an exercise's points stand in its file.")
    points = points_of(name)  # of every mark: an exercise that does not exist has no answer either
    if mark == "check":
        return _metadata(name, grade=True, locked=True, points=points)
    return _metadata(f"{name}-{mark}", solution=mark == "answer", locked=mark == "script")


def _mark(cell: Any) -> str | None:
    """The one mark of a cell, None if it has none."""
    if UNREAD in cell.metadata:
        raise _Wrong(f'{cell.metadata[UNREAD]} cannot be read: a mark looks like answer="softmax".')
    said = [key for key in cell.metadata if key not in PLAIN and not key.startswith(OF_JUPYTEXT)]
    found = [key for key in said if key in MARKS]
    for key in said:
        if key not in (*MARKS, "points"):
            what = f"the title {cell.metadata[key]!r}" if key == "title" else f"the mark {key!r}"
            raise _Wrong(f"{what} is unknown: there are {', '.join(MARKS)}, and points beside written.")
    if len(found) > 1:
        raise _Wrong(f"{' and '.join(sorted(found))} exclude each other: a cell carries one mark.")
    if "points" in said and not found:
        raise _Wrong("points= stands alone: it belongs beside written=.")
    return found[0] if found else None


def _see_approx(cell: Any, mark: str | None) -> None:
    approx = cell.metadata["approx"]
    if isinstance(approx, bool) or not isinstance(approx, int | float) or not 0 < approx <= LOOSEST:
        raise _Wrong(f"approx= takes a relative error above 0 and up to {LOOSEST}: approx=0.1.")
    if cell.cell_type != "code" or mark == "check":
        raise _Wrong("approx= belongs to a code cell that shows numbers; a check is compared to the letter.")


def _points(cell: Any) -> float:
    """The points of a written answer, which no file holds."""
    points = cell.metadata.get("points")
    if isinstance(points, bool) or not isinstance(points, int | float) or points <= 0:
        raise _Wrong("written= needs its points beside it, a number above 0: points=3.")
    return points


def _metadata(
    grade_id: str, *, grade: bool = False, solution: bool = False, locked: bool = False, points: float | None = None
) -> dict[str, Any]:
    worth = {} if points is None else {"points": points}
    kind = {"grade": grade, "grade_id": grade_id, "locked": locked, "solution": solution, "task": False}
    return {"schema_version": 3, **kind, **worth}
