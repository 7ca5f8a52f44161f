"""Rebuild, don't repair: our notebook with their answers in it.

From a submission come the sources of answer cells, by id, the code cells that the student added, in place, and the
pictures that written answers show. Everything else stays behind: other cells, metadata, tags, kernelspec, outputs. A
part that is missing, doubled or unreadable costs its question, never the notebook or the batch.
"""

from typing import Any

from nbformat.v4 import new_code_cell

from autograder.grading.album import Album
from autograder.grading.submission import MOST_ADDED, Submission, SubmittedCell
from autograder.lessons.cell_id import is_text_id
from autograder.lessons.cells import KEY, grade_id, is_setup, is_solution


def rebuild(notebook: Any, submission: Submission) -> Any:
    """Put the answers of `submission` into `notebook` (a released one), in place; return it.

    `notebook.metadata.gradschool.notes` says by answer id what is wrong with it, in words for the student.
    """
    notes: dict[str, str] = {}
    album = Album(submission.attachments)
    for cell in notebook.cells:
        if not is_solution(cell):
            continue
        name = grade_id(cell)
        given = [c.source for c in submission.cells if c.grade_id == name]
        if submission.problem:
            notes[name] = f"The notebook {submission.problem}."
        elif not given:
            notes[name] = "This answer's cell is missing from the submission."
        elif len(set(given)) > 1:
            notes[name] = f"This answer's cell is there {len(given)} times, and not the same each time."
        elif cell.cell_type == "code":
            cell.source = given[0]
        else:
            album.write(cell, given[0])
    _insert(notebook, submission.cells)
    notebook.metadata[KEY] = {"notes": notes}
    return notebook


def _insert(notebook: Any, submitted: list[SubmittedCell]) -> None:
    """Put the student's own code cells behind the cells they followed.

    Our setup cell with lines of theirs in it counts as one of their own behind ours: an import added there is no less
    theirs than one in a cell of its own.
    """
    setup = {cell["id"] for cell in notebook.cells if is_setup(cell)}
    ours = {cell["id"]: i for i, cell in enumerate(notebook.cells)}
    grade_ids = {name: i for i, c in enumerate(notebook.cells) if (name := grade_id(c))}
    sources = {cell.source for cell in notebook.cells}
    behind: dict[int, list[Any]] = {}
    place, count = -1, 0
    for cell in submitted:
        known = grade_ids.get(cell.grade_id, ours.get(cell.cell_id))
        if known is not None:
            place = max(place, known)
        own = known is None or cell.cell_id in setup
        if own and cell.is_code and not cell.grade_id and not _of_a_lesson(cell, sources) and count < MOST_ADDED:
            count += 1
            added = new_code_cell(cell.source, id=f"added-{count}", metadata={KEY: {"added": True}})
            behind.setdefault(place, []).append(added)
    cells = list(behind.get(-1, []))
    for i, cell in enumerate(notebook.cells):
        cells += [cell, *behind.get(i, [])]
    notebook.cells = cells


def _of_a_lesson(cell: SubmittedCell, sources: set[str]) -> bool:
    """Whether a code cell is one of ours as it was given out: in this release, or untouched from an earlier one."""
    return cell.source in sources or is_text_id(cell.cell_id, "code", cell.source)
