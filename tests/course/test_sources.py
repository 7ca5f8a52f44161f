"""Lesson sources are read in any editor and in diffs: no line of theirs is wider than 100 columns, prose included."""

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.lessons.layout import find_root, lessons

COLUMNS = 100
LESSONS = lessons(find_root(Path(__file__).parent))


@pytest.mark.parametrize("lesson", LESSONS, ids=str)
def test_no_line_is_wider_than_a_window(lesson):
    lines = lesson.source.read_text(encoding="utf-8").splitlines()
    wide = [f"{lesson.source}:{n}: {line}" for n, line in enumerate(lines, 1) if len(line) > COLUMNS]
    if wide:
        pytest.fail("\n".join(wide), pytrace=False)


@pytest.mark.parametrize("line", ["# a word" + " and another" * 9, "x = 'a'" + " + 'b'" * 17])
def test_the_linter_says_so_while_a_lesson_is_written(root, line):
    assert len(line) > COLUMNS
    name = "solutions/unit1_feedforward/1_new.py"
    command = [sys.executable, "-m", "ruff", "check", "--stdin-filename", name, "-"]
    run = subprocess.run(command, input=f"# %%\n{line}\n", cwd=root, capture_output=True, text=True)
    assert "E501" in run.stdout, run.stderr
