"""A course on another subject, outside the package and with NumPy: published, checked at the desk, graded in the sandbox."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.lessons.layout import lessons
from autograder.publishing.gates.sources import wide_lines
from tests.commands import run

UNIT, NAME = "unit1_integration", "1_areas"
HERE = [sys.executable, "-m"]
GRADSCHOOL = [*HERE, "autograder.cli"]
NBGRADER = [*HERE, "nbgrader"]

DESK = """
import numpy as np
from autograder import check, use
from numerics import integration

def trapezoid(y, h):
    {body}

print(check("trapezoid"))
"""
RIGHT = "pieces = h * (y[..., :-1] + y[..., 1:]) / 2; return pieces.sum(axis=-1)"
ENDS_IN_FULL = "return h * y.sum(-1)"


@pytest.fixture(scope="module")
def course(root, tmp_path_factory) -> Path:
    """The example as a teacher would take it, somewhere else, and published there."""
    ignored = shutil.ignore_patterns("class", "work", "*.ipynb", "__pycache__")
    folder = shutil.copytree(
        root / "docs" / "example_course", tmp_path_factory.mktemp("mine") / "numerics", ignore=ignored
    )
    said = run(*GRADSCHOOL, "publish", "1/1", cwd=folder)
    assert f"Published: {UNIT}/{NAME}." in said
    return folder


def test_its_source_fits_a_window(course: Path) -> None:
    assert [line for lesson in lessons(course) for line in wide_lines(lesson)] == []


def test_its_exercises_are_whole(course: Path) -> None:
    said = run(*GRADSCHOOL, "try", "trapezoid", "cumulative_area", "simpson", "richardson", cwd=course)
    assert said.count("wrong answers lose points and are named") == 4, said


@pytest.mark.parametrize(
    ("body", "points", "said"),
    [
        ("raise NotImplementedError", 0.0, "○"),
        (RIGHT, 3.0, "✓ trapezoid: 3 of 3 points"),
        (ENDS_IN_FULL, 0.0, "counts the first and the last sample in full"),
        ("return np.trapezoid(y, dx=h)", 0.0, "numpy.trapezoid: build it from array operations instead"),
        ("return integration.trapezoid(y, h)", 0.0, "reference of this course"),
    ],
    ids=["blank", "right", "a known mistake", "a library's", "the reference"],
)
def test_the_desk_knows_its_exercises(course: Path, body: str, points: float, said: str) -> None:
    shown = run(sys.executable, "-c", DESK.format(body=body), cwd=course / "course" / UNIT)
    assert said in shown and shown.rstrip().endswith(str(points)), shown


def test_the_exercises_of_gradschool_are_not_part_of_it(course: Path) -> None:
    shown = run(sys.executable, "-c", 'from autograder import check\nprint(check("softmax"))', cwd=course)
    assert "There is no exercise called 'softmax'" in shown


def test_its_start_page_has_its_name(course: Path) -> None:
    run(*GRADSCHOOL, "lab", "--prepare-only", "--course", course, "--work", course / "work", cwd=course.parent)
    page = (course / "work" / "start.ipynb").read_text()
    assert "# Numerical methods" in page and "Unit 1: integration" in page and "4 exercises right" in page


ANSWERS = {
    "trapezoid": f"def trapezoid(y, h):\n    {RIGHT}",
    "cumulative_area": "def cumulative_area(y, h):\n    return h * y.cumsum(axis=-1)",
    "simpson": "from numerics import integration\n\n\ndef simpson(y, h):\n"
    "    area = h / 3 * (y[..., :-2:2] + 4 * y[..., 1:-1:2] + y[..., 2::2]).sum(-1)\n    y[..., 0] = 0\n    return area",
    "richardson": "import os\n\nprint(sorted(os.listdir('/gradschool/course')), os.path.exists({root!r}))",
}


@pytest.mark.sandbox
@pytest.mark.timeout(900)
def test_it_is_graded_in_the_sandbox(course: Path) -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("needs bubblewrap")
    env = {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    run(*NBGRADER, "generate_assignment", UNIT, cwd=course, env=env)
    hand_in(course, "ada")
    run(*NBGRADER, "autograde", UNIT, cwd=course, env=env, timeout=600)
    with Gradebook(f"sqlite:///{course}/class/gradebook.db") as gradebook:
        [notebook] = gradebook.find_submission(UNIT, "ada").notebooks
        scores = {grade.name: grade.auto_score for grade in notebook.grades if grade.name in ANSWERS}
    assert scores == {"trapezoid": 3, "cumulative_area": 0, "simpson": 3.43, "richardson": 0}
    graded = json.loads((course / "class" / "autograded" / "ada" / UNIT / f"{NAME}.ipynb").read_text())
    cells = {cell["id"]: cell for cell in graded["cells"]}
    assert cells["cumulative_area"]["metadata"]["gradschool"]["misconceptions"] == ["sums_of_samples"]
    shown = "".join("".join(output.get("text", "")) for output in cells["richardson-answer"]["outputs"])
    assert shown.strip() == "['course.toml', 'exercises', 'lib'] False", (
        "specs and references, nothing else of the course"
    )


def hand_in(course: Path, student: str) -> None:
    """A student's notebook: one right answer, two wrong ones, and one that looks around."""
    notebook = json.loads((course / "course" / UNIT / f"{NAME}.ipynb").read_text())
    for cell in notebook["cells"]:
        name = cell["id"].removesuffix("-answer")
        if cell["id"].endswith("-answer"):
            cell["source"] = ANSWERS[name].replace("{root!r}", repr(str(course)))
    place = course / "class" / "submitted" / student / UNIT
    place.mkdir(parents=True)
    (place / f"{NAME}.ipynb").write_text(json.dumps(notebook))
