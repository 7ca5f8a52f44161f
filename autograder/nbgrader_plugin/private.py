"""The class's folder, for the eyes of who grades alone: work of students, grades, and the secret of their cases."""

import contextlib
import os
import stat
from pathlib import Path

GRADEBOOK = "gradebook.db"


def make_private(folder: Path) -> None:
    """Make the class's folder, or take away what others may do in it, whatever the umask is.

    A folder whose set-group bit is on is shared with a group on purpose (CourseDirectory.groupshared): the group keeps
    what it may. What belongs to another user is left as it is; `gradschool doctor` tells of it.
    """
    with contextlib.suppress(PermissionError, FileNotFoundError):
        folder.mkdir(mode=0o700, exist_ok=True)
        shared = folder.stat().st_mode & stat.S_ISGID
        _allow(folder, 0o2770 if shared else 0o700)
        gradebook = folder / GRADEBOOK
        if not gradebook.exists():  # SQLite would make it by the umask; empty, it is a new one to nbgrader
            os.close(os.open(gradebook, os.O_CREAT | os.O_WRONLY, 0o660 if shared else 0o600))
        for path in (gradebook, *folder.glob("secret*.key")):
            _allow(path, 0o660 if shared and path == gradebook else 0o600)


def _allow(path: Path, most: int) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & ~most and path.stat().st_uid == os.geteuid():
        path.chmod(mode & most)


def open_to_others(folder: Path) -> bool:
    """Whether users other than its owner and its group can look into the class's folder."""
    return folder.is_dir() and bool(stat.S_IMODE(folder.stat().st_mode) & 0o007)
