"""What a learning platform gives as "all submissions": a ZIP file, or the folder that it was unpacked to.

Nothing is unpacked by its own name. Names that leave the archive, links, files that are too large, encrypted or broken,
and archives inside the archive are left out, and it is said which.
"""

import os
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from autograder.lessons.layout import CourseError

MOST_MEMBERS = 50_000
MOST_BYTES = 200_000_000  # of one notebook, as grading reads them
MOST_IN_ALL = 8_000_000_000  # unpacked, of one archive
MOST_LETTERS = 240  # bytes of a name that file systems take, with room for an ending
UTF8 = 0x800  # the bit by which a ZIP file says that a name is in UTF-8
ENCRYPTED = 0x1
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz")
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError)


class ArchiveError(CourseError):
    """An archive cannot be read at all; says why."""


@dataclass(frozen=True)
class Member:
    """One file of an archive.

    Attributes:
        name: its path in the archive, with slashes.
        problem: why it cannot be taken; "" if it can.
        read: gives its bytes; raises ValueError, which says why it cannot.
    """

    name: str
    problem: str
    read: Callable[[], bytes]


@contextmanager
def opened(path: Path) -> Iterator[list[Member]]:
    """The files of an archive, which can be read as long as it is open.

    Raises:
        ArchiveError: it is not there, is no archive, or is larger than any class's.
    """
    if path.is_dir():
        yield _bounded(path, list(_of_folder(path)))
        return
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise ArchiveError(f"There is no file {path}") from None
    except BROKEN as problem:
        raise ArchiveError(f"{path} is no ZIP file that can be read ({problem}); download it once more") from None
    with archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if (size := sum(info.file_size for info in infos)) > MOST_IN_ALL:
            raise ArchiveError(f"{path} would unpack to {size:,} bytes; {MOST_IN_ALL:,} at most are read")
        yield _bounded(path, [_of_zip(archive, info) for info in infos])


def _bounded(path: Path, members: list[Member]) -> list[Member]:
    if len(members) > MOST_MEMBERS:
        raise ArchiveError(f"{path} holds {len(members):,} files; {MOST_MEMBERS:,} at most are read")
    return members


def _of_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    name = _name(info)
    problem = _unsafe(name)
    if stat.S_ISLNK(info.external_attr >> 16):
        problem = "is a link"
    elif info.flag_bits & ENCRYPTED:
        problem = "is encrypted"
    elif info.file_size > MOST_BYTES:
        problem = f"has {info.file_size:,} bytes; {MOST_BYTES:,} at most are read"
    return Member(name, problem, partial(_unpacked, archive, info))


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(info) as file:
            held = file.read(MOST_BYTES + 1)  # what the archive says of its sizes may be a lie
    except BROKEN as problem:
        raise ValueError(f"cannot be unpacked ({problem})") from None
    if len(held) > MOST_BYTES:
        raise ValueError(f"has more than {MOST_BYTES:,} bytes")
    return held


def _name(info: zipfile.ZipInfo) -> str:
    """The name in one form. Some writers use UTF-8 and do not say so; Python reads it as a code page of DOS then."""
    name = info.orig_filename
    if not info.flag_bits & UTF8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _unsafe(name: str) -> str:
    path = PurePosixPath(name)
    if "\0" in name or not name.isprintable():
        return "has a name that cannot be written"
    if any(len(part.encode()) > MOST_LETTERS for part in path.parts):
        return "has a name that is too long"
    if path.is_absolute() or ".." in path.parts or ":" in name.partition("/")[0]:
        return "has a name that leads out of the archive"
    if name.lower().endswith(ARCHIVES):
        return "is an archive itself, and was not opened"
    return ""


def _of_folder(folder: Path) -> Iterator[Member]:
    """An archive that was unpacked already, as some browsers do. No link is followed."""
    for place, folders, files in os.walk(folder):
        for name in sorted(folders):
            if (Path(place) / name).is_symlink():
                yield Member(_below(folder, Path(place) / name), "is a link", _nothing)
        folders.sort()
        for path in (Path(place) / name for name in sorted(files)):
            held = path.lstat()
            problem = _unsafe(_below(folder, path))
            if not stat.S_ISREG(held.st_mode):
                problem = "is a link" if stat.S_ISLNK(held.st_mode) else "is no plain file"
            elif held.st_size > MOST_BYTES:
                problem = f"has {held.st_size:,} bytes; {MOST_BYTES:,} at most are read"
            yield Member(_below(folder, path), problem, partial(_of_file, path))


def _below(folder: Path, path: Path) -> str:
    return unicodedata.normalize("NFC", path.relative_to(folder).as_posix())


def _of_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise ValueError(f"cannot be read ({problem.strerror})") from None


def _nothing() -> bytes:
    raise ValueError("is no file")
