"""Whether a lesson's source has gone on since its notebook was made: by what both hold, not by their dates."""

from typing import Any

from autograder.lessons.cells import ANSWER, SCRIPT, WHAT_COUNTS, grade_id, is_written, points
from autograder.lessons.layout import Lesson

SUFFIXES = {"answer": ANSWER, "script": SCRIPT, "check": "", "written": ""}  # of a grade id, by the mark in a source


def gone_on(lesson: Lesson) -> str:
    """A sentence that says where the source is another than the solution notebook; "" where it is not, or is missing.

    What the spec has put into the notebook (points, what counts) is not looked at, so that nothing heavy is imported.
    """
    import jupytext  # not at a student's desk
    import nbformat

    if not lesson.source.is_file() or not lesson.solution.is_file():
        return ""
    new = [_of_source(cell) for cell in jupytext.read(lesson.source, fmt="py:percent").cells]
    old = [_of_notebook(cell) for cell in nbformat.read(lesson.solution, as_version=4).cells]
    if new == old:
        return ""
    at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    first = (new if at < len(new) else old)[at][1].partition("\n")[0]
    name = lesson.source.relative_to(lesson.root)
    return f"{name} has gone on since its notebook was made (cell {at}, {first!r}): gradschool publish {lesson}"


def _of_source(cell: Any) -> tuple[str, str, str, Any]:
    marks = [(mark, cell.metadata[mark]) for mark in SUFFIXES if mark in cell.metadata]
    name = "".join(f"{name}{SUFFIXES[mark]}" for mark, name in marks)
    return cell.cell_type, cell.source.strip(), name, cell.metadata.get("points")


def _of_notebook(cell: Any) -> tuple[str, str, str, Any]:
    source = cell.source.partition(f"\n\n{WHAT_COUNTS}")[0].strip()
    return cell.cell_type, source, grade_id(cell), points(cell) if is_written(cell) else None
