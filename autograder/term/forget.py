"""All that a class holds of one student: found first, then deleted."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.utils import notebook_hash
from sqlalchemy import text

from autograder.nbgrader_plugin.roster import FILE as ROSTER
from autograder.nbgrader_plugin.roster import Roster, read_roster, write_roster
from autograder.nbgrader_plugin.side_files import SECRET, secret

FOLDERS = ("submitted", "autograded", "feedback")
TABLES = ("report-*.html", "grades*.csv")


@dataclass(frozen=True)
class Held:
    """One thing that is held of a student: what it is, and what deletes it."""

    what: str
    delete: Callable[[], object]


def held_of(student: str, held: Path, db_url: str, exchange: Path | None) -> list[Held]:
    """What there is of a student.

    Args:
        student: the id.
        held: the folder of a class, this term's or one that was put away.
        db_url: its gradebook's address.
        exchange: the course's folder in nbgrader's exchange; None where there is none.
    """
    inside = [held / folder / student for folder in FOLDERS]
    pages = list(_in_exchange(student, inside, db_url, exchange)) if exchange else []
    return [
        *pages,
        *(Held(str(place), partial(_remove, place)) for place in inside if place.exists() or place.is_symlink()),
        *_tables(student, held),
        *_of_roster(student, held),
        *_of_gradebook(student, db_url),
    ]


def _remove(place: Path) -> None:
    shutil.rmtree(place) if place.is_dir() and not place.is_symlink() else place.unlink()


def _in_exchange(student: str, inside: list[Path], db_url: str, exchange: Path) -> Iterator[Held]:
    """What was handed in there, and the feedback, whose names are made of the secrets that were handed in."""
    inbound = sorted((exchange / "inbound").glob("*")) if (exchange / "inbound").is_dir() else []
    came = [path for path in inbound if path.name.startswith(f"{student}+")]
    places = [place for place in (*came, *inside) if not place.is_symlink()]
    found = {secret(str(path.parent)) for place in places for path in place.rglob(SECRET)}
    with Gradebook(db_url) as gradebook:
        names = {notebook.name for assignment in gradebook.assignments for notebook in assignment.notebooks}
    for kept in sorted(filter(None, found)):
        for name in sorted(names):
            path = exchange / "feedback" / f"{notebook_hash(secret=kept, notebook_id=name)}.html"
            if path.is_file():
                yield Held(str(path), path.unlink)
    yield from (Held(str(path), partial(_remove, path)) for path in came)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, ValueError):
        return ""


def _tables(student: str, held: Path) -> Iterator[Held]:
    """Pages and tables on the class that name the student; `gradschool report` makes them anew."""
    for pattern in TABLES:
        for path in sorted(held.glob(pattern)):
            if student in _read(path):
                yield Held(f"{path}, to be made anew by gradschool report", path.unlink)


def _of_roster(student: str, held: Path) -> Iterator[Held]:
    roster = read_roster(held)
    if student in roster.entries:
        others = {name: entry for name, entry in roster.entries.items() if name != student}
        delete = partial(write_roster, held, Roster(others, roster.extends))
        yield Held(f"the row of {student} in {held / ROSTER}", delete)
    former = [entry.id for entry in roster.entries.values() if entry.was == student]
    if former:
        cleared = {n: replace(e, was="") if e.was == student else e for n, e in roster.entries.items()}
        yield Held(f"the former id in {held / ROSTER}", partial(write_roster, held, Roster(cleared, roster.extends)))


def _of_gradebook(student: str, db_url: str) -> Iterator[Held]:
    with Gradebook(db_url) as gradebook:
        try:
            units = [submission.name for submission in gradebook.find_student(student).submissions]
        except MissingEntry:
            return
    graded = f", with {', '.join(sorted(units))}" if units else ""
    yield Held(f"{student} in the gradebook{graded}", partial(_forget_rows, student, db_url))


def _forget_rows(student: str, db_url: str) -> None:
    with Gradebook(db_url) as gradebook:
        gradebook.remove_student(student)
        if db_url.startswith("sqlite"):  # deleted rows stay in the file until it is written anew
            gradebook.db.commit()
            with gradebook.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM"))


def copies(held: Path) -> list[Path]:
    """Copies of the gradebook that nbgrader's upgrade, or a person, has left beside it."""
    return sorted(path for path in held.glob("gradebook*") if path.name != "gradebook.db" and path.is_file())


def deleted(things: list[Held]) -> Iterator[tuple[Held, str]]:
    """Delete one after the other: each with "", or with why it is still there."""
    for thing in things:
        try:
            thing.delete()
            yield thing, ""
        except OSError as problem:
            yield thing, problem.strerror or str(problem)


def exchange_of(api: Any) -> Path | None:
    """The course's folder in nbgrader's exchange."""
    collector = api.exchange.Collect(coursedir=api.coursedir, authenticator=api.authenticator, parent=api)
    place = Path(collector.root) / api.coursedir.course_id
    return place if place.is_dir() else None
