"""A class that began on an earlier release goes on after an update: its config, gradebook, secret and students' files.

`former_class/` holds such a class as it lay on the disks of the time, two of its five submissions still to be graded,
and what the release that it began on gives everybody; `make.py` there says how it was made. Here its instructor has
updated the course, kept the old nbgrader_config.py, and goes on by commands. A failure means that running classes would
lose something: mend the code, not the class.
"""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from tests import commands

FORMER = Path(__file__).parent / "former_class"
UNIT = "unit1_feedforward"
EXPECTED = json.loads((FORMER / "expected.json").read_text())
BIN = Path(sys.executable).parent


@pytest.fixture
def course(root: Path, tmp_path: Path) -> Path:
    """The updated course around the former class."""
    for folder in ("solutions", "course"):
        shutil.copytree(root / folder / UNIT, tmp_path / folder / UNIT, ignore=shutil.ignore_patterns(".gradschool"))
    shutil.copy(FORMER / "nbgrader_config.py", tmp_path)
    shutil.copytree(FORMER / "in_progress", tmp_path / "class")
    return tmp_path


def run(course: Path, *command: str, **environment: str) -> str:
    """A command as it is typed; what it printed and logged. The tools of this environment are found first."""
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return commands.run(BIN / command[0], *command[1:], cwd=course, env={"PATH": path, **environment})


def points(course: Path) -> dict[str, dict[str, float]]:
    """What nbgrader's gradebook says, by student and question."""
    with Gradebook(f"sqlite:///{course}/class/gradebook.db") as gradebook:
        submissions = gradebook.find_assignment(UNIT).submissions
        return {s.student.id: {g.name: g.score for part in s.notebooks for g in part.grades} for s in submissions}


def mistakes(course: Path) -> dict[str, dict[str, list[str]]]:
    """The mistakes that the graded notebooks name, by student and question."""
    named: dict[str, dict[str, list[str]]] = {}
    for path in (course / "class" / "autograded").glob(f"*/{UNIT}/*.ipynb"):
        for cell in json.loads(path.read_text())["cells"]:
            if found := cell["metadata"].get("gradschool", {}).get("misconceptions"):
                named.setdefault(path.parts[-3], {})[cell["metadata"]["nbgrader"]["grade_id"]] = found
    return named


def where(named: dict[str, dict[str, list[str]]]) -> dict[str, dict[str, int]]:
    """How many mistakes are named, and where: a spec may call a mistake otherwise than it did."""
    return {student: {question: len(found) for question, found in each.items()} for student, each in named.items()}


def versions(course: Path, students: list[str]) -> dict[Path, tuple[int, int]]:
    """Which files lie there for these students as graded: one that is written again is another, its bytes or not."""
    folders = [course / "class" / "autograded" / student / UNIT for student in students]
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for f in folders for path in sorted(f.iterdir())}


def as_now() -> dict[str, dict[str, float]]:
    """The points that this release gives everybody: what is partly right is shared out otherwise since 0.1.0."""
    return {student: each | EXPECTED["since"].get(student, {}) for student, each in EXPECTED["points"].items()}


def of(students: list[str], what: dict[str, Any]) -> dict[str, Any]:
    return {student: what.get(student, {}) for student in students}


@pytest.mark.sandbox
@pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")
def test_its_grading_goes_on(course: Path) -> None:
    graded, due = EXPECTED["graded"], EXPECTED["due"]
    before = versions(course, graded)
    assert of(graded, points(course)) == of(graded, EXPECTED["points"])
    assert of(due, points(course)) != of(due, EXPECTED["points"])

    run(course, "nbgrader", "autograde", UNIT)
    assert versions(course, graded) == before, "what was graded and has not changed was graded again"
    assert of(graded, points(course)) == of(graded, EXPECTED["points"])
    assert of(due, points(course)) == of(due, as_now())
    assert of(graded, mistakes(course)) == of(graded, EXPECTED["misconceptions"])
    assert where(mistakes(course)) == where(EXPECTED["misconceptions"])

    # Notebooks graded by both releases lie there now: ben's by the former, eva's by this one.
    run(course, "nbgrader", "generate_feedback", UNIT, "--student", "[be]*")
    pages = {path.parts[-3]: path.read_text() for path in course.glob(f"class/feedback/*/{UNIT}/1_neurons.html")}
    assert sorted(pages) == ["ben", "eva"]
    assert "sums to one over the batch" in pages["ben"]
    run(course, "gradschool", "report", UNIT)
    page = (course / "class" / f"report-{UNIT}.html").read_text()
    assert f"{len(EXPECTED['points'])} students" in page and "sums to one over the batch" in page

    run(course, "nbgrader", "autograde", UNIT, "--force")
    assert not versions(course, graded).items() & before.items()
    assert points(course) == as_now()
    assert where(mistakes(course)) == where(EXPECTED["misconceptions"])


def test_its_students_answers_are_still_theirs(tmp_path: Path) -> None:
    """In a new process, as in a later notebook: each kept answer is found, loaded, and does what it did."""
    home = shutil.copytree(FORMER / "kept_answers", tmp_path / "kept")
    names = sorted(path.stem for path in home.glob("*.json"))
    assert names == ["mlp_forward", "softmax", "tanh"]
    (tmp_path / "later.py").write_text(
        "import torch\n"
        "from autograder import use\n"
        "mlp_forward, softmax, tanh = use('mlp_forward'), use('softmax'), use('tanh')\n"
        "z = torch.linspace(-2, 2, 12).reshape(3, 4)\n"
        "torch.testing.assert_close(softmax(z), torch.softmax(z, -1))\n"
        "torch.testing.assert_close(tanh(z), torch.tanh(z))\n"
        "weights, biases = [torch.ones(5, 4), torch.ones(2, 5)], [torch.zeros(5), torch.ones(2)]\n"
        "expected = torch.relu(z @ weights[0].T) @ weights[1].T + 1\n"
        "torch.testing.assert_close(mlp_forward(z, weights, biases), expected)\n"
    )
    said = run(tmp_path, "python", "later.py", GRADSCHOOL_HOME=str(home))
    assert said.splitlines() == [f"{name}: yours, from {home / name}.json" for name in names]


def test_its_students_notebooks_still_say_where_they_stand(tmp_path: Path) -> None:
    """Read from the cards that the earlier release's checks left in ada's notebook."""
    shutil.copytree(FORMER / "in_progress" / "submitted" / "ada", tmp_path, dirs_exist_ok=True)
    (tmp_path / "start.py").write_text("from autograder import progress\nprint(progress('.'))\n")
    assert "11 of 11" in run(tmp_path, "python", "start.py").replace("\N{NO-BREAK SPACE}", " ")
