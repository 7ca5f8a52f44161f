"""A class is put away when its term is over: one folder under `terms/`, moved there at once, with all that it needs.

Before it moves, pages and tables on each unit are made, and beside them lie term.toml, the configuration, and what this
release was. The next class begins with nothing: another gradebook, another secret, no dates.
"""

import json
import re
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from autograder.grading.jobs import fingerprint
from autograder.lessons.dates import FILE as DATES
from autograder.lessons.layout import CourseError
from autograder.report.columns import Canvas, Grades, Moodle
from autograder.report.page import page
from autograder.report.results import read_class

TERMS = "terms"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
CONFIG = "nbgrader_config.py"
ABOUT = "put_away.json"


class AwayError(CourseError):
    """A class cannot be put away; says why, and what to do."""


@dataclass
class Away:
    """Where it lies, and the units of which a page was made or nothing is graded."""

    place: Path
    pages: list[str] = field(default_factory=list)
    ungraded: list[str] = field(default_factory=list)


def put_away(root: Path, name: str, db_url: str) -> Away:
    """Put the class of a course away.

    Args:
        root: the course's folder.
        name: what the term is called, such as autumn-2026.
        db_url: the gradebook's address.

    Raises:
        AwayError: it cannot be done; the class is as it was.
    """
    held, away = root / "class", Away(root / TERMS / name)
    _check(root, held, away.place, name, db_url)
    try:
        _pages(root, held, db_url, away)
        for file in (DATES, CONFIG):
            if (root / file).is_file():
                shutil.copy2(root / file, held / file)
        (held / ABOUT).write_text(json.dumps(_about(), indent=1) + "\n")
        away.place.parent.mkdir(exist_ok=True)
        held.rename(away.place)  # all of it, or nothing
    except OSError as problem:
        raise AwayError(f"{held} cannot be moved to {away.place}: {problem.strerror}; it is where it was") from None
    (root / DATES).unlink(missing_ok=True)
    held.mkdir()
    return away


def _about() -> dict[str, str]:
    return {"release": metadata.version("gradschool"), "code": fingerprint(), "when": datetime.now(UTC).isoformat()}


def _check(root: Path, held: Path, place: Path, name: str, db_url: str) -> None:
    if not NAME.fullmatch(name):
        raise AwayError(f"a term's name has letters, digits and . _ - only, such as autumn-2026; got {name!r}")
    if place.exists():
        raise AwayError(f"{place} is there already; take another name")
    if db_url != f"sqlite:///{held}/gradebook.db":
        raise AwayError(
            f"the gradebook lies outside {held}, in {db_url.split('://')[0]}: put it away by the database's own means, "
            "name another one in nbgrader_config.py, and move the folder class/ yourself"
        )
    if not (held / "gradebook.db").is_file():
        raise AwayError(f"there is no class in {held}")


def _pages(root: Path, held: Path, db_url: str, away: Away) -> None:
    with Gradebook(db_url) as gradebook:
        units = [assignment.name for assignment in gradebook.assignments]
        for unit in units:
            for kind, name in ((Grades, "grades"), (Canvas, "grades-canvas"), (Moodle, "grades-moodle")):
                table: Any = kind(to=str(held / f"{name}-{unit}.csv"), assignment=[unit])
                table.course = root
                table.export(gradebook)
    for unit in units:
        try:
            (held / f"report-{unit}.html").write_text(page(read_class(held, unit, db_url), unit), encoding="utf-8")
            away.pages.append(unit)
        except ValueError:
            away.ungraded.append(unit)
