"""Students see when a unit is due: once in a notebook, and on the start page; their notebooks know nothing of it."""

import json
from pathlib import Path

import pytest
from IPython.utils.capture import capture_output

from autograder.commands.lab import dates
from autograder.publishing.start import START, write_start_page
from autograder.student import due

TERM = 'time_zone = "Europe/Berlin"\n[unit1_feedforward]\ndue = 2026-11-01T23:59:00\n'
SAID = "Sunday 1 November 2026, 23:59 (Europe/Berlin)"


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "_said", set())


def shown(shell, source: str) -> str:
    with capture_output() as captured:
        assert shell.run_cell(source).success
    return " ".join(str(output.data) for output in captured.outputs)


def test_the_first_card_says_it_and_the_second_does_not(shell, tmp_path: Path) -> None:
    (tmp_path / "term.toml").write_text(TERM)
    assert SAID in shown(shell, "check('softmax')")
    assert SAID not in shown(shell, "check('relu')")


def test_another_units_check_does_not_say_it(shell, tmp_path: Path) -> None:
    (tmp_path / "term.toml").write_text(TERM)
    assert SAID not in shown(shell, "check('conv2d')")


@pytest.mark.parametrize("broken", ["[unit1_feedforward]\ndue = 2026-11-01T23:59:00", "not toml", ""])
def test_a_broken_file_disturbs_no_check(shell, tmp_path: Path, broken: str) -> None:
    (tmp_path / "term.toml").write_text(broken)
    assert "due" not in shown(shell, "value = check('softmax')") and shell.user_ns["value"] == 0.0


def start_page(work: Path) -> str:
    cells = json.loads(write_start_page(work).read_text())["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells)


def test_the_start_page_says_it_where_the_course_does(tmp_path: Path) -> None:
    course, work = tmp_path / "course", tmp_path / "work"
    course.mkdir()
    work.mkdir()
    assert dates(course, work) == [] and "due" not in start_page(work)
    (course / "term.toml").write_text(TERM)
    assert dates(course, work) == []
    assert f"| unit1_feedforward | {SAID} |" in start_page(work) and (work / START).is_file()
    (course / "term.toml").write_text("broken")
    assert "term.toml is not TOML" in dates(course, work)[0] and SAID in start_page(work)
    (course / "term.toml").unlink()
    assert dates(course, work) == [] and SAID not in start_page(work)
