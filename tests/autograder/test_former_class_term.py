"""A class that began under an older release gets a roster, dates, a watch, and is put away: its old config and gradebook."""

import json
import shutil
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from tests.autograder.test_former_class import EXPECTED, FORMER, UNIT, course, points, run

__all__ = ["course"]  # the fixture
DATES = f'time_zone = "UTC"\n[penalty]\nper_day = 0.5\n[{UNIT}]\ndue = 2020-01-01T00:00:00\n'


@pytest.mark.timeout(600)
def test_the_commands_of_a_term_work_on_it(course: Path) -> None:
    before = points(course)
    students = sorted(before)
    (course / "students.csv").write_text("id,last_name\n" + "".join(f"{s},Of {s}\n" for s in students[1:]))
    said = run(course, "gradschool", "roster", "students.csv", "--write")
    assert f"{students[0]}: has left" in said and f"{students[1]}: last_name (none) → Of {students[1]}" in said
    (course / "term.toml").write_text(DATES)
    said = run(course, "gradschool", "due", UNIT, "--write")
    known = [s for s in students if (FORMER / "in_progress" / "submitted" / s / UNIT / "timestamp.txt").is_file()]
    assert points(course) == before, "penalties stand beside points"
    with Gradebook(f"sqlite:///{course}/class/gradebook.db") as gradebook:
        rows = gradebook.find_assignment(UNIT).submissions
        late = {s.student.id for s in rows if s.late_submission_penalty}
        stamped = {s.student.id for s in rows if s.timestamp and s.score}
    assert late == stamped and (stamped or not known)

    run(course, "gradschool", "put-away", "former")
    held = course / "terms" / "former"
    assert {path.name for path in held.iterdir()} >= {
        "gradebook.db",
        "secret.key",
        "submitted",
        "autograded",
        "term.toml",
    }
    assert (held / "secret.key").read_bytes() == (FORMER / "in_progress" / "secret.key").read_bytes()
    shutil.rmtree(course / "class")
    held.rename(course / "class")  # looked into again
    assert points(course) == before and json.loads((course / "class" / "put_away.json").read_text())["release"]
    assert set(EXPECTED["graded"]) - {students[0]} <= set(
        (course / "class" / f"grades-{UNIT}.csv").read_text().replace(",", " ").split()
    )
