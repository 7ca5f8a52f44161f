"""When grading must not start: each reason is one sentence that says what to do, and nothing is written."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.nbgrader_plugin.released import verify

from . import course

Notebook = dict[str, Any]


def _cell(notebook: Notebook, grade_id: str) -> dict[str, Any]:
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def other_stub(notebook: Notebook) -> None:
    source = "".join(_cell(notebook, "softmax-answer")["source"])
    _cell(notebook, "softmax-answer")["source"] = source.replace("def softmax(z)", "def softmax(scores)")


def other_check(notebook: Notebook) -> None:
    _cell(notebook, "relu")["source"] = "check('softmax')"


def other_points(notebook: Notebook) -> None:
    _cell(notebook, "softmax")["metadata"]["nbgrader"]["points"] = 8


def fewer(notebook: Notebook) -> None:
    notebook["cells"].remove(_cell(notebook, "relu"))


def more(notebook: Notebook) -> None:
    cell = json.loads(json.dumps(_cell(notebook, "relu")))
    cell["metadata"]["nbgrader"]["grade_id"] = cell["id"] = "tanh"
    notebook["cells"].append(cell)


@pytest.fixture
def waiting(empty_class: Path) -> Path:
    course.hand_in(empty_class, "ada")
    return empty_class


def refused(folder: Path, *words: str) -> None:
    result = course.autograde(folder)
    assert not result["success"]
    said = " ".join(result["log"].split())
    assert all(word in said for word in words), said
    assert "Traceback" not in result["log"]
    assert not (folder / "class" / "autograded").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (other_stub, "'softmax-answer' is not what was released"),
        (other_check, "'relu' is not what was released"),
        (other_points, "'softmax' was released with 4 points and has 8 now"),
        (fewer, "'relu' is not what was released"),
        (more, "'tanh' came after the release"),
    ],
)
def test_solutions_that_changed_after_the_release(
    waiting: Path, change: Callable[[Notebook], None], words: str
) -> None:
    path = waiting / "solutions" / course.UNIT / "1_first.ipynb"
    notebook = json.loads(path.read_text())
    change(notebook)
    path.write_text(json.dumps(notebook))
    refused(waiting, words, f"nbgrader generate_assignment {course.UNIT} --force")


def test_a_layout_that_changed_after_the_release(empty_class: Path) -> None:
    """A lesson whose lines are broken anew is no reason to release it again."""
    path = empty_class / "solutions" / course.UNIT / "1_first.ipynb"
    notebook = json.loads(path.read_text())
    source = "".join(_cell(notebook, "softmax-answer")["source"])
    _cell(notebook, "softmax-answer")["source"] = source.replace("def softmax(z):", "def softmax(\n    z,\n):")
    path.write_text(json.dumps(notebook))
    with Gradebook(f"sqlite:///{empty_class}/class/gradebook.db") as gradebook:
        verify(gradebook, path.parent, course.UNIT)


def test_solutions_that_are_gone(waiting: Path) -> None:
    (waiting / "solutions" / course.UNIT / "2_second.ipynb").unlink()
    refused(waiting, "2_second.ipynb is gone", "or restore the old file")


def test_a_unit_that_was_never_released(waiting: Path) -> None:
    with Gradebook(f"sqlite:///{waiting}/class/gradebook.db") as gradebook:
        gradebook.remove_assignment(course.UNIT)
    refused(waiting, f"{course.UNIT} was never released", "nbgrader generate_assignment")


def test_nobody_has_handed_in(empty_class: Path) -> None:
    refused(empty_class, "No submissions were found")


def test_a_spoiled_class_secret(waiting: Path) -> None:
    (waiting / "class" / "secret.key").write_bytes(b"short")
    refused(waiting, "secret.key holds 5 bytes, 32 are expected")


def test_without_bubblewrap(waiting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    refused(waiting, "bubblewrap", "apt-get install bubblewrap")


def test_a_limit_that_is_none(waiting: Path) -> None:
    with open(waiting / "nbgrader_config.py", "a") as config:
        config.write("\nc.Autograde.limits = {'seconds_per_cell': 0}\n")
    refused(waiting, "seconds_per_cell must be a positive number")
