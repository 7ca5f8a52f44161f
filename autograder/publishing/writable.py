"""A student's folder that cannot be written to, told in one sentence that says what to do."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from autograder.lessons.layout import CourseError

ELSEWHERE = "name a folder of your own, as in: gradschool lab --work FOLDER"


@contextlib.contextmanager
def writing_into(folder: Path) -> Iterator[None]:
    """Turn a failure to write into a sentence.

    Raises:
        CourseError: something could not be written, or the folder cannot be worked in.
    """
    try:
        yield
    except OSError as error:
        raise CourseError(_sentence(folder, error)) from error
    if not os.access(folder, os.W_OK):
        raise CourseError(f"{folder} cannot be written, so your work could not be saved: {ELSEWHERE}.")


def _sentence(folder: Path, error: OSError) -> str:
    where = Path(error.filename) if isinstance(error.filename, str) and error.filename else folder
    if error.errno == errno.ENOSPC:
        return f"The disk with {folder} is full: make room on it, or {ELSEWHERE}."
    if isinstance(error, FileExistsError | NotADirectoryError):
        return f"{where} is a file where a folder is needed: give the file another name, or {ELSEWHERE}."
    return f"{where} cannot be written ({error.strerror or type(error).__name__}): {ELSEWHERE}."
