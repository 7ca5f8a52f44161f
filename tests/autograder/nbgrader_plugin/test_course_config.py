"""A course of a teacher's own has the settings of nbgrader that ours has, but for its folder and its name."""

import shutil
from pathlib import Path

import pytest

from autograder import own_course
from autograder.nbgrader_plugin.config import load_config


def test_a_course_of_ones_own_is_set_up_as_ours_is(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(own_course.VARIABLE, "")
    for name in ("ours", "theirs"):
        (tmp_path / name / "solutions").mkdir(parents=True)
    shutil.copy(root / "nbgrader_config.py", tmp_path / "ours")
    for name in ("nbgrader_config.py", own_course.FILE):
        shutil.copy(root / "docs" / "example_course" / name, tmp_path / "theirs")
    for name in ("exercises", "lib"):
        (tmp_path / "theirs" / name).mkdir()
    ours = str(load_config(tmp_path / "ours"))
    theirs = str(load_config(tmp_path / "theirs"))
    expected = ours.replace(str(tmp_path / "ours"), str(tmp_path / "theirs")).replace("'gradschool'", "'numerics'")
    assert sorted(theirs.split(", ")) == sorted(expected.split(", "))
    assert own_course.own_course() == own_course.read(tmp_path / "theirs"), "what nbgrader starts works for it"
