"""The map of the course, and where a reader stands: read from notebooks as they lie there, however broken."""

import json
import os
import re
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import progress
from autograder.lessons.contents import Contents, Task, contents, read_contents
from autograder.publishing.source import read_notebook
from autograder.publishing.start import START, write_start_page

TASK = "### Exercise: `softmax` &nbsp; ●●○ &nbsp; 10 minutes\n"


def check_cell(*texts: str, points: float = 4, written: bool = False) -> dict:
    mark = {"grade": True, "grade_id": "softmax", "points": points, "solution": written}
    outputs = [{"output_type": "display_data", "data": {"text/plain": text}} for text in texts]
    return {"cell_type": "code", "metadata": {"nbgrader": mark}, "source": [], "outputs": outputs}


def notebook(*cells: dict) -> dict:
    heading = {"cell_type": "markdown", "metadata": {}, "source": ["# Units: what is | a unit?\n", "\n", TASK]}
    return {"cells": [heading, *cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


RESULTS = {  # what the check cell shows: tried, right, points
    "not run": ((), 0, 0, 0.0),
    "not attempted": (("○ softmax: 0 of 4 points. Not attempted yet.", "0.0"), 0, 0, 0.0),
    "wrong": (("✗ softmax: 0 of 4 points.", "0.0"), 1, 0, 0.0),
    "partly": (("✗ softmax: 1.5 of 4 points.", "1.5"), 1, 0, 1.5),
    "right": (("✓ softmax: 4 of 4 points.", "4.0"), 1, 1, 4.0),
    "something else": (("<Figure>",), 0, 0, 0.0),
}


@pytest.mark.parametrize("name", RESULTS)
def test_where_the_reader_stands(name: str) -> None:
    texts, tried, right, points = RESULTS[name]
    found = contents(notebook(check_cell(*texts))["cells"])
    assert (found.checks, found.tried, found.right, found.points, found.of) == (1, tried, right, points, 4)


def test_the_task_and_the_question_are_read(tmp_path) -> None:
    cells = notebook(check_cell(), check_cell(written=True))["cells"]
    assert contents(cells) == Contents(
        "What is | a unit?", (Task("softmax", 2, 10),), 1, 1, 0, 0, 0, 4, (Task("softmax", 2, 10),)
    )


def test_every_exercise_of_the_course_has_its_difficulty_and_its_minutes(root) -> None:
    for path in sorted((root / "course").glob("*/*.ipynb")):
        found = contents(read_notebook(path).cells)
        assert len(found.tasks) == found.checks > 0, path
        assert all(1 <= task.dots <= 3 and 1 <= task.minutes <= 90 for task in found.tasks), path
        assert found.question.endswith("?"), path


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["cells", "metadata", "nbgrader", "source", "x"]), inner)
    ),
    max_leaves=8,
)


@given(JSON)
def test_a_broken_notebook_is_left_out(tmp_path_factory, value) -> None:
    path = tmp_path_factory.mktemp("broken") / "1_a.ipynb"
    path.write_text(json.dumps(value))
    assert isinstance(read_contents(path), Contents | None)


def test_the_page_shows_what_was_saved_and_is_made_anew(tmp_path) -> None:
    unit = tmp_path / "unit1_feedforward"
    unit.mkdir()
    (unit / "1_units.ipynb").write_text(json.dumps(notebook(check_cell())))
    (unit / "notes.ipynb").write_text("{}")
    page = read_notebook(write_start_page(tmp_path))
    assert "0 of 1 exercises right" in page.cells[1].outputs[0].data["text/markdown"]
    (unit / "1_units.ipynb").write_text(json.dumps(notebook(check_cell("✓", "4.0"))))
    page = read_notebook(write_start_page(tmp_path))
    shown = page.cells[1].outputs[0].data["text/markdown"]
    assert "**1 of 1 exercises right, 4 of 4 points.**" in shown
    assert "[1 units](unit1_feedforward/1_units.ipynb)<br>What is &#124; a unit?" in shown
    assert "notes" not in shown
    assert progress(tmp_path)._repr_markdown_() == shown


NEXT = {  # what the checks of two notebooks show, and the line that says what to do
    "nothing begun": (((), ()), "begin [1 a](unit1_x/1_a.ipynb), exercise `softmax` (●●○, 10 minutes)."),
    "the first begun": ((("✗", "0.0"), ()), "go on with [1 a](unit1_x/1_a.ipynb), exercise `softmax`"),
    "the second begun": (((), ("✗", "1.0")), "go on with [2 ö b](unit1_x/2_%C3%B6_b.ipynb), exercise `softmax`"),
    "the first done": ((("✓", "4.0"), ()), "begin [2 ö b]"),
    "of an earlier version": ((("✓", "4.0"), ("○ Of an earlier version.", "4.0")), "begin [2 ö b]"),
    "all done": ((("✓", "4.0"), ("✓", "4.0")), "nothing is left; all exercises are right."),
}


@pytest.mark.parametrize("name", NEXT)
def test_the_page_says_what_to_do_next(tmp_path, name: str) -> None:
    texts, line = NEXT[name]
    (tmp_path / "unit1_x").mkdir()
    for stem, shown in zip(("1_a", "2_ö_b"), texts, strict=True):
        (tmp_path / "unit1_x" / f"{stem}.ipynb").write_text(json.dumps(notebook(check_cell(*shown))))
    assert f"**Next:** {line}" in repr(progress(tmp_path))


HEADING = re.compile(r"^(#+) .", re.M)


def test_no_heading_is_skipped(root) -> None:
    """A screen reader's list of headings has no gaps: from level 1 to 2 to 3."""
    for path in sorted((root / "course").glob("*/*.ipynb")):
        prose = "\n".join(cell.source for cell in read_notebook(path).cells if cell.cell_type == "markdown")
        levels = [len(marks) for marks in HEADING.findall(re.sub(r"```.*?```", "", prose, flags=re.S))]
        assert levels[0] == 1 and all(b <= a + 1 for a, b in pairwise(levels)), path
    assert "\n## Unit" in repr(progress(root / "course"))


def test_an_empty_folder_says_so(tmp_path) -> None:
    write_start_page(tmp_path)
    assert "No notebooks" in (tmp_path / START).read_text()


def test_the_page_needs_no_torch(tmp_path) -> None:
    code = "import sys; from autograder import progress; repr(progress()); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=os.environ).returncode == 0
