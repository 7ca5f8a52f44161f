"""Where specs lie: this package's own, and those of folders outside it, which a course or the environment names."""

import os
from pathlib import Path

from autograder.own_course import own_course

OURS = Path(__file__).parent / "exercises"
VARIABLE = "GRADSCHOOL_EXERCISES"  # names further folders, laid out as `exercises/` is, parted as in PATH
PACKAGES = "gradschool_exercises_"  # how the names of packages begin in which specs outside ours are loaded


def ours() -> list[Path]:
    """This package's own folder; none where a course of a teacher's own does without it."""
    course = own_course()
    return [OURS] if course is None or course.with_gradschool else []


def outside() -> list[Path]:
    """Folders of a teacher's own specs: the course's, and those that the environment names.

    Raises:
        NotADirectoryError: one of them is not there.
        CourseFileError: the course's file is wrong.
    """
    course = own_course()
    own = [course.exercises] if course is not None and course.exercises is not None else []
    return [*own, *(folder for folder in named() if folder not in own)]


def named() -> list[Path]:
    """Those of them that the environment names. Raises NotADirectoryError if one is not there."""
    folders = [Path(name).resolve() for name in os.environ.get(VARIABLE, "").split(os.pathsep) if name]
    for folder in folders:
        if not folder.is_dir():
            raise NotADirectoryError(f"{VARIABLE} names {folder}, which is no folder: correct it, or leave it empty.")
    return folders
