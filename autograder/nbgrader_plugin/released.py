"""The notebook that students were given, made again in memory from `solutions/`.

Never read from `course/`, where people work. What is made is held against the cells that nbgrader's gradebook kept
when the assignment was released: grading by other cells than students were given, layout aside, is refused.
"""

import contextlib
import copy
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from traitlets.utils.importstring import import_item

from autograder.lessons.cells import by_grade_id, is_graded, points
from autograder.lessons.layout_only import same_but_for_layout
from autograder.nbgrader_plugin.release_steps import RELEASE_STEPS


class Changed(Exception):
    """`solutions/` is not what was released: the message says where, and what to do."""


def released(path: Path, assignment: str) -> Any:
    """A fresh copy of the released form of the solution notebook at `path`."""
    return copy.deepcopy(_made(path, path.stat().st_mtime_ns, assignment))


def drafts(folder: Path, assignment: str, known: Collection[str]) -> dict[str, Any]:
    """The notebooks of a folder that are not `known`, by name, without those that cannot be made."""
    found = {}
    for path in sorted(folder.glob("*.ipynb")):
        if path.stem not in known:
            with contextlib.suppress(Exception):  # whatever one of the steps raises
                found[path.stem] = released(path, assignment)
    return found


@lru_cache(maxsize=64)
def _made(path: Path, modified: int, assignment: str) -> Any:
    notebook = nbformat.read(path, as_version=4)
    resources = {"nbgrader": {"notebook": path.stem, "assignment": assignment}, "language": "python"}
    for step in RELEASE_STEPS:
        if not step.endswith(".SaveCells"):  # the gradebook has them, and is what we check against
            notebook, resources = import_item(step)().preprocess(notebook, resources)
    return notebook


def verify(gradebook: Gradebook, folder: Path, assignment: str) -> None:
    """Raise Changed unless every notebook of the assignment has the cells that were released."""
    try:
        records = gradebook.find_assignment(assignment).notebooks
    except MissingEntry:
        raise Changed(
            f"{assignment} was never released. To record it: nbgrader generate_assignment {assignment}"
        ) from None
    for record in records:
        path = folder / f"{record.name}.ipynb"
        if not path.is_file():
            raise Changed(f"{path} is gone, though it was released: {CURE.format(assignment)}")
        cells = released(path, assignment).cells
        ours = by_grade_id(cells)
        for cell in record.source_cells:
            our = ours.get(cell.name)
            if our is None or not same_but_for_layout(our.cell_type, our.source, cell.source):
                raise Changed(f"{path}: the cell {cell.name!r} is not what was released: {CURE.format(assignment)}")
        graded = {c.name: c.max_score for c in record.grade_cells}
        for name, cell in ours.items():
            if is_graded(cell) and name not in graded:
                raise Changed(f"{path}: {name!r} came after the release: {CURE.format(assignment)}")
            if is_graded(cell) and points(cell) != graded[name]:
                worth = f"{name!r} was released with {graded[name]:g} points and has {points(cell):g} now"
                raise Changed(f"{path}: {worth}: {CURE.format(assignment)}")


CURE = "release it again with `nbgrader generate_assignment {} --force`, or restore the old file."
