"""One batch of honest, broken and hostile submissions: each gets the verdict of its file, and nobody else's.

What a file says is in `attack`; the table of all of them is `submissions/`.
"""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from tests.autograder.nbgrader_plugin.classroom import course

from .attack import Attack
from .conftest import ATTACKS, NOBODYS, results

pytestmark = [pytest.mark.sandbox, pytest.mark.timeout(1500)]
NAMES = [f"{attack.group}/{attack.student}" for attack in ATTACKS]


@pytest.mark.parametrize("attack", ATTACKS, ids=NAMES)
def test_every_submission_gets_its_verdict(batch: Path, attack: Attack) -> None:
    found = results(batch, attack)
    assert set(found) == set(attack.verdict) == {*course.QUESTIONS, "why-shift"}
    for question, expected in attack.verdict.items():
        score, told, outputs = found[question]
        if question not in course.QUESTIONS:
            assert score == (None if expected is None else expected.points)
            continue
        assert expected is not None
        assert (score, told["state"]) == (expected.points, expected.state), told
        assert expected.says in told["text"], told["text"]
        assert expected.noted in " ".join(told["flags"])
        assert expected.noted or not (told["flags"] and score), "a note on an answer that earned its points"
        [output] = outputs
        assert float("".join(output["data"]["text/plain"])) == score


def test_every_honest_score_is_what_it_is_alone(batch: Path, alone: dict[str, dict[str, Any]]) -> None:
    honest = [attack for attack in ATTACKS if attack.honest]
    assert len(honest) >= 4
    for attack in honest:
        assert results(batch, attack) == alone[attack.student]


def test_nothing_is_left_of_the_batch(batch: Path) -> None:
    """No process, no file outside `class/`, no temporary file, nothing heard from inside."""
    aftermath = json.loads((batch / "aftermath.json").read_text())
    assert aftermath == {name: [] for name in aftermath}


def test_only_released_notebooks_are_written(batch: Path) -> None:
    written = {path.name for path in (batch / "class" / "autograded").rglob("*") if not path.is_dir()}
    assert written == {f"{name}.ipynb" for name in course.NOTEBOOKS}
    assert not any(path.is_symlink() for path in (batch / "class").rglob("*") if "submitted" not in path.parts)


def test_the_log_names_no_failure(batch: Path) -> None:
    log = (batch / "log.txt").read_text()
    assert "Traceback" not in log
    assert "ERROR" not in log, [line for line in log.splitlines() if "ERROR" in line]


def test_folders_that_are_nobodys_are_set_aside_with_a_sentence(batch: Path) -> None:
    log = " ".join((batch / "log.txt").read_text().split())
    for said in NOBODYS.values():
        assert said in log


def test_nothing_in_the_log_acts_on_a_terminal(batch: Path) -> None:
    log = (batch / "log.txt").read_text()
    assert {c for c in log if unicodedata.category(c) in ("Cc", "Cf")} <= {"\n", "\t"}


def test_the_gradebook_is_whole(batch: Path) -> None:
    """Everybody once, every notebook, every question, each score between nothing and all."""
    with Gradebook(f"sqlite:///{batch}/class/gradebook.db") as gradebook:
        assert gradebook.db.connection().exec_driver_sql("pragma integrity_check").scalar() == "ok"
        assert gradebook.db.connection().exec_driver_sql("pragma foreign_key_check").fetchall() == []
        assert sorted(s.id for s in gradebook.students) == sorted(attack.student for attack in ATTACKS)
        submissions = gradebook.assignment_submissions(course.UNIT)
        assert sorted(s.student.id for s in submissions) == sorted(attack.student for attack in ATTACKS)
        for submission in submissions:
            assert sorted(part.name for part in submission.notebooks) == sorted(course.NOTEBOOKS)
            grades = [grade for part in submission.notebooks for grade in part.grades]
            assert sorted(grade.name for grade in grades) == sorted([*course.QUESTIONS, "why-shift"])
            for grade in grades:
                assert grade.manual_score is None
                assert grade.auto_score is None or 0 <= grade.auto_score <= grade.max_score


def test_nobody_is_judged_by_accident(batch: Path) -> None:
    """No judge failed, and every reason is a sentence."""
    for attack in ATTACKS:
        for question, (_, told, _) in results(batch, attack).items():
            if question in course.QUESTIONS:
                assert told["state"] != "judge failed", attack.student
                assert "the judge failed" not in told["flags"]
