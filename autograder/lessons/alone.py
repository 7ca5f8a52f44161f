"""A notebook that is opened alone, on Colab, Kaggle or a hub: its first cell says how the course is installed there."""

from typing import Any

from nbformat.v4 import new_code_cell

from autograder.lessons.address import requirement
from autograder.lessons.cell_id import text_id
from autograder.lessons.cells import is_code

TAG = "install"
CELL = """\
# Says what to do where the course is not installed, as on Colab; elsewhere it does nothing.
import importlib.util

if importlib.util.find_spec("autograder") is None:
    raise ModuleNotFoundError({said!r})"""
FROM = "The course is not installed here. Run this once in a cell of its own, then go on:  %pip install {}"
UNKNOWN = "The course is not installed here. Install it with pip, as the page says that you have this notebook from."


def add_first_cell(nb: Any, repository: str) -> Any:
    """Put that cell before a notebook's first cell of code, in place, and return the notebook.

    Args:
        repository: the course's public address; "" where it has none.
    """
    said = FROM.format(requirement(repository)) if repository else UNKNOWN
    source = CELL.format(said=said)
    cell = new_code_cell(source, id=text_id("code", source), metadata={"tags": [TAG]})
    first = next((i for i, each in enumerate(nb.cells) if is_code(each)), len(nb.cells))
    nb.cells.insert(first, cell)
    return nb


def is_first_cell(cell: Any) -> bool:
    """Whether it is that cell."""
    return TAG in cell.get("metadata", {}).get("tags", [])
