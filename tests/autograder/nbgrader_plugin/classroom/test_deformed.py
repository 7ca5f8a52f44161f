"""What passes at the desk passes in the grade: honest notebooks, deformed as students and their tools deform them.

One class is graded by `nbgrader autograde`. Beside it every notebook is run as at its student's desk.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from . import course
from .conftest import needs_sandbox, once
from .deformed import CLASS, Deformed

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(600)]


def desks(folder: Path, places: dict[str, Path]) -> dict[str, dict[str, float]]:
    """By student the points at the desk; each file is what was handed in as the first notebook."""
    command = [sys.executable, str(Path(__file__).parent / "desk.py"), *map(str, places.values())]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=500)
    assert run.returncode == 0, run.stderr
    return dict(zip(places, map(json.loads, run.stdout.splitlines()), strict=True))


def worked_on(copy: course.Copy) -> Path:
    """The file in which the student answered the first notebook's questions: the largest with a check in it."""
    files = [path for path in copy.folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return max((path for path in files if b"s\x00o\x00f\x00t" in (c := path.read_bytes()) or b"softmax(z)" in c),
               key=lambda path: (b"amax" in (c := path.read_bytes()) or b"z * 0" in c, len(c)))  # fmt: skip


def grade(released: Path, folder: Path) -> None:
    import shutil

    shutil.copytree(released, folder, dirs_exist_ok=True)
    (folder / "whole").unlink()
    places = {each.student: worked_on(course.hand_in(folder, each.student, each.deform)) for each in CLASS}
    (folder / "desk.json").write_text(json.dumps(desks(folder, places)))
    (folder / "log.txt").write_text(course.nbgrader(folder, "autograde", course.UNIT))


@pytest.fixture(scope="session")
def deformed_class(released_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs_sandbox()
    return once(tmp_path_factory, "deformed_class", lambda folder: grade(released_course, folder))


@pytest.mark.parametrize("each", CLASS, ids=lambda each: each.student)
def test_desk_and_grade_agree(deformed_class: Path, each: Deformed) -> None:
    desk = json.loads((deformed_class / "desk.json").read_text())[each.student]
    grades = course.scores(deformed_class, each.student)
    told = course.graded_cells(deformed_class, each.student)
    texts = [told[question]["metadata"]["gradschool"]["text"] for question in course.QUESTIONS]
    assert desk == {"softmax": each.softmax, "relu": each.relu}
    assert {question: grades[question] for question in course.QUESTIONS} == desk, texts
    assert "".join(told["why-shift"]["source"]) == course.RIGHT["why-shift"]
