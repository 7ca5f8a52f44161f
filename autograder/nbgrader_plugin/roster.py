"""The class's roster, `class/roster.csv`: who is in it, who has left, and who has more time for a unit.

Names and addresses stand in nbgrader's gradebook too, which has no place for the rest.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder import spreadsheet
from autograder.lessons.durations import duration, written
from autograder.lessons.layout import CourseError

FILE = "roster.csv"
ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]*")  # of a folder, and of a student in nbgrader's exchange
TEXTS = ("first_name", "last_name", "email", "lms_user_id", "sis_id", "section")
GRADEBOOKS = TEXTS[:4]  # of these, what nbgrader's gradebook has a place for
EXTENSION = "extension "  # then the unit
ACTIVE, RETIRED = "", "retired"
COLUMNS = ("id", *TEXTS, "status", "was")


class RosterError(CourseError):
    """A roster cannot be used; says which row, and what was expected."""


@dataclass(frozen=True)
class Entry:
    """One student.

    Attributes:
        id: nbgrader's.
        told: first_name, last_name, email, lms_user_id (Canvas's ID), sis_id and section, as far as they are known.
        retired: has left: counts nowhere, and loses nothing.
        was: the id that this student had before.
        extensions: more time, by unit.
    """

    id: str
    told: Mapping[str, str] = field(default_factory=dict)
    retired: bool = False
    was: str = ""
    extensions: Mapping[str, dt.timedelta] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As people say it; the id where no name is known."""
        return " ".join(filter(None, (self.told.get("first_name"), self.told.get("last_name")))) or self.id

    @property
    def order(self) -> tuple[str, str, str]:
        """By which lists are sorted."""
        return (self.told.get("last_name", "").casefold(), self.told.get("first_name", "").casefold(), self.id)


@dataclass(frozen=True)
class Roster:
    """Students by id, and the units for which it has a column of extensions."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    extends: frozenset[str] = frozenset()

    @property
    def retired(self) -> set[str]:
        return {entry.id for entry in self.entries.values() if entry.retired}

    def extension(self, unit: str, student: str) -> dt.timedelta:
        """How much more time a student has."""
        entry = self.entries.get(student)
        return dt.timedelta() if entry is None else entry.extensions.get(unit, dt.timedelta())


def read_roster(held: Path) -> Roster:
    """The roster of the class in this folder; an empty one where it has none."""
    path = held / FILE
    return read_file(path) if path.exists() else Roster()


def read_file(path: Path) -> Roster:
    """A roster from any CSV file with a column `id`; columns that it does not know are left alone.

    Raises:
        RosterError: it cannot be used.
    """
    try:
        rows = spreadsheet.read(path)
    except (OSError, ValueError) as problem:
        raise RosterError(str(problem)) from None
    if rows and "id" not in rows[0]:
        heads = ", ".join(filter(None, rows[0]))
        raise RosterError(f"{path} has no column called id; it has: {heads}. Known are: {', '.join(COLUMNS)}.")
    entries: dict[str, Entry] = {}
    for number, row in enumerate(rows, 2):
        try:
            entry = _entry(row)
            if entry.id in entries:
                raise ValueError(f"{entry.id} stands there twice")
        except ValueError as problem:
            raise RosterError(f"{path}, row {number}: {problem}") from None
        entries[entry.id] = entry
    _once(path, entries.values())
    return Roster(entries, frozenset(name.removeprefix(EXTENSION) for name in _extensions(rows)))


def _extensions(rows: list[dict[str, str]]) -> list[str]:
    return [head for head in (rows[0] if rows else ()) if head.startswith(EXTENSION)]


def _entry(row: Mapping[str, str]) -> Entry:
    student, status = row["id"], row.get("status", "").lower()
    for what in filter(None, (student, row.get("was", ""))):
        if not ID.fullmatch(what):
            raise ValueError(f"a student's id has letters, digits and . _ @ + - only, such as ada; got {what!r}")
    if not student:
        raise ValueError("the id is missing")
    if status not in (ACTIVE, "active", RETIRED):
        raise ValueError(f"status is {status!r}; expected nothing, active or retired")
    told = {key: row[key] for key in TEXTS if row.get(key)}
    extensions = {}
    for head, value in row.items():
        if head.startswith(EXTENSION) and value:
            extensions[head.removeprefix(EXTENSION)] = duration(value)
    return Entry(student, told, status == RETIRED, row.get("was", ""), extensions)


def of_gradebook(student: Any) -> dict[str, str]:
    """What nbgrader's gradebook tells of a student, as far as it knows."""
    return {key: getattr(student, key) for key in GRADEBOOKS if getattr(student, key)}


def _once(path: Path, entries: Iterable[Entry]) -> None:
    """By these other systems know a student: no two may share one."""
    for key in ("lms_user_id", "sis_id", "email"):
        seen: dict[str, str] = {}
        for entry in entries:
            value = entry.told.get(key, "")
            if value and value.casefold() in seen:
                raise RosterError(f"{path}: {seen[value.casefold()]} and {entry.id} have the same {key}, {value}")
            seen[value.casefold()] = entry.id


def write_roster(held: Path, roster: Roster) -> None:
    """Write the class's roster, sorted by name; whole or not at all."""
    units = sorted(roster.extends | {unit for entry in roster.entries.values() for unit in entry.extensions})
    rows: list[list[object]] = [["id", *TEXTS, "status", *(f"{EXTENSION}{unit}" for unit in units)]]
    for entry in sorted(roster.entries.values(), key=lambda entry: entry.order):
        more = [written(entry.extensions.get(unit, dt.timedelta())) for unit in units]
        texts = [entry.told.get(key, "") for key in TEXTS]
        rows.append([entry.id, *texts, RETIRED if entry.retired else ACTIVE, *more])
    spreadsheet.write(held / FILE, rows)
