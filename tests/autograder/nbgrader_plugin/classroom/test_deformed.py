"""What passes at the desk passes in the grade: honest notebooks, deformed as students and their tools deform them.

One class is graded by `nbgrader autograde`. Beside it every notebook is run as at its student's desk.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.apps.api import NbGraderAPI

from autograder.grading.album import harmless
from autograder.nbgrader_plugin.config import load_config
from autograder.report import statistics
from autograder.report.page import page
from autograder.report.results import read

from . import course
from .conftest import needs_sandbox, once
from .deformed_class import CLASS, Deformed

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


def one_missing(copy: course.Copy) -> None:
    """The second notebook is not there; a letter is, and a picture of the answer."""
    del copy.files["2_second.ipynb"]
    copy.files |= {"letter.ipynb": '{"cells": [{"cell_type": "raw", "source": "Dear Sir"}]}', "why.png": b"PNG"}


def answer_missing(copy: course.Copy) -> None:
    copy.first["cells"].remove(copy.cell("relu-answer"))


# What must be said of a student: of which notebook, and what.
TOLD = {
    "one_missing": (
        ("2_second", "The notebook was not submitted."),
        ("2_second", "letter.ipynb holds no cell of this assignment."),
        ("2_second", "why.png is no notebook: its name does not end in .ipynb."),
    ),
    "answer_missing": (("1_first", "No cell holds an answer to: relu."),),
    "second_download": (("1_first", "1_first.ipynb was found in the file 1_first (1).ipynb."),),
    "fresh_beside": (
        ("1_first", "1_first.ipynb was found in the file 1_first (1).ipynb."),
        (
            "1_first",
            "1_first.ipynb is this notebook too, with 0 answers; 1_first (1).ipynb was graded, with 2 answers.",
        ),
    ),
    "right_then_wrong": (
        ("1_first", "The cell of `softmax` is there 2 times: they were run in their order."),
        (
            "1_first",
            "`softmax` is defined in 2 cells, and not the same way: the one in softmax-answer was judged, the last that "
            "is run before the check; the one in added-1 would get 4 of 4",
        ),
    ),
    "as_it_is": (),
    "vs_code": (),
    "emptied": (),
}


def grade(released: Path, folder: Path) -> None:
    shutil.copytree(released, folder, dirs_exist_ok=True)
    (folder / "whole").unlink()
    course.nbgrader(folder, "db", "student", "add", "zoe")
    places = {each.student: worked_on(course.hand_in(folder, each.student, each.deform)) for each in CLASS}
    for spoil in (one_missing, answer_missing):
        course.hand_in(folder, spoil.__name__, spoil)
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


def test_nothing_is_left_unsaid_at_the_end_of_a_batch(deformed_class: Path) -> None:
    log = (deformed_class / "log.txt").read_text()
    end = log[log.rindex("Finished") :]
    for student, said in TOLD.items():
        lines = [line.split("] ", 1)[1] for line in end.splitlines() if f"] {student}, " in line]
        assert lines == [f"{student}, {notebook}: {what}" for notebook, what in said]
    assert "Nothing was handed in by zoe." in end
    assert "Traceback" not in log and "ERROR" not in log


def test_the_class_page_says_the_same_and_counts_as_the_gradebook_does(deformed_class: Path) -> None:
    results = read(deformed_class, course.UNIT)
    told: dict[str, list[tuple[str, str]]] = {student: [] for student in TOLD}
    for remark in results.remarks:
        told.setdefault(remark.student, []).append((remark.notebook, remark.what))
    assert {student: told[student] for student in TOLD} == {student: list(said) for student, said in TOLD.items()}
    assert results.nothing == ["zoe"]
    with course.gradebook(deformed_class) as gradebook:
        assert results.most == gradebook.find_assignment(course.UNIT).max_score
        assert results.totals() == {s.student.id: s.score for s in gradebook.assignment_submissions(course.UNIT)}
    relu = next(q for q in statistics.questions(results) if q.name == "relu")
    assert (relu.handed_in, relu.tried) == (len(CLASS) + 1, len(CLASS) + 1)
    text = page(results, course.UNIT)
    assert "Nothing came from 1: zoe." in text and "letter.ipynb holds no cell of this assignment." in text


def test_the_pages_of_formgrader_and_feedback_begin_with_it(deformed_class: Path) -> None:
    for student, said in TOLD.items():
        for name in course.NOTEBOOKS:
            first = json.loads(course.graded_path(deformed_class, student, name).read_text())["cells"][0]
            lines = ["".join(f"\n- {harmless(what)}") for notebook, what in said if notebook == name]
            assert (first["id"] == "handed-in") == bool(lines)
            assert not lines or "".join(first["source"]).endswith("".join(lines))
    done = NbGraderAPI(config=load_config(deformed_class)).generate_feedback(course.UNIT, "one_missing")
    assert done["success"], done
    pages = deformed_class / "class" / "feedback" / "one_missing" / course.UNIT
    assert "What was handed in." in (pages / "2_second.html").read_text()
    assert "What was handed in." not in (pages / "1_first.html").read_text()


def test_what_is_graded_is_not_graded_again(deformed_class: Path, tmp_path: Path) -> None:
    """However a file is called, and wherever it lies."""
    again = shutil.copytree(deformed_class, tmp_path / "again")
    before = {path: path.stat().st_mtime_ns for path in (again / "class" / "autograded").rglob("*.ipynb")}
    said = course.nbgrader(again, "autograde", course.UNIT)
    assert "Autograding" not in said and "Nothing was handed in by zoe." in said
    assert {path: path.stat().st_mtime_ns for path in before} == before
