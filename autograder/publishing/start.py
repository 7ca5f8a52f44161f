"""The page that `make lab` opens: how checking works, the map of the course, and where the reader stands."""

from pathlib import Path

import nbformat

from autograder import extras
from autograder.lessons.canonical import canonical
from autograder.own_course import own_course
from autograder.publishing.news import news
from autograder.publishing.source import as_text
from autograder.publishing.writing import write_if_changed
from autograder.student import due
from autograder.student.progress import Progress

START = "start.ipynb"

TITLE = "Deep learning that you build yourself"
HOW = """\
# {title}

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
This folder is your copy. When the course has a newer notebook, your answers, your own cells and what you predicted are
carried into it, and yours stays beside it as `former_…`. {afresh} When something does not work: `gradschool doctor` in
a terminal.
"""
NEWS = "## What the last update of the course did"
VALIDATE = "*Validate*, above\na notebook, runs it afresh from the top and says whether all checks pass."
RESTART = "*Run*,\n*Restart Kernel and Run All Cells*, runs a notebook afresh from the top."
CELL = """\
# Run this again (Shift+Enter) to see where you stand; it reads the notebooks as they were saved last.
from autograder import progress

progress()"""


def course_title() -> str:
    """What the pages of the course are headed with: its own name, where it has one."""
    course = own_course()
    return course.name if course is not None and course.name else TITLE


def write_start_page(work: Path) -> Path:
    """Make the page anew in the student's folder, with the results of the notebooks there, and return its path."""
    shown = Progress(work)
    output = nbformat.v4.new_output(
        "execute_result",
        {"text/markdown": shown._repr_markdown_(), "text/plain": repr(shown)},
        execution_count=1,
    )
    cells = [
        nbformat.v4.new_markdown_cell(HOW.format(title=course_title())),
        *([nbformat.v4.new_markdown_cell(dates)] if (dates := due.table(work)) else []),
        nbformat.v4.new_code_cell(CELL, outputs=[output], execution_count=1),
        nbformat.v4.new_markdown_cell(AFTER.format(afresh=RESTART if extras.missing("class") else VALIDATE)),
    ]
    if lines := news(work):
        cells.insert(1, nbformat.v4.new_markdown_cell("\n".join([NEWS, "", *(f"- {line}" for line in lines)])))
    path = work / START
    write_if_changed(path, as_text(canonical(nbformat.v4.new_notebook(cells=cells))).encode())
    return path
