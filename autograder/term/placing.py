"""A student's folder is put in place whole: whoever is stopped in between leaves the old one, or none."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from autograder.grading.atomic import PARTIAL

OURS = f"{PARTIAL}put-"


@contextmanager
def staging(held: Path) -> Iterator[Path]:
    """An empty folder on the class's own disk, which is gone afterwards. What killed ones have left there goes first.

    It is locked as long as it is used, so that nobody else takes it for left over.
    """
    for left in held.glob(f"{OURS}*"):
        with suppress(OSError), _locked(left):
            shutil.rmtree(left, ignore_errors=True)
    held.mkdir(exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=OURS, dir=held))
    try:
        with _locked(place):
            yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    """Raises OSError where another process has it. The lock goes with the process, however it ends."""
    folder = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(folder)


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
