"""A unit released notebook by notebook: each is released, collected, graded and reported by itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.report.results import read

from . import course

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(600)]


def most(folder: Path) -> tuple[float, float]:
    """The most points that ada can have, and that the class page counts."""
    with Gradebook(f"sqlite:///{folder}/class/gradebook.db") as gradebook:
        return gradebook.find_submission(course.UNIT, "ada").max_score, read(folder, course.UNIT).most


def report(folder: Path) -> str:
    command = [sys.executable, "-m", "autograder.cli", "report", course.UNIT]
    subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return (folder / "class" / f"report-{course.UNIT}.html").read_text()


def test_one_notebook_after_the_other(empty_class: Path, tmp_path: Path) -> None:
    folder, exchange = empty_class, tmp_path / "exchange"
    shutil.rmtree(folder / "class")
    exchange.mkdir()
    exchange.chmod(0o777)
    with open(folder / "nbgrader_config.py", "a") as config:
        config.write(f"c.Exchange.root = {str(exchange)!r}\n")
    outbound = exchange / "gradschool" / "outbound" / course.UNIT

    course.nbgrader(folder, "generate_assignment", course.UNIT, "--notebook", "1_first")
    course.nbgrader(folder, "release_assignment", course.UNIT)
    assert os.listdir(outbound) == ["1_first.ipynb"]
    copy = course.hand_in(folder, "ada")
    said = course.nbgrader(folder, "autograde", course.UNIT)
    assert "2_second" not in said, "nobody asked for it, though ada handed it in"
    assert course.scores(folder, "ada") == course.QUESTIONS
    assert most(folder) == (6, 6)
    assert "1 students, 2 questions, 6 points<" in report(folder)
    before = course.graded_path(folder, "ada").read_bytes()

    course.nbgrader(folder, "generate_assignment", course.UNIT, "--notebook", "2_second")
    course.nbgrader(folder, "release_assignment", course.UNIT, "--force")
    assert sorted(os.listdir(outbound)) == ["1_first.ipynb", "2_second.ipynb"]
    course.nbgrader(folder, "autograde", course.UNIT, "--notebook", "2_second")
    assert course.graded_path(folder, "ada").read_bytes() == before
    assert course.scores(folder, "ada") == {**course.QUESTIONS, "why-shift": None}
    assert most(folder) == (8, 8)
    assert "8 points, 2 of them for written answers" in report(folder)
    course.nbgrader(folder, "generate_feedback", course.UNIT, "--notebook", "2_second")
    pages = folder / "class" / "feedback" / copy.folder.parent.name / course.UNIT
    assert [path.name for path in pages.glob("*.html")] == ["2_second.html"]
