"""Stopping at any point and starting again: nothing is lost, nothing is graded twice, everyone gets the same."""

import json
import shutil
from pathlib import Path

import pytest

from . import course

pytestmark = pytest.mark.sandbox


def unseal(path: Path) -> None:
    """As a grader leaves it that is killed after sanitising: written, not graded, no seal."""
    notebook = json.loads(path.read_text())
    del notebook["metadata"]["gradschool"]["sealed"]
    for cell in notebook["cells"]:
        cell["outputs" if cell["cell_type"] == "code" else "metadata"] = [] if cell["cell_type"] == "code" else {}
    path.chmod(0o644)
    path.write_text(json.dumps(notebook))


def written(folder: Path) -> dict[str, int]:
    return {p.parts[-3]: p.stat().st_mtime_ns for p in (folder / "class" / "autograded").rglob("1_first.ipynb")}


def test_a_rerun_grades_what_is_not_done_and_nothing_else(graded_class: Path, again: Path) -> None:
    before = written(again)
    unseal(course.graded_path(again, "ada"))
    shutil.rmtree(again / "class" / "autograded" / "with_helper")
    course.graded_path(again, "noisy").chmod(0o644)
    course.graded_path(again, "noisy").write_bytes(b"{")
    shutil.rmtree(again / "class" / "submitted" / "mistaken")
    course.hand_in(again, "mistaken")  # second thoughts, and right ones
    assert course.autograde(again)["success"]
    after = written(again)
    assert {name for name in after if after[name] != before[name]} == {"ada", "with_helper", "noisy", "mistaken"}
    assert course.scores(again, "mistaken") == {**course.QUESTIONS, "why-shift": None}
    # the three others get to the byte what they got among hostile students: the seeds and the verdicts are the same
    for name in ("ada", "with_helper", "noisy"):
        assert course.scores(again, name) == course.scores(graded_class, name)
        for notebook in course.NOTEBOOKS:
            first = course.graded_path(graded_class, name, notebook).read_bytes()
            assert course.graded_path(again, name, notebook).read_bytes() == first


def test_when_all_is_done_nothing_is_written(again: Path) -> None:
    before = written(again)
    assert course.autograde(again)["success"]
    assert written(again) == before
