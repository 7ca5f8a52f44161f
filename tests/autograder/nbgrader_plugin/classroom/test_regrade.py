"""`gradschool regrade` after a spec was mended and points were changed: shown first, then stored; what people gave stays."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from . import mended
from .conftest import once
from .mended import UNIT, gradschool, nbgrader

pytestmark = pytest.mark.sandbox
DOUBLED = {"ada": "2 * z", "ben": "2 * z.clamp(min=0)", "cleo": "2 * z", "dan": "3 * z"}
ANOTHER_NAME = f"{mended.NOTEBOOK} (1).ipynb"  # of dan's notebook


def hand_in(folder: Path, student: str, **sources: str) -> None:
    notebook = json.loads((folder / "course" / UNIT / f"{mended.NOTEBOOK}.ipynb").read_text())
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "").removesuffix("-answer")
        if name in sources and cell["metadata"]["nbgrader"]["solution"]:
            cell["source"] = sources[name]
    name = ANOTHER_NAME if student == "dan" else f"{mended.NOTEBOOK}.ipynb"
    path = folder / "class" / "submitted" / student / UNIT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook))


def answered(doubled: str, why: str = "because") -> dict[str, str]:
    return {
        "doubled": f"def doubled(z):\n    return {doubled}",
        "relu": "def relu(z):\n    return z.clamp(min=0)",
        "why": why,
    }


def grade_by_hand(folder: Path) -> None:
    """As Formgrader stores it: cleo's doubling and ada's written answer."""
    with Gradebook(f"sqlite:///{folder}/class/gradebook.db") as gradebook:
        for student, question, score in (("cleo", "doubled", 3.5), ("ada", "why", 2.0)):
            grade = gradebook.find_grade(question, mended.NOTEBOOK, UNIT, student)
            grade.manual_score, grade.extra_credit, grade.needs_manual_grade = score, 0.5, False
        comment = gradebook.find_comment("why", mended.NOTEBOOK, UNIT, "ada")
        comment.manual_comment = "Say why."
        gradebook.db.commit()


def grades(folder: Path) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Automatic, manual and extra points, the most of them, and whether a person is waited for."""
    with Gradebook(f"sqlite:///{folder}/class/gradebook.db") as gradebook:
        return {
            (s.student.id, g.name): (g.auto_score, g.manual_score, g.extra_credit, g.max_score, g.needs_manual_grade)
            for s in gradebook.find_assignment(UNIT).submissions
            for part in s.notebooks
            for g in part.grades
        }


def records(folder: Path, student: str) -> dict[str, Any]:
    path = folder / "class" / "autograded" / student / UNIT / f"{mended.NOTEBOOK}.ipynb"
    cells = json.loads(path.read_text())["cells"]
    return {
        c["metadata"]["nbgrader"]["grade_id"]: c["metadata"].get("gradschool")
        for c in cells
        if "nbgrader" in c["metadata"]
    }


def row(table: str, question: str, student: str) -> str:
    return next(" ".join(line.split()) for line in table.splitlines() if question in line and f" {student} " in line)


@pytest.fixture(scope="module")
def flawed_class(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Graded by the flawed spec, some of it by hand."""

    def make(folder: Path) -> None:
        mended.set_up(root, folder)
        for student, source in DOUBLED.items():
            hand_in(folder, student, **answered(source))
        nbgrader(folder, "autograde", UNIT)
        grade_by_hand(folder)

    return once(tmp_path_factory, "flawed_class", make)


@pytest.fixture
def flawed(flawed_class: Path, tmp_path: Path) -> Path:
    return shutil.copytree(flawed_class, tmp_path / "flawed")


def test_shown_then_stored(flawed: Path) -> None:
    before, texts = grades(flawed), {name: records(flawed, name) for name in DOUBLED}
    assert before["ben", "doubled"] == (4, None, None, 4, False) and before["ada", "doubled"][0] < 4
    same = gradschool(flawed, "regrade", UNIT)
    assert "made again, 0 of them changed" in same and ANOTHER_NAME not in same

    mended.write_spec(flawed, **mended.MENDED)
    said = nbgrader(flawed, "autograde", UNIT)
    assert "Judged by an older spec: doubled of ada, ben, cleo, dan." in said
    assert f"gradschool regrade {UNIT}" in said and ANOTHER_NAME in said
    assert grades(flawed) == before

    table = gradschool(flawed, "regrade", UNIT)
    low = before["ada", "doubled"][0]
    assert f"{low:.4g} of 4 → 4 of 4" in row(table, "doubled", "ada")
    assert "doubles negative numbers too → right" in row(table, "doubled", "ada") and "spec" in row(
        table, "doubled", "ada"
    )
    assert "3.5 by hand stay" in row(table, "doubled", "cleo")
    assert "right → drops negative numbers" in row(table, "doubled", "ben")
    assert "who gain points: 1; who lose points: 1; who keep theirs: 2." in table and "relu" not in table
    assert "Nothing is stored" in table
    assert grades(flawed) == before and {name: records(flawed, name) for name in DOUBLED} == texts

    stored = gradschool(flawed, "regrade", UNIT, "--write", "--feedback")
    assert table.partition("Nothing is stored")[0] in stored and "Stored." in stored
    after = grades(flawed)
    assert after["ada", "doubled"] == (4, None, None, 4, False)
    assert after["ben", "doubled"][0] == low
    assert after["cleo", "doubled"] == (4, 3.5, 0.5, 4, False), "a person's points stay, and nobody is asked again"
    assert after["ada", "why"] == (None, 2.0, 0.5, 3, False)
    assert after["ben", "why"] == before["ben", "why"] and after["dan", "relu"] == before["dan", "relu"]
    assert [line for line in stored.splitlines() if line.startswith("Feedback")] == [
        f"Feedback for {name}: made anew." for name in ("ada", "ben", "cleo", *(["dan"] if "dan" in table else []))
    ]
    page = (flawed / "class" / "feedback" / "ben" / UNIT / f"{mended.NOTEBOOK}.html").read_text()
    assert "drops negative numbers" in page
    page = (flawed / "class" / "feedback" / "ada" / UNIT / f"{mended.NOTEBOOK}.html").read_text()
    assert "Say why." in page

    said = nbgrader(flawed, "autograde", UNIT)
    assert "Judged by" not in said and grades(flawed) == after


def test_changed_points_of_one_question(flawed: Path) -> None:
    before = grades(flawed)
    mended.write_spec(flawed, **(mended.MENDED | {"points": "8"}))
    mended.release(flawed)
    table = gradschool(flawed, "regrade", UNIT, "--question", "doubled", "--student", "ada", "--write")
    assert "8 of 8 points. Right." in table and "Seed " in table
    assert "of 4 → 8 of 8" in row(table, "doubled", "ada") and "spec, points" in row(table, "doubled", "ada")
    after = grades(flawed)
    assert after["ada", "doubled"] == (8, None, None, 8, False)
    assert after["ben", "doubled"][0] == before["ben", "doubled"][0], "ben was not asked for"
    assert after["ada", "relu"] == before["ada", "relu"] and after["ada", "why"] == before["ada", "why"]
    said = nbgrader(flawed, "autograde", UNIT)
    assert "Judged by an older spec: doubled of ben, cleo, dan." in said


def test_who_handed_in_again_is_left_to_autograding(flawed: Path) -> None:
    mended.write_spec(flawed, **mended.MENDED)
    hand_in(flawed, "ben", **answered("z + z"))
    hand_in(flawed, "eva", **answered("z + z"))
    table = gradschool(flawed, "regrade", UNIT)
    assert "ben was not regraded: handed in again since" in table and "eva was not regraded: not graded yet" in table
    assert "3 students" in table


def test_a_question_that_is_not_there(flawed: Path) -> None:
    with pytest.raises(AssertionError, match=r"has no question 'doubling'.*doubled, relu"):
        gradschool(flawed, "regrade", UNIT, "--question", "doubling")


def test_what_a_person_graded_is_asked_again_only_when_the_answer_changed(flawed: Path) -> None:
    before = grades(flawed)
    nbgrader(flawed, "autograde", UNIT, "--force")
    assert grades(flawed) == before

    hand_in(flawed, "ada", **answered("2 * z", why="because of the doubling"))
    hand_in(flawed, "cleo", **answered("2 * z", why="a new one"))
    said = nbgrader(flawed, "autograde", UNIT)
    assert "ada changed why after a person gave it 2 of 3 points: look again" in said and "cleo changed" not in said
    after = grades(flawed)
    assert after["ada", "why"] == (None, 2.0, 0.5, 3, True)
    assert after["cleo", "doubled"] == before["cleo", "doubled"], "that answer is the same"
    note = "Changed since it was graded"
    path = flawed / "class" / "autograded" / "ada" / UNIT / f"{mended.NOTEBOOK}.ipynb"
    assert note in path.read_text()

    nbgrader(flawed, "autograde", UNIT, "--force")
    assert grades(flawed) == after and note in path.read_text(), "it waits still, and says why"
    nbgrader(flawed, "generate_feedback", UNIT, "--student", "ada")
    page = flawed / "class" / "feedback" / "ada" / UNIT / f"{mended.NOTEBOOK}.html"
    assert note not in page.read_text() and "because of the doubling" in page.read_text()

    grade_by_hand(flawed)
    nbgrader(flawed, "autograde", UNIT, "--force")
    assert not grades(flawed)["ada", "why"][-1] and note not in path.read_text()
