"""`gradschool sample`: what the made-up student hands in, and when it refuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import catalogue
from autograder.demo.answers import right, wrong
from autograder.demo.roster import sample

from . import course


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder.cli", "sample", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env={"COLUMNS": "300"})


def test_right_wrong_and_blank_in_turn() -> None:
    exercise, answers = catalogue.find("softmax"), sample("ada").answers
    expected = [right(exercise, 0), wrong(exercise, 0)[0], None]
    assert [answers(exercise, place) for place in range(6)] == expected * 2


def test_the_notebooks_are_handed_in_once(empty_class: Path) -> None:
    done = run(empty_class, "1", "--student", "ada")
    place = empty_class / "class" / "submitted" / "ada" / course.UNIT
    assert done.returncode == 0 and str(place) in done.stdout, done.stderr
    assert sorted(path.stem for path in place.iterdir()) == list(course.NOTEBOOKS)
    first = json.loads((place / "1_first.ipynb").read_text())
    assert "NotImplementedError" not in json.dumps(first)
    again = run(empty_class, course.UNIT, "--student", "ada")
    assert again.returncode == 2 and "is there already; name another student" in again.stderr
    assert json.loads((place / "1_first.ipynb").read_text()) == first


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((course.UNIT, "--student", "../ada"), "letters, digits and . _ @ - only"),
        ((course.UNIT, "--student", ""), "letters, digits and . _ @ - only"),
        (("unit9",), f"There is no unit 'unit9' in solutions/. There are: {course.UNIT}."),
    ],
)
def test_bad_input_is_named(empty_class: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run(empty_class, *arguments)
    assert done.returncode != 0 and words in done.stderr
    assert not (empty_class / "class" / "submitted").exists()


def test_a_unit_that_was_not_made(empty_class: Path) -> None:
    for path in (empty_class / "course" / course.UNIT).glob("*.ipynb"):
        path.unlink()
    done = run(empty_class, course.UNIT)
    assert done.returncode == 2 and f"nbgrader generate_assignment {course.UNIT}" in done.stderr
