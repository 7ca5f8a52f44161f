"""Rebuild, don't repair: our notebook with their answers in it.

From a submission come the sources of answers, wherever they stand, the code cells that the student added, what both
need of the lesson's cells, and the pictures that written answers show. Everything else stays behind: metadata, tags,
kernelspec, outputs. A part that is missing or unreadable costs its question, never the notebook or the batch. Checks,
setup and scripts are ours.
"""

from typing import Any

from autograder.grading.album import Album
from autograder.grading.plan import MISSING, Plan, make_plan
from autograder.grading.recognise import recognise
from autograder.grading.submission import Submission
from autograder.grading.written import written_answers
from autograder.lessons.cells import KEY, grade_id, is_solution


def rebuild(notebook: Any, submission: Submission) -> Any:
    """Put the answers of `submission` into `notebook` (a released one), in place; return it.

    `notebook.metadata.gradschool` then says what becomes of them. `notes`: by answer id what is wrong with it, in words
    for the student; `problem`: why nothing could be read; `remarks`: what else a reader should know of how the answers
    were found; `order`: the ids of the cells as they are run, where that is not as they stand; `readings`: by exercise
    the cells that define its answer, where they differ.
    """
    if submission.problem:
        notes = {grade_id(c): f"The notebook {submission.problem}." for c in notebook.cells if is_solution(c)}
        notebook.metadata[KEY] = {"notes": notes, "problem": submission.problem}
        return notebook
    seen = recognise(notebook.cells, submission.cells)
    plan = make_plan(notebook.cells, seen)
    album = Album(submission.attachments)
    for place, text in written_answers(notebook.cells, seen).items():
        if text is None:
            plan.notes[grade_id(notebook.cells[place])] = MISSING
        else:
            album.write(notebook.cells[place], text)
    _carry_out(plan, notebook, submission)
    return notebook


def _carry_out(plan: Plan, notebook: Any, submission: Submission) -> None:
    """Answers into their cells, the student's own cells behind them, and what is to be told into the metadata."""
    for place, source in plan.sources.items():
        notebook.cells[place].source = source
    cells = list(plan.added.get(-1, []))
    for place, cell in enumerate(notebook.cells):
        cells += [cell, *plan.added.get(place, [])]
    notebook.cells = cells
    as_they_stand = [cell["id"] for cell in cells if cell["id"] in set(plan.order)]
    told = {
        "remarks": [*submission.remarks, *plan.remarks],
        "order": plan.order if plan.order != as_they_stand else [],
        "readings": plan.readings,
    }
    notebook.metadata[KEY] = {"notes": plan.notes, **{name: value for name, value in told.items() if value}}
