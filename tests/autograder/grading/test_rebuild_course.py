"""Every notebook of the course, answered as its solution is: without metadata, without cell ids, it is rebuilt alike."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from autograder.grading.rebuild import rebuild
from autograder.grading.submission import parsed
from autograder.lessons.cells import KEY
from autograder.nbgrader_plugin.released import released

SOLUTIONS = sorted((Path(__file__).resolve().parents[3] / "solutions").glob("unit*/*.ipynb"))


def rebuilt(path: Path, notebook: Any) -> Any:
    return rebuild(released(path, path.parent.name), parsed(json.dumps(notebook).encode()))


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_answers_are_found_without_what_tells_cells_apart(path: Path) -> None:
    whole = json.loads(path.read_text())
    for cell in whole["cells"]:
        cell.pop("outputs", None)
    plain = rebuilt(path, whole)
    assert plain.metadata[KEY] == {"notes": {}}, "all is where it belongs, and run in our order"
    assert not [cell for cell in plain.cells if KEY in cell.metadata], "no answer needs a cell of the lesson"
    for emptied, nameless in ((True, False), (False, True), (True, True)):
        spoiled = copy.deepcopy(whole)
        for cell in spoiled["cells"]:
            cell["metadata"] = {} if emptied else cell["metadata"]
            cell |= {"id": ""} if nameless else {}
        again = rebuilt(path, spoiled)
        assert again.cells == plain.cells
        assert set(again.metadata[KEY]) - {"remarks"} == {"notes"} and not again.metadata[KEY]["notes"]
