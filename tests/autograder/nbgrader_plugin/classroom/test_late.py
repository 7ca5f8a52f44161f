"""Late submissions through the whole of autograding: penalties, a person's own, extensions, who has left."""

from pathlib import Path

import pytest

from . import course

TERM = f'time_zone = "UTC"\n[penalty]\nper_day = 0.5\n[{course.UNIT}]\ndue = 2026-11-01T12:00:00\n'
STAMPS = {
    "ada": "2026-11-01 11:00:00 UTC",
    "ben": "2026-11-01 13:30:00 +0100",
    "cleo": "2026-11-01 20:00:00 UTC",
    "gone": "",
}


def penalties(folder: Path) -> dict[str, float | None]:
    with course.gradebook(folder) as gradebook:
        submissions = gradebook.find_assignment(course.UNIT).submissions
        return {
            s.student.id: gradebook.find_submission_notebook(
                "1_first", course.UNIT, s.student.id
            ).late_submission_penalty
            for s in submissions
        }


@pytest.mark.sandbox
def test_a_late_class(empty_class: Path) -> None:
    for student, stamp in STAMPS.items():
        copy = course.hand_in(empty_class, student, lambda copy: None)
        if stamp:
            (copy.folder / "timestamp.txt").write_text(stamp)
    (empty_class / "term.toml").write_text(TERM)
    (empty_class / "class" / "roster.csv").write_text(
        f"id,status,extension {course.UNIT}\nada,,\nben,,\ncleo,,1d\ngone,retired,\n"
    )
    assert course.autograde(empty_class)["success"]
    assert penalties(empty_class) == {"ada": None, "ben": 3.0, "cleo": None}  # half of six points; `gone` is not graded

    with course.gradebook(empty_class) as gradebook:
        gradebook.find_submission_notebook("1_first", course.UNIT, "ben").late_submission_penalty = 0.5
        gradebook.db.commit()
    assert course.autograde(empty_class, force=True)["success"]
    assert penalties(empty_class)["ben"] == 0.5, "a person's penalty outlives another autograding"

    (empty_class / "class" / "submitted" / "ben" / course.UNIT / "timestamp.txt").write_text("2026-11-03 11:00:00 UTC")
    (empty_class / "term.toml").write_text(TERM.replace("per_day = 0.5", "per_day = 0.25"))
    assert course.autograde(empty_class)["success"]
    assert penalties(empty_class)["ben"] == 3.0, "what was handed in again is judged by the rule again"

    (empty_class / "term.toml").write_text(TERM.replace("2026-11", "2026-13"))
    refused = course.autograde(empty_class)
    assert not refused["success"] and "term.toml is not TOML" in refused["log"]
