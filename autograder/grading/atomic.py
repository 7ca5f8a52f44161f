"""Where graded notebooks are put: written aside first, so that nobody ever finds half of one."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PARTIAL = ".partial-"


class NoSpace(RuntimeError):
    """A graded notebook could not be written; the message says why."""


@contextmanager
def staging_folder(autograded: Path) -> Iterator[Path]:
    """A folder beside the students' that is gone afterwards; what killed writers have left there goes first.

    Raises:
        NoSpace: the file system takes nothing, or no more.
    """
    place = autograded / f"{PARTIAL}{os.getpid()}"
    try:
        autograded.mkdir(parents=True, exist_ok=True)
        for left in autograded.glob(f"{PARTIAL}*"):
            if not _alive(left.name.removeprefix(PARTIAL)):
                shutil.rmtree(left, ignore_errors=True)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        yield place
    except OSError as problem:
        raise NoSpace(f"Graded notebooks cannot be written to {autograded}: {problem.strerror or problem}") from None
    finally:
        shutil.rmtree(place, ignore_errors=True)
        with suppress(OSError):
            autograded.rmdir()  # where nothing was graded, nothing is left


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return int(pid) != os.getpid()


def put(made: Path, place: Path, alone: bool) -> None:
    """Move every file in `made` to `place`, each at once; `alone`: and take away what else is there."""
    place.mkdir(parents=True, exist_ok=True)
    fresh = {path.name for path in made.iterdir()}
    for path in list(made.iterdir()):
        path.replace(place / path.name)
    for path in list(place.iterdir()):
        if alone and path.name not in fresh:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def emptied(folder: Path) -> None:
    """Make the folder, with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
