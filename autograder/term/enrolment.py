"""A new roster against the one that is there: who comes, who is called otherwise, who has left.

Who has left is retired: counts nowhere, and keeps gradebook, submissions and feedback.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbgrader.api import Student

from autograder.lessons.durations import written
from autograder.nbgrader_plugin.roster import GRADEBOOKS, Entry, Roster, RosterError, of_gradebook, write_roster

FOLDERS = ("submitted", "autograded", "feedback")


@dataclass(frozen=True)
class Change:
    """One student: what is different, as a sentence."""

    student: str
    what: str


@dataclass(frozen=True)
class Enrolment:
    """The roster as it will be, the changes that lead to it, and new ids by the old ones."""

    roster: Roster
    changes: list[Change]
    renamed: dict[str, str]


def enrolment(gradebook: Any, old: Roster, new: Roster) -> Enrolment:
    """Hold a new roster against the class.

    Raises:
        RosterError: a student is to get an id that is another one's, or never had the id that the roster names.
    """
    known = {s.id: Entry(s.id, of_gradebook(s)) for s in gradebook.students} | dict(old.entries)
    renamed = dict(_renamed(known, new))
    for was, now in renamed.items():
        known[now] = replace(known.pop(was), id=now)
    former, changes = {now: was for was, now in renamed.items()}, []
    merged = {student: _merged(known.get(student), entry, new.extends) for student, entry in new.entries.items()}
    for student, entry in merged.items():
        before = known.get(student)
        what = ([f"was {former[student]}"] if student in former else []) + list(_differences(before, entry))
        if before is None:
            changes.append(Change(student, f"is new: {entry.name}"))
        elif what:
            changes.append(Change(student, "; ".join(what)))
    for student in sorted(known.keys() - merged.keys()):
        merged[student] = replace(known[student], retired=True)
        if not known[student].retired:
            changes.append(Change(student, "has left"))
    return Enrolment(Roster(merged, old.extends | new.extends), changes, renamed)


def _renamed(known: dict[str, Entry], new: Roster) -> Iterator[tuple[str, str]]:
    for entry in new.entries.values():
        if not entry.was or (entry.was not in known and entry.id in known):  # never, or done already
            continue
        if entry.was not in known:
            raise RosterError(f"{entry.id} is to have been {entry.was}; nobody is called so")
        if entry.id in known or entry.was in new.entries:
            raise RosterError(f"{entry.was} cannot become {entry.id}: both are there")
        yield entry.was, entry.id


def _merged(before: Entry | None, entry: Entry, extends: frozenset[str]) -> Entry:
    """What the new roster says; what it does not say stays."""
    if before is None:
        return replace(entry, was="")
    kept = {unit: more for unit, more in before.extensions.items() if unit not in extends}
    return replace(entry, was="", told=dict(before.told) | dict(entry.told), extensions=kept | dict(entry.extensions))


def _differences(before: Entry | None, entry: Entry) -> Iterator[str]:
    if before is None:
        return
    if before.retired != entry.retired:
        yield "has left" if entry.retired else "is back"
    for key, value in entry.told.items():
        if before.told.get(key) != value:
            yield f"{key} {before.told.get(key, '(none)')} → {value}"
    for unit in sorted(before.extensions.keys() | entry.extensions.keys()):
        was, now = before.extensions.get(unit), entry.extensions.get(unit)
        if (was or None) != (now or None):
            yield f"{unit}: {(was and written(was)) or 'no'} → {(now and written(now)) or 'no'} extension"


def enrol(gradebook: Any, held: Path, what: Enrolment) -> None:
    """Write it: folders, then the gradebook in one commit, then the roster. Stopped in between, it can be done again.

    Args:
        gradebook: nbgrader's, open.
        held: the class's folder.
        what: see `enrolment`.
    """
    for was, now in what.renamed.items():
        for name in FOLDERS:
            if (held / name / was).is_dir() and not (held / name / now).exists():
                (held / name / was).rename(held / name / now)
    there = {student.id: student for student in gradebook.students}
    for entry in what.roster.entries.values():
        if entry.id not in there:
            there[entry.id] = Student(id=entry.id)
            gradebook.db.add(there[entry.id])
        for key in GRADEBOOKS:
            if entry.told.get(key):
                setattr(there[entry.id], key, entry.told[key])
    gradebook.db.flush()
    for was, now in what.renamed.items():
        if was in there:
            for submission in list(there[was].submissions):
                submission.student = there[now]
            gradebook.db.flush()
            gradebook.db.delete(there[was])
    gradebook.db.commit()
    write_roster(held, what.roster)
