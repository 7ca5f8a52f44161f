"""Tables for other systems: their headings, their ids, sorted, without who has left, without formulas."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.nbgrader_plugin.config import put_tools_on_path
from autograder.report.columns import Canvas, Grades, Moodle
from autograder.report.results import read_class

UNIT = "unit1_feedforward"
TERM = f'[{UNIT}]\ncanvas = "Feedforward (4711)"\nmoodle = "Assignment: Feedforward"\n'
ROSTER = (
    "id,first_name,last_name,email,lms_user_id,sis_id,section,status\n"
    "zoe,Zoe,Adams,z@example.org,12,S12,A,\n"
    "ada,Ada,Lovelace,a@example.org,11,,,\n"
    "eve,Eve,=cmd|' /C calc'!A0,e@example.org,13,-S13,,\n"
    "gone,G,One,,14,,,retired\n"
)


@pytest.fixture
def gradebook(tmp_path: Path) -> Iterator[Any]:
    put_tools_on_path()
    (tmp_path / "class").mkdir()
    (tmp_path / "term.toml").write_text(TERM)
    (tmp_path / "class" / "roster.csv").write_text(ROSTER)
    with Gradebook(f"sqlite:///{tmp_path}/class/gradebook.db") as made:
        made.add_assignment(UNIT)
        made.add_notebook("1_first", UNIT)
        made.add_grade_cell("softmax", "1_first", UNIT, max_score=4, cell_type="code")
        for student, points in (("ada", 3.0), ("eve", 1.0), ("gone", 4.0), ("zoe", None)):
            made.add_student(student)
            if points is not None:
                made.add_submission(UNIT, student)
                made.find_grade("softmax", "1_first", UNIT, student).auto_score = points
        made.find_submission_notebook("1_first", UNIT, "ada").late_submission_penalty = 0.5
        made.find_grade("softmax", "1_first", UNIT, "eve").manual_score = -2.0
        made.db.commit()
        yield made


def table(kind: Any, gradebook: Any, folder: Path) -> list[list[str]]:
    plugin = kind(to=str(folder / "table.csv"), assignment=[UNIT])
    plugin.course = folder
    plugin.export(gradebook)
    return list(csv.reader((folder / "table.csv").open(newline="", encoding="utf-8")))


def test_canvas(gradebook: Any, tmp_path: Path) -> None:
    assert table(Canvas, gradebook, tmp_path) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Feedforward (4711)"],
        ["Points Possible", "", "", "", "", "4.0"],
        ["'=cmd|' /C calc'!A0, Eve", "13", "'-S13", "eve", "", "0.0"],
        ["Adams, Zoe", "12", "S12", "zoe", "A", ""],
        ["Lovelace, Ada", "11", "ada", "ada", "", "2.5"],
    ]


def test_moodle(gradebook: Any, tmp_path: Path) -> None:
    assert table(Moodle, gradebook, tmp_path) == [
        ["username", "ID number", "Email address", "First name", "Last name", "Assignment: Feedforward"],
        ["eve", "'-S13", "e@example.org", "Eve", "'=cmd|' /C calc'!A0", "0.0"],
        ["zoe", "S12", "z@example.org", "Zoe", "Adams", ""],
        ["ada", "", "a@example.org", "Ada", "Lovelace", "2.5"],
    ]


def test_negative_numbers_stay_numbers(gradebook: Any, tmp_path: Path) -> None:
    rows = table(Grades, gradebook, tmp_path)
    assert rows[1][3:] == ["eve", "'=cmd|' /C calc'!A0", "Eve", "e@example.org", "-2.0", "0.0", "0.0", "4.0"]
    assert [row[3] for row in rows[1:]] == ["eve", "zoe", "ada"] and rows[3][-4:] == ["3.0", "0.5", "2.5", "4.0"]


def test_without_a_course_the_gradebook_alone_tells(gradebook: Any, tmp_path: Path) -> None:
    Canvas(to=str(tmp_path / "table.csv")).export(gradebook)
    rows = list(csv.reader((tmp_path / "table.csv").open(newline="")))
    assert rows[0][-1] == UNIT and [row[0] for row in rows[2:]] == ["ada", "eve", "gone", "zoe"]


def test_who_has_left_is_on_no_page(gradebook: Any, tmp_path: Path) -> None:
    assert read_class(tmp_path / "class", UNIT).nothing == ["zoe"]
    (tmp_path / "class" / "roster.csv").write_text(ROSTER.replace("A,\n", "A,retired\n"))
    assert read_class(tmp_path / "class", UNIT).nothing == []
