"""One batch of honest and hostile students through `nbgrader autograde`: each gets the verdict of the table."""

import json
from pathlib import Path

import pytest

from . import course
from .students import LESS, STUDENTS, Student

pytestmark = pytest.mark.sandbox


@pytest.mark.parametrize("student", STUDENTS, ids=lambda student: student.name)
def test_every_student_gets_their_verdict(graded_class: Path, student: Student) -> None:
    found = course.scores(graded_class, student.name)
    cells = course.graded_cells(graded_class, student.name)
    for question, most in course.QUESTIONS.items():
        points, reason = student.expected.get(question, (most, ""))
        told = cells[question]["metadata"]["gradschool"]["text"]
        if points == LESS:
            assert 0 <= found[question] < most, told
        else:
            assert found[question] == points, told
        assert reason in told
    expected = student.expected.get("why-shift")
    assert found["why-shift"] == (expected[0] if expected else None), "None: a person is to read it"
    assert set(found) == {*course.QUESTIONS, "why-shift"}


@pytest.mark.parametrize("student", STUDENTS, ids=lambda student: student.name)
def test_a_graded_cell_holds_one_output_and_it_is_the_judges(graded_class: Path, student: Student) -> None:
    found = course.scores(graded_class, student.name)
    released = json.loads((graded_class / "course" / course.UNIT / "1_first.ipynb").read_text())
    ours = {cell["id"]: cell for cell in released["cells"]}
    cells = course.graded_cells(graded_class, student.name)
    for question, most in course.QUESTIONS.items():
        [output] = cells[question]["outputs"]
        assert output["output_type"] == "execute_result"
        assert float("".join(output["data"]["text/plain"])) == found[question]
        assert "gradschool-card" in "".join(output["data"]["text/html"])
        assert cells[question]["source"] == ours[question]["source"]
        assert cells[question]["metadata"]["nbgrader"]["points"] == most
        assert "tags" not in cells[question]["metadata"]


def test_nothing_but_the_released_notebooks_is_written(graded_class: Path) -> None:
    written = {path.name for path in (graded_class / "class" / "autograded").rglob("*") if not path.is_dir()}
    assert written == {f"{name}.ipynb" for name in course.NOTEBOOKS}
    assert not any(path.is_symlink() for path in (graded_class / "class" / "autograded").rglob("*"))


def test_cells_of_a_lesson_are_not_run_and_a_helper_stays_where_it_stood(graded_class: Path) -> None:
    cells = course.graded_cells(graded_class, "with_helper")
    order = list(cells)
    assert order.index("added-1") + 1 == order.index("softmax-answer")
    [demonstration] = [c for c in cells.values() if "demonstration" in "".join(c["source"])]
    assert demonstration["outputs"] == []


def test_what_a_spy_finds(graded_class: Path) -> None:
    [output] = course.graded_cells(graded_class, "spy")["added-1"]["outputs"]
    assert output["data"] == {"text/plain": ["'nothing found'"]}


def test_a_students_outputs_are_text(graded_class: Path) -> None:
    [*outputs] = course.graded_cells(graded_class, "noisy")["relu-answer"]["outputs"]
    assert [o["output_type"] for o in outputs] == ["stream", "stream", "execute_result"]
    kinds = {
        k
        for c in course.graded_cells(graded_class, "scripts").values()
        for o in c.get("outputs", [])
        for k in o.get("data", ())
    }
    assert kinds == {"text/plain", "text/html"}, "the HTML is the card's"
    [module] = course.graded_cells(graded_class, "side_files")["added-1"]["outputs"]
    assert module["text"] == ["no module of mine\n"]


def test_the_log_names_no_failure(graded_class: Path) -> None:
    log = (graded_class / "log.txt").read_text()
    assert "Traceback" not in log
    assert "ERROR" not in log
