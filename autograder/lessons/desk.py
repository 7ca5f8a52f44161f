"""Where a student's folder lies and where its notebooks come from: a cloned course, or the notebooks in the package."""

from dataclasses import dataclass
from pathlib import Path

from autograder.lessons.layout import COURSE, CourseError, find_root

WORK = "work"
COPIED = ".copied"  # in a student's folder: the notebooks as they were copied last
MANIFEST = ".copied.json"  # there too: the digest of every file as it was copied last
PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Desk:
    """The students' notebooks as they are published, and the folder that a student works in."""

    course: Path
    work: Path


def find_desk(start: Path | None = None, work: Path | None = None) -> Desk:
    """The desk that belongs to a folder.

    In or below a course that is the course's `course/` and `work/`. Elsewhere the notebooks are the package's own, and
    the folder is the one in or below which we are, if it is one already, else `work/` here.

    Args:
        start: a folder; the current one unless given.
        work: the student's folder, if another one is wanted.

    Raises:
        CourseError: `start` is no folder; or there is no course around it, and the package holds none.
    """
    here = (start or Path.cwd()).resolve()
    if not here.is_dir():
        raise CourseError(f"{here} is no folder: name the course's, or leave --course out.")
    try:
        root = find_root(here)
    except CourseError as error:
        if start is not None:  # who names a course wants no other one
            raise
        return Desk(_packaged(error), (work or _around(here) or here / WORK).absolute())
    return Desk(root / COURSE, (work or root / WORK).absolute())


def _around(here: Path) -> Path | None:
    """The student's folder at or above this one."""
    return next((folder for folder in (here, *here.parents) if (folder / MANIFEST).is_file()), None)


def _packaged(error: CourseError) -> Path:
    """The notebooks that came with the package; in a clone that is installed in place, those beside it."""
    for folder in (PACKAGE / COURSE, PACKAGE.parent / COURSE):
        if folder.is_dir():
            return folder
    raise CourseError(f"{error} This installation holds no notebooks of its own.") from None
