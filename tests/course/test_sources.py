"""Lesson sources are read in any editor and in diffs: no line of theirs is wider than 100 columns, prose included."""

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.lessons.layout import find_root, lessons
from autograder.publishing.gates.sources import COLUMNS, unwritten, wide_lines

LESSONS = lessons(find_root(Path(__file__).parent))


@pytest.mark.parametrize("lesson", LESSONS, ids=str)
def test_no_line_is_wider_than_a_window_and_none_is_left_to_be_written(lesson):
    if problems := wide_lines(lesson) + unwritten(lesson):
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.mark.parametrize("line", ["# a word" + " and another" * 9, "x = 'a'" + " + 'b'" * 17])
def test_the_linter_says_so_while_a_lesson_is_written(root, line):
    assert len(line) > COLUMNS
    name = "solutions/unit1_feedforward/1_new.py"
    command = [sys.executable, "-m", "ruff", "check", "--stdin-filename", name, "-"]
    run = subprocess.run(command, input=f"# %%\n{line}\n", cwd=root, capture_output=True, text=True)
    assert "E501" in run.stdout, run.stderr
