"""An honest class beside notebooks that keep every core busy gets the scores that it gets alone.

Bounds count what a notebook computes, not the clock, so it is no matter how long anything takes here.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from autograder.grading.jobs import Draw, Graded, Job, Part, Setup, fingerprint
from autograder.grading.pools import LocalPool
from autograder.lessons.cells import GradeRecord, grade_id
from autograder.nbgrader_plugin.released import released
from tests.autograder.nbgrader_plugin.classroom import course
from tests.autograder.nbgrader_plugin.classroom.conftest import needs_sandbox, once

NAME = "1_first"
# Computes for so many seconds, as a training does; a network would need other numbers on another machine.
TRAINS = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end:\n    sum(range(1000))"
BUSY = "import os\nfor _ in range(6):\n    if os.fork() == 0:\n        while True: pass\nwhile True: pass"


class Size(NamedTuple):
    """How many of both kinds, the bounds, and for how long an honest notebook computes in one cell."""

    count: int
    a_cell: float
    a_notebook: float
    trains: float


SAMPLE, WHOLE = Size(2, 2.0, 8.0, 1.0), Size(10, 10.0, 60.0, 5.0)


@pytest.fixture(scope="module")
def folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "fair_course", lambda folder: course.set_up(root, folder))


def job(folder: Path, student: str, added: str) -> Job:
    copy = course.Copy(folder, student)
    copy.add(added)
    content = json.dumps(copy.first).encode()
    return Job(student, (Part(NAME, content, "", dict.fromkeys(course.QUESTIONS, Draw(5)), "digest"),))


def scores(folder: Path, size: Size, students: dict[str, str], workers: int) -> dict[str, dict[str, tuple[float, str]]]:
    """By student and question points and state, all of them graded at once by more workers than there are cores."""
    notebook = released(folder / "solutions" / course.UNIT / f"{NAME}.ipynb", course.UNIT)
    limits = {"seconds_per_cell": size.a_cell, "seconds_per_submission": size.a_notebook}
    setup = Setup({NAME: json.dumps(notebook)}, limits, "auto", fingerprint())
    jobs = [job(folder, student, added) for student, added in students.items()]
    with LocalPool(setup, workers) as pool:
        outcomes = dict(pool.grade(jobs, lambda student: None))
    for student, outcome in outcomes.items():
        print(f"{student}: {dict(told(outcome))}, {getattr(outcome, 'seconds', 0):.0f} s by the clock")
    return {student: dict(told(outcome)) for student, outcome in outcomes.items()}


def told(outcome: Any) -> Iterator[tuple[str, tuple[float, str]]]:
    assert isinstance(outcome, Graded), outcome
    for cell in json.loads(outcome.notebooks[NAME])["cells"]:
        if (record := GradeRecord.read(cell)) is not None:
            yield grade_id(cell), (record.points, record.state)


@pytest.mark.sandbox
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("size", [SAMPLE, pytest.param(WHOLE, marks=pytest.mark.soak)], ids=["sample", "whole"])
def test_an_honest_class_gets_its_points_beside_busy_notebooks(folder: Path, size: Size) -> None:
    needs_sandbox()
    students = {}
    for i in range(size.count):
        students |= {f"busy_{i}": BUSY, f"honest_{i}": TRAINS.format(size.trains)}
    found = scores(folder, size, students, workers=4)
    everything = {question: (points, "checked") for question, points in course.QUESTIONS.items()}
    assert len(found) == 2 * size.count
    for student, got in found.items():
        assert got == everything, student
