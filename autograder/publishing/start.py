"""The page that `make lab` opens: how checking works, the map of the course, and where the reader stands."""

from pathlib import Path

import nbformat

from autograder import extras
from autograder.lessons.canonical import canonical
from autograder.publishing.source import as_text
from autograder.publishing.writing import write_if_changed
from autograder.student import due
from autograder.student.progress import Progress

START = "start.ipynb"

HOW = """\
# Deep learning that you build yourself

Open a notebook below and go through it from the top with **Shift+Enter**. You will be asked to *predict*, move
*sliders*, and write *answers*. Each exercise ends in a cell like `check("softmax")`, which says at once whether your
answer is right:

- **✓ right**: all points. Later cells and notebooks then run on your own function.
- **✗ not right yet**, or *partly right*: one line names the mistake, a picture shows where the result is wrong. Hints
  lie behind folds, in steps, each saying a little more. Opening them costs nothing, and checking again costs nothing.
- **○ not attempted**: the answer cell still stands as you found it.

Difficulty: ●○○ a few lines, ●●○ some thought, ●●● a project. The times are for the exercises alone.
"""
AFTER = """\
This folder is your copy: a newer version of the course never overwrites a notebook that you changed. {afresh} When
something does not work: `gradschool doctor` in a terminal.
"""
VALIDATE = "*Validate*, above\na notebook, runs it afresh from the top and says whether all checks pass."
RESTART = "*Run*,\n*Restart Kernel and Run All Cells*, runs a notebook afresh from the top."
CELL = """\
# Run this again (Shift+Enter) to see where you stand; it reads the notebooks as they were saved last.
from autograder import progress

progress()"""


def write_start_page(work: Path) -> Path:
    """Make the page anew in the student's folder, with the results of the notebooks there, and return its path."""
    shown = Progress(work)
    output = nbformat.v4.new_output(
        "execute_result",
        {"text/markdown": shown._repr_markdown_(), "text/plain": repr(shown)},
        execution_count=1,
    )
    cells = [
        nbformat.v4.new_markdown_cell(HOW),
        *([nbformat.v4.new_markdown_cell(dates)] if (dates := due.table(work)) else []),
        nbformat.v4.new_code_cell(CELL, outputs=[output], execution_count=1),
        nbformat.v4.new_markdown_cell(AFTER.format(afresh=RESTART if extras.missing("class") else VALIDATE)),
    ]
    path = work / START
    write_if_changed(path, as_text(canonical(nbformat.v4.new_notebook(cells=cells))).encode())
    return path
