"""The folder that a student works in: a copy of course/ in which no work is ever overwritten."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.lessons.layout import COURSE, CourseError
from autograder.publishing.writing import write_if_changed

WORK = "work"
MANIFEST = ".copied.json"  # in the work folder: the digest of every file as it was copied last


@dataclass
class Copied:
    """What `prepare` did, as paths inside the work folder."""

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # worked in; the course has not changed since it was copied
    outdated: list[str] = field(default_factory=list)  # worked in, and the course has a newer version


def prepare(root: Path, work: Path | None = None) -> Copied:
    """Bring a student's folder (`work/`) up to `course/`: new files come in, untouched ones are replaced by newer ones.

    A file whose bytes are not those that were copied last has been worked in, and is left alone. So is
    everything when the record of what was copied is lost.

    Raises:
        CourseError: there is no course to copy.
    """
    course, work = root / COURSE, work or root / WORK
    if not course.is_dir():
        raise CourseError(f"{course} is not there: `make course` makes it.")
    work.mkdir(parents=True, exist_ok=True)
    record = _record(work / MANIFEST)
    done = Copied()
    for name, source in _files(course):
        content, target = source.read_bytes(), work / name
        digest = hashlib.sha256(content).hexdigest()
        was = record.get(name)
        if not target.exists() and not target.is_symlink():
            done.new.append(name)
        elif (now := _digest(target)) == digest:
            pass
        elif now is not None and now == was:
            done.updated.append(name)
        else:
            (done.kept if was == digest else done.outdated).append(name)
            continue
        write_if_changed(target, content)
        record[name] = digest
    write_if_changed(work / MANIFEST, (json.dumps(record, indent=1, sort_keys=True) + "\n").encode())
    return done


def _files(course: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(course.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(course).parts):
            yield path.relative_to(course).as_posix(), path


def _digest(path: Path) -> str | None:
    """The file's digest; None for a link or a folder, which we did not make."""
    if path.is_symlink() or not path.is_file():
        return None
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _record(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
