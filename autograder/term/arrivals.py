"""What has arrived and is whole: in nbgrader's exchange, or in a folder where files land.

Nothing is remembered but what lies on the disk: what was taken is known by comparing it with what came. Each submission
is put in place whole, so that it can be stopped at any point and started again.
"""

import json
import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.grading.find import MOST_FILES, files_below
from autograder.nbgrader_plugin.restored import restored
from autograder.nbgrader_plugin.side_files import SECRET, TIMESTAMP, moment, when_collected
from autograder.term import placing

SETTLED = 1.0  # seconds for which nothing has changed in what is whole
UNREADABLE = 60.0  # the same for a notebook that cannot be read, which may be half of one
MOST_BYTES = 200_000_000


def untouched(folder: Path) -> float:
    """For how many seconds nothing has changed in a folder. What was written just now by a copy counts as changed."""
    newest = folder.stat().st_ctime
    for place, folders, files in os.walk(folder):
        newest = max([newest, *(os.lstat(Path(place) / name).st_ctime for name in (*folders, *files))])
    return time.time() - newest


class Exchange:
    """nbgrader's exchange.

    Args:
        api: nbgrader's, made with the course's config.
        held: the class's folder.
    """

    def __init__(self, api: Any, held: Path) -> None:
        self._api, self._held = api, held

    def take(self, unit: str, gone: set[str]) -> Iterator[tuple[str, str]]:
        """Collect what is newer than what was collected: each student, and "" or why it could not be."""
        for student, (came, stamp) in sorted(self._newest(unit).items()):
            place = self._held / "submitted" / student / unit
            before = when_collected(str(place))
            if student in gone or (place.is_dir() and before is not None and before >= stamp) or not _whole(came):
                continue
            try:
                self._collect(unit, student, place)
                yield student, ""
            except Exception as problem:  # one bad submission stops nobody else's
                yield student, str(problem) or type(problem).__name__

    def inbound(self) -> Path:
        """Where students hand in; it may not be there."""
        return Path(self._collector().root) / str(self._api.coursedir.course_id) / "inbound"

    def _newest(self, unit: str) -> dict[str, tuple[Path, datetime]]:
        found: dict[str, tuple[Path, datetime]] = {}
        for path in self.inbound().glob(f"*+{unit}+*"):
            student, _, rest = path.name.rpartition(f"+{unit}+")
            try:
                stamp = moment(rest.rpartition("+")[0] or rest)
            except (ValueError, OverflowError, TypeError):
                continue
            if student not in found or stamp > found[student][1]:
                found[student] = (path, stamp)
        return found

    def _collector(self) -> Any:
        """nbgrader's collector, or what the course has put in its place."""
        made = self._api.exchange.Collect(
            coursedir=self._api.coursedir, authenticator=self._api.authenticator, parent=self._api
        )
        made.update = True
        return made

    def _collect(self, unit: str, student: str, place: Path) -> None:
        course = self._api.coursedir
        with placing.staging(self._held) as staging:
            inside = staging.relative_to(Path(course.root))
            collector = self._collector()
            with restored(course, assignment_id=unit, student_id=student, submitted_directory=str(inside)):
                collector.start()
            made = staging / student / unit
            if not made.is_dir():
                raise RuntimeError(" ".join(getattr(collector, "refused", ())) or "nothing was collected")
            placing.put(made, place)


def _whole(came: Path) -> bool:
    """Whether `nbgrader submit` has ended: it writes the secret last of all."""
    try:
        ready = all((came / name).stat().st_size for name in (TIMESTAMP, SECRET))
        return ready and untouched(came) >= SETTLED
    except OSError:
        return False


class Landing:
    """A folder where files land, by `<student>/<unit>/`.

    Args:
        folder: that folder; nothing is changed in it.
        held: the class's folder.
    """

    def __init__(self, folder: Path, held: Path) -> None:
        self._folder, self._held = folder, held

    def take(self, unit: str, gone: set[str]) -> Iterator[tuple[str, str]]:
        """Take over what is another than what was taken: each student, and "" or why it could not be."""
        for came in sorted(self._folder.glob(f"*/{unit}")):
            student, place = came.parent.name, self._held / "submitted" / came.parent.name / unit
            if student.startswith(".") or student in gone or came.is_symlink() or not came.is_dir():
                continue
            try:
                names = [name for name in files_below(came) if _plain(came / name)]
                if not names or all(_twin(came / name, place / name) for name in names) or not _landed(came, names):
                    continue
                self._copy(came, names[: MOST_FILES + 2], place)
                yield student, ""
            except OSError as problem:
                yield student, str(problem)

    def _copy(self, came: Path, names: list[str], place: Path) -> None:
        with placing.staging(self._held) as staging:
            made = staging / place.name
            for name in names:
                (made / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(came / name, made / name)
            if TIMESTAMP not in names:
                newest = max((came / name).stat().st_mtime for name in names)
                (made / TIMESTAMP).write_text(f"{datetime.fromtimestamp(newest, UTC):%Y-%m-%d %H:%M:%S.%f} UTC")
            placing.put(made, place)


def _plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size <= MOST_BYTES


def _twin(came: Path, taken: Path) -> bool:
    try:
        one, other = came.stat(), taken.stat()
    except OSError:
        return False
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)


def _landed(came: Path, names: list[str]) -> bool:
    """Whether all is written: nothing changes any more, and each notebook can be read, or has not changed for long."""
    quiet = untouched(came)
    if quiet < SETTLED:
        return False
    return quiet >= UNREADABLE or all(_readable(came / name) for name in names if name.endswith(".ipynb"))


def _readable(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return True
