"""The folder that a student works in: it follows the course, and no work in it is ever lost."""

import hashlib
import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from autograder.lessons.desk import COPIED, MANIFEST, WORK, Desk
from autograder.lessons.layout import COURSE, CourseError
from autograder.publishing.carry import Carried, carry
from autograder.publishing.source import as_text
from autograder.publishing.writing import write_if_changed

FORMER = "former_"  # before the name of a file that was replaced by a newer one with the work of it
NEWS = "news.json"  # in the folder COPIED: what the last update did


@dataclass
class Copied:
    """What `bring_up` did, as paths inside the work folder."""

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # worked in; the course has not changed since it was copied
    carried: dict[str, Carried] = field(default_factory=dict)  # newer, with the student's work in it
    outdated: dict[str, str] = field(default_factory=dict)  # why a file is as it was, though the course has a newer one


class Unreadable(Exception):
    """A file that is no notebook."""


def prepare(root: Path, work: Path | None = None) -> Copied:
    """Bring the folder of a cloned course up to its `course/`; see `bring_up`."""
    return bring_up(Desk(root / COURSE, work or root / WORK))


def bring_up(desk: Desk) -> Copied:
    """Bring a student's folder up to the course.

    New files come in, untouched ones are replaced by newer ones. A notebook that was worked in is replaced by the
    newer one with the student's work in it, and lies beside it as it was. Each file is written whole or not at all, the
    former one first; a run that was cut short is finished by the next one.

    Raises:
        CourseError: there is no course to copy, or the folder cannot be written.
    """
    if not desk.course.is_dir():
        raise CourseError(f"{desk.course} is not there: `make course` makes it.")
    try:
        return _bring_all(desk)
    except OSError as error:
        where = error.filename or desk.work
        said = f"{where} cannot be read or written ({error.strerror}). Another folder: gradschool lab --work FOLDER"
        raise CourseError(said) from error


def _bring_all(desk: Desk) -> Copied:
    desk.work.mkdir(parents=True, exist_ok=True)
    first = not (desk.work / MANIFEST).exists()
    record, done = _record(desk.work / MANIFEST), Copied()
    for name, source in _files(desk.course):
        content = source.read_bytes()
        if _bring(desk.work, name, content, record.get(name), done):
            write_if_changed(desk.work / COPIED / name, content)
            record[name] = _digest(content)
            if not first:
                _tell(desk.work, done)
    if not first:
        _tell(desk.work, done)
    write_if_changed(desk.work / MANIFEST, (json.dumps(record, indent=1, sort_keys=True) + "\n").encode())
    return done


def _bring(work: Path, name: str, content: bytes, was: str | None, done: Copied) -> bool:
    """Bring one file up; whether it now follows `content`."""
    target, base = work / name, work / COPIED / name
    if not target.exists() and not target.is_symlink():
        done.new.append(name)
        write_if_changed(target, content)
        return True
    if target.is_symlink() or not target.is_file():
        done.outdated[name] = "for it is a link or a folder, which the course did not make."
        return False
    there, copied = target.read_bytes(), base.read_bytes() if base.is_file() else None
    if there == content:
        return True
    if there == copied or _digest(there) == was:
        done.updated.append(name)
        write_if_changed(target, content)
        return True
    if content == copied or (copied is None and _digest(content) == was):
        if _is_worked_in(content, there):
            done.kept.append(name)
        return False
    try:
        carried = carry(_notebook(copied) if copied else None, _notebook(there), _notebook(content))
    except Unreadable:
        done.outdated[name] = "for it cannot be read as a notebook. Rename it to get the course's."
        return False
    _replace(target, there, content, carried, name, done)
    return True


def _replace(target: Path, there: bytes, content: bytes, carried: Carried, name: str, done: Copied) -> None:
    """Put the newer notebook in place; the former one is written first, if there was work in it."""
    if not carried.touched:
        done.updated.append(name)
        write_if_changed(target, content)
        return
    made = as_text(carried.notebook).encode()
    if made == there:  # a run that was cut short had come as far as this
        return
    carried.former = _keep(target, there).relative_to(target.parents[len(Path(name).parts) - 1]).as_posix()
    write_if_changed(target, made)
    done.carried[name] = carried


def _keep(target: Path, content: bytes) -> Path:
    """Write a file's content beside it, under a name that no other content has."""
    n = 1
    while True:
        path = target.with_name(f"{FORMER}{target.stem}{f'_{n}' if n > 1 else ''}{target.suffix}")
        if not path.exists() or (path.is_file() and path.read_bytes() == content):
            write_if_changed(path, content)
            return path
        n += 1


def _is_worked_in(content: bytes, there: bytes) -> bool:
    """Whether a notebook holds more than the course's, which it was copied from."""
    try:
        return carry(_notebook(content), _notebook(there), _notebook(content)).touched
    except Unreadable:
        return True


def _notebook(content: bytes) -> Any:
    try:
        with warnings.catch_warnings():  # of ids that are there twice, as JupyterLab's Split Cell makes them
            warnings.simplefilter("ignore")
            read = nbformat.reads(content.decode("utf-8-sig"), as_version=4)
        if all(isinstance(cell.source, str) and isinstance(cell.metadata, dict) for cell in read.cells):
            return read
    except Exception:  # nbformat raises whatever its code meets in a file that is no notebook
        pass
    raise Unreadable


def _tell(work: Path, done: Copied) -> None:
    """Write down what an update did, for the start page, where it stays until the next one."""
    path = work / COPIED / NEWS
    if not (done.new or done.updated or done.carried or done.outdated):
        return
    told: dict[str, Any] = {
        "new": done.new,
        "updated": done.updated,
        "carried": {name: {"what": c.what(), "former": c.former, "look": c.look} for name, c in done.carried.items()},
        "outdated": done.outdated,
    }
    if not (done.new or done.updated or done.carried):  # only what the course could not do, then as now
        told = {**told, **_record(path), "outdated": done.outdated}
    write_if_changed(path, (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode())


def _files(course: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(course.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(course).parts):
            yield path.relative_to(course).as_posix(), path


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _record(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
