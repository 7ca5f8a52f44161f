"""Cases that came out with one submission are worth nothing in the next; a regrade asks what was asked, always."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.autograder.nbgrader_plugin.classroom import course
from tests.autograder.nbgrader_plugin.classroom.conftest import empty_class, needs_sandbox, released_course
from tests.commands import run

__all__ = ["empty_class", "released_course"]  # pytest takes fixtures by their names
pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(900)]

# What leaves is what an answer is handed: the seed stays outside, where no frame leads to it.
LEAK = """
def softmax(z):
    globals().setdefault("seen", float(z.double().sum()))
    return z * 0
"""
GAIN = (
    LEAK.replace("    return z * 0", "")
    + """
    if float(z.double().sum()) == STORED:
        e = (z - z.amax(-1, keepdim=True)).exp()
        return e / e.sum(-1, keepdim=True)
    return z * 0
"""
)


def hand_in(folder: Path, source: str) -> None:
    """An answer, and a cell that prints what it has seen onto the graded page."""

    def spoil(copy: course.Copy) -> None:
        copy.answer("softmax", source)
        copy.add("print('seen', seen)", before="relu-answer")

    course.hand_in(folder, "eve", spoil)


def seen(folder: Path) -> float:
    """What it was asked first, from the graded page."""
    text = course.graded_path(folder, "eve", "1_first").read_text()
    [found] = re.findall(r"seen (-?[\d.e+-]+)", text)
    return float(found)


def test_stored_cases_gain_nothing_and_a_changed_secret_changes_no_grade(empty_class: Path) -> None:
    needs_sandbox()
    hand_in(empty_class, LEAK)
    assert course.autograde(empty_class)["success"]
    first = seen(empty_class)
    assert course.scores(empty_class, "eve")["softmax"] == 0

    said = run(sys.executable, "-m", "autograder.cli", "secret", "--renew", cwd=empty_class)
    assert said.count("version") == 1 and "Kept for what was graded with them" in said
    assert "0 of them changed" in run(sys.executable, "-m", "autograder.cli", "regrade", course.UNIT, cwd=empty_class)
    assert course.autograde(empty_class, force=True)["success"]
    assert seen(empty_class) == first, "the same submission is asked the same"

    shutil.rmtree(empty_class / "class" / "submitted" / "eve")
    hand_in(empty_class, GAIN.replace("STORED", repr(first)))
    assert course.autograde(empty_class)["success"]
    assert seen(empty_class) != first
    assert course.scores(empty_class, "eve")["softmax"] == 0
