"""When a unit is due, as students see it: on the start page, and once below the first card of a notebook.

The notebooks know nothing of it: dates stand in the course's term.toml, which `gradschool lab` copies to the desk.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from autograder.lessons.dates import FILE, Term, TermError, UnitDates, read_term, shown

HOME = ".gradschool"  # in the student's folder
_said: set[str] = set()


def carry(course: Path, work: Path) -> None:
    """Put the course's dates beside a student's notebooks, or take away what the course has no longer.

    Raises:
        TermError: the course's term.toml cannot be used; the student's copy stays as it is.
    """
    there, here = course / FILE, work / HOME / FILE
    if not there.is_file():
        here.unlink(missing_ok=True)
        return
    read_term(course)
    here.parent.mkdir(parents=True, exist_ok=True)
    partial = here.with_name(f"{FILE}.partial")
    partial.write_bytes(there.read_bytes())
    partial.replace(here)


def table(work: Path) -> str:
    """The due dates as Markdown for the start page; "" where the course sets none."""
    try:
        term = read_term(work / HOME)
    except TermError:
        return ""
    rows = [f"| {unit} | {shown(dates.due, term.zone)} |" for unit, dates in sorted(term.units.items()) if dates.due]
    return "\n".join(["| unit | due |", "|:--|:--|", *rows]) if rows else ""


def first_time(topic: str) -> str:
    """The sentence for below the first card of a notebook; "" the next time, and where no date is known.

    Args:
        topic: the unit's room, such as "feedforward".
    """
    if topic in _said:
        return ""
    _said.add(topic)
    for term in _terms():
        for unit, dates in term.units.items():
            if unit.partition("_")[2] == topic and dates.due is not None:
                return _sentence(dates, term)
    return ""


def _sentence(dates: UnitDates, term: Term) -> str:
    return f"This unit is due on {shown(dates.due, term.zone)}." if dates.due else ""


def _terms() -> Iterator[Term]:
    """The dates that were copied to this desk. A broken file disturbs no check.

    Not those of a course around it: publishing runs checks there, and stores what they show.
    """
    for home in (os.environ.get("GRADSCHOOL_HOME") or HOME, HOME, Path("..") / HOME):
        try:
            yield read_term(Path(home))
        except TermError:
            continue
