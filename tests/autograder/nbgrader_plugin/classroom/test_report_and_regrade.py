"""The commands around a graded class: its page, its tables for other systems, and one verdict made again."""

import csv
import json
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters.base import NbGraderException

from autograder import spreadsheet
from autograder.nbgrader_plugin.config import load_config
from autograder.nbgrader_plugin.regrade import NothingToRegrade, notebooks_of, regraded
from autograder.report.columns import Canvas, Moodle
from autograder.report.results import read

from . import course

pytestmark = pytest.mark.sandbox


def test_a_verdict_is_repeated_exactly(graded_class):
    api, students = NbGraderAPI(config=load_config(graded_class)), ["mistaken", "patches"]
    again = regraded(api, course.UNIT, "1_first", list(course.QUESTIONS), students)
    assert [(c.question, c.student) for c in again.found] == [
        (q, s) for q in sorted(course.QUESTIONS) for s in students
    ]
    for change in again.found:
        told = read(graded_class, course.UNIT).of(change.student, change.question)
        assert told is not None and not change.changed
        assert change.after.points == told.points
        assert again.card(change.student, change.question).startswith(told.text)
    again.close()


def test_what_is_not_there_is_told(graded_class):
    folder = graded_class / "solutions" / course.UNIT
    assert notebooks_of(folder, course.UNIT, ["relu", "softmax"]) == ["1_first"]
    with pytest.raises(NothingToRegrade, match="softmax, relu"):
        notebooks_of(folder, course.UNIT, ["sofmax"])
    api = NbGraderAPI(config=load_config(graded_class))
    with pytest.raises(NbGraderException, match="by nobody"):
        regraded(api, course.UNIT, "*", [], ["nobody"])


@pytest.mark.parametrize("plugin", [Canvas, Moodle])
def test_tables_hold_the_gradebooks_scores(graded_class, plugin, tmp_path):
    target = tmp_path / "grades.csv"
    with Gradebook(f"sqlite:///{graded_class}/class/gradebook.db") as gradebook:
        plugin(to=str(target)).export(gradebook)
        scores = {s.id: gradebook.find_submission(course.UNIT, s.id).score for s in gradebook.students}
    rows = list(csv.reader(target.open(newline="", encoding="utf-8")))
    head, body = rows[0], rows[2 if plugin is Canvas else 1 :]
    key = head.index("SIS User ID" if plugin is Canvas else "username")
    assert {row[key]: float(row[-1]) for row in body} == {
        spreadsheet.cell(s): pytest.approx(v) for s, v in scores.items()
    }


def test_the_command_writes_page_and_tables(again):
    command = [sys.executable, "-m", "autograder.cli", "report", course.UNIT, "--tables"]
    done = subprocess.run(command, cwd=again, capture_output=True, text=True, check=True)
    page = (again / "class" / f"report-{course.UNIT}.html").read_text()
    assert "sums to one over the batch" in page and "PWNED" not in page.replace("&lt;", "<").split("<pre>")[0]
    assert all((again / "class" / f"{name}-{course.UNIT}.csv").exists() for name in ("grades", "grades-canvas"))
    assert str(again) in done.stdout


def test_the_command_finds_what_nobody_has_named(again):
    """One answer's record is made one that nothing explained; the rest of the class is as it was graded."""
    command = [sys.executable, "-m", "autograder.cli", "mistakes", "softmax"]
    before = subprocess.run(command, cwd=again, capture_output=True, text=True, check=True).stdout
    [path] = again.glob(f"class/autograded/mistaken/{course.UNIT}/1_first.ipynb")
    notebook = json.loads(path.read_text())
    [cell] = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == "softmax"]
    record = cell["metadata"]["gradschool"]
    assert record["means"] == ["known"]
    assert record["failed"][0].startswith("Values: ")
    record |= {"misconceptions": [], "mistakes": [], "diagnoses": [], "means": []}
    path.write_text(json.dumps(notebook))
    after = subprocess.run(command, cwd=again, capture_output=True, text=True, check=True).stdout
    assert record["failed"][0].split()[0] in after
    assert after.count("softmax") == before.count("softmax") + 1 and "without a name" in after
