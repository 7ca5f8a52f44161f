"""A folder that cannot be worked in is told in one sentence."""

import errno
import os
from pathlib import Path

import pytest

from autograder.lessons.layout import CourseError
from autograder.publishing.writable import writing_into

FAILURES = {
    errno.EROFS: "work cannot be written (Read-only file system): name a folder of your own, as in: gradschool lab --work FOLDER.",
    errno.EACCES: "work cannot be written (Permission denied): name a folder of your own",
    errno.ENOSPC: "is full: make room on it, or name a folder of your own",
    errno.ENOTDIR: "work is a file where a folder is needed: give the file another name, or name a folder of your own",
}


@pytest.mark.parametrize("number", FAILURES)
def test_each_failure_says_what_to_do(tmp_path: Path, number: int) -> None:
    with pytest.raises(CourseError) as caught, writing_into(tmp_path):
        raise OSError(number, os.strerror(number), str(tmp_path / "work"))
    assert FAILURES[number] in str(caught.value) and "\n" not in str(caught.value)


def test_a_folder_that_is_up_to_date_and_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with writing_into(tmp_path):
        pass
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(CourseError, match="so your work could not be saved: name a folder"), writing_into(tmp_path):
        pass
