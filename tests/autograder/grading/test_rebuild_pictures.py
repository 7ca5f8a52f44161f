"""Pictures of written answers, through a submission's file and the rebuild."""

import base64
import io
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook
from PIL import Image

from autograder.grading.rebuild import rebuild
from autograder.grading.submission import read

MARK = {"nbgrader": {"grade_id": "why", "schema_version": 3, "solution": True, "grade": True, "points": 2}}
COLORS = {"red": (255, 0, 0), "blue": (0, 0, 255), "lime": (0, 255, 0)}


def attached(color: str) -> dict[str, Any]:
    """Attachments as JupyterLab makes them: pasted pictures are called alike in every cell."""
    file = io.BytesIO()
    Image.new("RGB", (4, 4), color).save(file, "PNG")
    return {"image.png": {"image/png": base64.b64encode(file.getvalue()).decode()}}


def lesson() -> Any:
    """A cell of the lesson with a picture, and a question to be answered in words."""
    intro = new_markdown_cell("A circle: ![](attachment:image.png)", id="intro", attachments=attached("lime"))
    return new_notebook(cells=[intro, new_markdown_cell("YOUR ANSWER HERE", id="why", metadata=MARK)])


def answered(cells: list[Any], path: Path) -> Any:
    """What is rebuilt as the answer of a submission with these cells."""
    path.write_text(nbformat.writes(new_notebook(cells=cells)))
    return next(cell for cell in rebuild(lesson(), read(path)).cells if cell["id"] == "why")


def colors(cell: Any) -> list[str]:
    """Of the pictures in the order of their names, which is that in which they are shown."""
    names = sorted(cell.get("attachments", {}))
    assert cell.source.count("](attachment:") == len(names) and all(name in cell.source for name in names)
    files = [Image.open(io.BytesIO(base64.b64decode(cell.attachments[name]["image/png"]))) for name in names]
    return [next(c for c, rgb in COLORS.items() if file.convert("RGB").getpixel((0, 0)) == rgb) for file in files]


def test_an_answer_in_two_cells_keeps_the_pictures_of_both(tmp_path: Path) -> None:
    first = new_markdown_cell("First ![](attachment:image.png)", metadata=MARK, attachments=attached("red"))
    second = new_markdown_cell("then ![](attachment:image.png)", metadata=MARK, attachments=attached("blue"))
    cell = answered([lesson().cells[0], first, second], tmp_path / "n.ipynb")
    assert colors(cell) == ["red", "blue"]
    assert cell.source.index("First") < cell.source.index("then")


def test_a_picture_is_found_with_an_answer_that_lost_its_ids(tmp_path: Path) -> None:
    own = new_markdown_cell("Mine ![](attachment:image.png)", attachments=attached("red"))
    cell = answered([lesson().cells[0], own], tmp_path / "n.ipynb")
    assert colors(cell) == ["red"] and "Mine" in cell.source


def test_a_lessons_own_picture_is_no_answer(tmp_path: Path) -> None:
    """Nor where no ids tell whose cell it is."""
    intro = lesson().cells[0]
    intro["id"] = "another"
    cell = answered([intro], tmp_path / "n.ipynb")
    assert cell.source == "YOUR ANSWER HERE" and colors(cell) == []
    own = new_markdown_cell("Mine", id="x")
    assert answered([intro, own], tmp_path / "n.ipynb").source == "Mine"
