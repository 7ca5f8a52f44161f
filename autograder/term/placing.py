"""A student's submitted folder is put in place whole: whoever is stopped in between leaves the old one, or none."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.grading.atomic import PARTIAL


@contextmanager
def staging(held: Path) -> Iterator[Path]:
    """An empty folder on the class's own disk, which is gone afterwards."""
    place = held / f"{PARTIAL}{os.getpid()}"
    for left in held.glob(f"{PARTIAL}*"):  # of those that were killed
        if not _runs(left.name.removeprefix(PARTIAL)):
            shutil.rmtree(left, ignore_errors=True)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _runs(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def put(made: Path, place: Path) -> None:
    """Move a folder to `place`, over what lies there.

    Between its two renamings there is nothing at `place`; what was to be put there is then still where it came from.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    old = made.with_name(f"{made.name}.old")
    if place.is_symlink():
        place.unlink()
    if place.exists():
        place.rename(old)
    made.rename(place)
    shutil.rmtree(old, ignore_errors=True)
