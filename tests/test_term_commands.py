"""The commands that docs/term.md prints, typed as they are printed, one after the other, in a small course."""

import csv
import json
import os
import re
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.lessons.dates import read_term
from tests.autograder.nbgrader_plugin.classroom import course
from tests.autograder.nbgrader_plugin.classroom.conftest import needs_sandbox
from tests.commands import run
from tests.test_instructor_commands import blocks

ROSTER = (
    "id,first_name,last_name,email,lms_user_id,section\n"
    "ada,Ada,Lovelace,ada@example.org,4711,A\n"
    "bjoern,Björn,Müller,bjoern@example.org,4712,\n"
    "eve,Eve,=Evil,eve@example.org,4713,\n"
)
WORKSHEET = "Identifier,Full name,Email address\nParticipant 102,Björn Müller,bjoern@example.org\n"


@pytest.fixture
def small(root: Path, tmp_path: Path) -> Path:
    """The course, the dates that the page prints, and the files that its commands name."""
    course.set_up(root, tmp_path)
    with open(tmp_path / "nbgrader_config.py", "a") as config:
        config.write(f"\nc.Exchange.root = {str(tmp_path / 'exchange')!r}\n")
    [dates] = re.findall(r"(?:^ {4}time_zone.*\n(?:^(?: {4}.*)?\n)+)", page(root), re.MULTILINE)
    (tmp_path / "term.toml").write_text("".join(line[4:] for line in dates.splitlines(keepends=True)))
    (tmp_path / "students.csv").write_text(ROSTER)
    (tmp_path / "worksheet.csv").write_text(WORKSHEET)
    answered = json.dumps(course.Copy(tmp_path, "anyone").first)
    with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as archive:
        archive.writestr("lovelaceada_LATE_4711_99_1_first-1.ipynb", answered)
        archive.writestr("evileve_4713_98_1_first.ipynb", answered)
    with zipfile.ZipFile(tmp_path / "moodle.zip", "w") as archive:
        archive.writestr("Björn Müller_102_assignsubmission_file/1_first.ipynb", answered)
    return tmp_path


def page(root: Path) -> str:
    return (root / "docs" / "term.md").read_text()


def type_in(course_folder: Path, command: str) -> str:
    """A line as it is printed, by the tools of this environment."""
    words = command.partition("  #")[0].split()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return run(Path(sys.executable).parent / words[0], *words[1:], cwd=course_folder, env={"PATH": path})


@pytest.mark.sandbox
@pytest.mark.timeout(1500)  # a dozen commands, each with seconds of imports, on however busy a machine
def test_the_commands_work_as_printed(root: Path, small: Path) -> None:
    needs_sandbox()
    lines = [line for block in blocks(page(root)) for line in block]
    assert {line.split()[1] for line in lines} == {"roster", "due", "import", "report", "watch", "forget", "put-away"}
    said = {line: type_in(small, line) for line in lines if line.split()[1] in ("roster", "due", "import")}
    assert "ada (late): 1_first.ipynb" in " ".join(said.values()) and "bjoern: 1_first.ipynb" in " ".join(said.values())
    assert read_term(small).of(course.UNIT).canvas == "Feedforward (4711)"

    [watch] = [line for line in lines if line.split()[1] == "watch"]
    shown = type_in(small, watch)
    assert shown.count("feedback made") == 3, shown
    [report] = [line for line in lines if line.split()[1] == "report"]
    type_in(small, report)
    held = small / "class"
    rows = list(csv.reader((held / f"grades-canvas-{course.UNIT}.csv").open(encoding="utf-8", newline="")))
    assert rows[0][-1] == "Feedforward (4711)" and rows[1][0] == "Points Possible"
    assert [row[:5] for row in rows[2:]] == [
        ["'=Evil, Eve", "4713", "eve", "eve", ""],
        ["Lovelace, Ada", "4711", "ada", "ada", "A"],
        ["Müller, Björn", "4712", "bjoern", "bjoern", ""],
    ]
    assert {row[-1] for row in rows[2:]} == {"6.0"}
    moodle = list(csv.reader((held / f"grades-moodle-{course.UNIT}.csv").open(encoding="utf-8", newline="")))
    assert moodle[0] == [
        *["username", "ID number", "Email address", "First name", "Last name", "Assignment: Feedforward"]
    ]

    [forget] = [line for line in lines if line.split()[1] == "forget"]
    assert "eve in the gradebook" in type_in(small, forget) and not (held / "submitted" / "eve").exists()
    [away] = [line for line in lines if line.split()[1] == "put-away"]
    assert "The next class begins with" in type_in(small, away)
    assert (small / "terms" / "autumn-2026" / "gradebook.db").is_file() and not list(held.iterdir())
