"""A small course of one lesson, published in a folder of its own, to be damaged."""

import shutil
from pathlib import Path

import pytest

from autograder.lessons.layout import SOLUTIONS, lessons
from autograder.publishing.publish import publish

LESSON = Path(__file__).parent / "small_lesson.py"


@pytest.fixture(scope="session")
def small_course(root, tmp_path_factory) -> Path:
    """Published once; a test that damages it takes `course` instead."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copyfile(root / "nbgrader_config.py", folder / "nbgrader_config.py")
    unit = folder / SOLUTIONS / "unit1_feedforward"
    unit.mkdir(parents=True)
    shutil.copyfile(LESSON, unit / "1_small.py")
    assert publish(lessons(folder), jobs=1) == []
    return folder


@pytest.fixture
def course(small_course, tmp_path) -> Path:
    """A copy of the small course that a test may spoil."""
    return shutil.copytree(small_course, tmp_path / "course_copy")
