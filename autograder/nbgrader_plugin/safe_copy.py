"""A folder that somebody else owns, copied without trusting anything in it.

Everything is opened by its descriptor and looked at once it is open: no link is followed, nothing but plain files and
folders is read, and whoever exchanges one for another meanwhile is copied as what was opened, or not at all.
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from autograder.printable import printable

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe is opened, seen, and closed again
PIECE = 1 << 20
MOST_NAMED = 5  # things left out that are named one by one


class Refused(Exception):
    """Nothing of the folder is taken; the message goes on after the folder's name."""


@dataclass(frozen=True)
class Bounds:
    """How much is copied of one folder."""

    all_bytes: int = 100_000_000
    file_bytes: int = 100_000_000
    files: int = 500
    deepest: int = 4


@dataclass
class Copier:
    """Copies one folder.

    Attributes:
        owner: the number of the user who must own all of it; None: whoever.
        bounds: how much.
        wanted: whether a name is copied at all (the name; whether it is a folder's).
        left_out: what was not copied, in sentences' ends.
    """

    owner: int | None
    bounds: Bounds = field(default_factory=Bounds)
    wanted: Callable[[str, bool], bool] = lambda name, folder: True
    left_out: list[str] = field(default_factory=list)
    _files: int = 0
    _bytes: int = 0

    def copy(self, source: int, to: Path) -> None:
        """Copy what lies in the folder that is open as `source` into the new folder `to`.

        Raises:
            Refused: there is too much of it.
            OSError: it cannot be written.
        """
        to.mkdir()
        self._folder(source, to, "", 1)

    def sentence(self) -> str:
        """What was left out, in one sentence; "" where nothing was."""
        if not self.left_out:
            return ""
        more = len(self.left_out) - MOST_NAMED
        return f"Not taken: {'; '.join(self.left_out[:MOST_NAMED])}{f'; and {more} more' if more > 0 else ''}."

    def _folder(self, source: int, to: Path, within: str, depth: int) -> None:
        for name in self._names(source):
            shown = printable(within + name)
            try:
                kind = os.stat(name, dir_fd=source, follow_symlinks=False).st_mode
            except OSError:  # gone since
                continue
            if not self.wanted(name, stat.S_ISDIR(kind)):
                continue
            if stat.S_ISDIR(kind) and depth > self.bounds.deepest:
                self.left_out.append(f"{shown} lies more than {self.bounds.deepest} folders deep")
            elif stat.S_ISDIR(kind):
                with self._opened(source, name, shown, FOLDER) as inner:
                    if inner is not None:
                        (to / name).mkdir()
                        self._folder(inner, to / name, f"{within}{name}/", depth + 1)
            elif stat.S_ISREG(kind):
                with self._opened(source, name, shown, FILE) as file:
                    if file is not None:
                        self._file(file, to / name, shown)
            else:
                self.left_out.append(f"{shown} is {_kind(kind)}")

    def _names(self, source: int) -> list[str]:
        """What lies in a folder, counted before it is sorted."""
        names = []
        with os.scandir(source) as entries:
            for entry in entries:
                self._files += 1
                if self._files > self.bounds.files:
                    raise Refused(f"holds more than {self.bounds.files} files")
                names.append(entry.name)
        return sorted(names)

    @contextmanager
    def _opened(self, source: int, name: str, shown: str, how: int) -> Iterator[int | None]:
        """A file or folder, open; None where it is not what it was, or is somebody else's."""
        try:
            descriptor = os.open(name, how, dir_fd=source)
        except OSError as problem:
            self.left_out.append(f"{shown} cannot be opened ({problem.strerror})")
            yield None
            return
        try:
            why = self._foreign(os.fstat(descriptor), how)
            if why:
                self.left_out.append(f"{shown} {why}")
            yield None if why else descriptor
        finally:
            os.close(descriptor)

    def _foreign(self, status: os.stat_result, how: int) -> str:
        if how == FILE and not stat.S_ISREG(status.st_mode):
            return f"is {_kind(status.st_mode)}"
        if self.owner is not None and status.st_uid != self.owner:  # a hard link to another's file as well
            return "belongs to another user"
        return ""

    def _file(self, source: int, to: Path, shown: str) -> None:
        status = os.fstat(source)
        if status.st_size > self.bounds.file_bytes:
            self.left_out.append(f"{shown} is larger than {self.bounds.file_bytes / 1e6:g} MB")
            return
        with open(to, "xb") as target:
            while piece := os.read(source, PIECE):  # it may grow while it is read
                self._bytes += len(piece)
                if self._bytes > self.bounds.all_bytes:
                    raise Refused(f"holds more than {self.bounds.all_bytes / 1e6:g} MB")
                target.write(piece)
        os.utime(to, ns=(status.st_atime_ns, status.st_mtime_ns))


def _kind(mode: int) -> str:
    return "a link" if stat.S_ISLNK(mode) else "no plain file"
