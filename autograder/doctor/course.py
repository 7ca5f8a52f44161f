"""The course around the current folder, and the data that its lessons may use."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from autograder.doctor.findings import Finding


def root() -> Path | None:
    """The course's folder, None where there is none."""
    from autograder.lessons.layout import CourseError, find_root

    try:
        return find_root()
    except CourseError:
        return None


def course() -> Iterator[Finding]:
    """The course, and whether a student's folder can be made in it."""
    there = root()
    if there is None:
        seen = f"no course at or above {Path.cwd()}"
        yield Finding(False, seen, "cd into the course's folder, or name it: gradschool lab --course FOLDER")
        return
    yield Finding(True, f"course in {there}")
    if not (there / "course").is_dir():
        yield Finding(
            False, f"{there / 'course'} is not there: no notebook to open", "git checkout course, or make course"
        )
    work = there / "work"
    if not os.access(work if work.exists() else there, os.W_OK):
        seen = f"{work} cannot be written"
        yield Finding(False, seen, "work in a folder of your own: gradschool lab --work FOLDER", needed=False)


def data() -> Iterator[Finding]:
    """Where data sets that do not come with the packages are looked for."""
    import pooch

    from gradschool.idx import FASHION_MNIST, MNIST, DataNotAvailable, find

    own, cache = os.environ.get("GRADSCHOOL_DATA"), pooch.os_cache("gradschool")
    places = f"{cache}" + (f", before it {own} (GRADSCHOOL_DATA)" if own else "; GRADSCHOOL_DATA names no folder")
    if own and not Path(own).is_dir():
        yield Finding(False, f"GRADSCHOOL_DATA names {own}, which is no folder", "unset it, or make the folder", False)
    there = []
    for source in (MNIST, FASHION_MNIST):
        name = next(iter(source.md5))
        with contextlib.suppress(DataNotAvailable):
            there.append(source.title if (cache / source.folder / name).is_file() or find(source, name, False) else "")
    found = f"has {' and '.join(there)}" if there else "has no MNIST yet (fetched when asked for)"
    yield Finding(True, f"data: {places}; {found}; no lesson needs a network")
