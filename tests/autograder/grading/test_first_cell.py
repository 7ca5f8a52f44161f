"""Notebooks without the first cell that says how the course is installed, or with another one's, are graded as ever."""

from pathlib import Path
from typing import Any

import pytest

from autograder.grading.rebuild import rebuild
from autograder.grading.submission import parsed
from autograder.lessons.alone import add_first_cell, is_first_cell
from autograder.lessons.cells import KEY, by_grade_id
from autograder.publishing.source import as_text, read_notebook

ANSWER = "def perceptron_update(w, b, x, y, eta=1.0):\n    return w, b  # mine"


def begun_on(nb: Any, which: str) -> Any:
    """As a student has it whose copy came before that cell, or from elsewhere."""
    nb.cells = [cell for cell in nb.cells if not is_first_cell(cell)]
    if which == "another address":
        add_first_cell(nb, "https://github.com/other/fork")
    by_grade_id(nb.cells)["perceptron_update-answer"].source = ANSWER
    return nb


@pytest.mark.parametrize("which", ["none", "another address"])
def test_the_first_cell_makes_no_difference(which: str, root: Path) -> None:
    path = root / "course" / "unit1_feedforward" / "1_neurons.ipynb"
    released = read_notebook(path)
    ids = [cell.id for cell in released.cells]
    rebuilt = rebuild(read_notebook(path), parsed(as_text(begun_on(released, which)).encode()))
    assert [cell.id for cell in rebuilt.cells] == ids, "nothing was added"
    assert by_grade_id(rebuilt.cells)["perceptron_update-answer"].source == ANSWER
    assert rebuilt.metadata[KEY] == {"notes": {}}
