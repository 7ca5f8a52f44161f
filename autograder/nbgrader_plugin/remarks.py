"""What is to be known of what a student handed in: what is missing, found elsewhere, or could not be matched.

It stands in the graded notebooks, where the rebuild has put it; from there it comes to the end of a batch, to the pages
of Formgrader and of feedback, and to the class page.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat.v4 import new_markdown_cell

from autograder.grading.album import harmless
from autograder.lessons.cells import ANSWER, KEY, GradeRecord

CELL = "handed-in"  # the id of the cell that tells it on a page


@dataclass(frozen=True)
class Remark:
    """One sentence on one graded notebook of a student."""

    student: str
    notebook: str
    what: str


def remarks(student: str, graded: Path) -> Iterator[Remark]:
    """All that is to be said of a student's graded notebooks, which lie in the folder `graded`."""
    for path in sorted(graded.glob("*.ipynb")):
        try:
            notebook = json.loads(path.read_bytes())
            said = list(sentences(notebook))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            said = ["The graded notebook cannot be read."]
        yield from (Remark(student, path.stem, what) for what in said)


def sentences(notebook: Any) -> Iterator[str]:
    """What is to be said of one graded notebook; an earlier release wrote nothing of it."""
    told = notebook["metadata"].get(KEY, {})
    if told.get("problem"):
        yield f"The notebook {told['problem']}."
    elif told.get("notes"):
        names = ", ".join(name.removesuffix(ANSWER) for name in told["notes"])
        yield f"No cell holds an answer to: {names}."
    yield from told.get("remarks", ())
    for cell in notebook["cells"]:
        if cell.get("id") in told.get("readings", ()):
            record = GradeRecord.read(cell)
            yield from record.flags[-1:] if record is not None else ()


def show_remarks(notebook: Any) -> Any:
    """Put what is to be said first into a graded notebook, in place, for Formgrader's page and the feedback."""
    if said := list(sentences(notebook)):
        lines = "".join(f"\n- {harmless(sentence)}" for sentence in said)
        notebook.cells.insert(0, new_markdown_cell(f"**What was handed in.**\n{lines}", id=CELL))
    return notebook
