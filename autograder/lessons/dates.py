"""Dates of a term: `term.toml`, beside nbgrader_config.py, says when units are due and what lateness costs.

time_zone = "Europe/Berlin"      # for the dates below that name no zone of their own

[penalty]
per_day = 0.1                    # of the points that the judge gave, for each day that has begun

[unit1_feedforward]
due = 2026-11-01T23:59:00
"""

import datetime as dt
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.lessons.durations import duration
from autograder.lessons.layout import COURSE, SOLUTIONS, CourseError

FILE = "term.toml"
DAY = dt.timedelta(days=1)
PENALTY = {"per_day", "most", "grace", "by_hand"}
UNIT = {"due", "canvas", "moodle"}


class TermError(CourseError):
    """Something in term.toml cannot be used; says which line, and what was expected."""


@dataclass(frozen=True)
class Penalty:
    """What lateness costs.

    Attributes:
        per_day: share of the points for each day that has begun, from 0 to 1.
        most: the largest share.
        grace: how late costs nothing; later than that, the days count from the due date.
        by_hand: whether points that a person gave are part of it.
    """

    per_day: float
    most: float = 1.0
    grace: dt.timedelta = dt.timedelta()
    by_hand: bool = False

    def share(self, seconds: float) -> float:
        """The share that is taken when it came so many seconds late."""
        if seconds <= self.grace.total_seconds():
            return 0.0
        return min(self.most, self.per_day * math.ceil(seconds / DAY.total_seconds()))


@dataclass(frozen=True)
class UnitDates:
    """One unit: when it is due, and the names of its columns in other systems."""

    due: dt.datetime | None = None  # always with a zone
    canvas: str = ""
    moodle: str = ""

    @property
    def due_utc(self) -> dt.datetime | None:
        """As nbgrader's gradebook has it: in UTC, without saying so."""
        return None if self.due is None else self.due.astimezone(dt.UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Term:
    """What term.toml says; without the file, nothing."""

    zone: ZoneInfo | None = None
    penalty: Penalty | None = None
    units: Mapping[str, UnitDates] = field(default_factory=dict)

    def of(self, unit: str) -> UnitDates:
        """What is said of a unit; where nothing is, an empty entry."""
        return self.units.get(unit, UnitDates())


def read_term(folder: Path) -> Term:
    """The dates of the course in this folder.

    Raises:
        TermError: the file is there and cannot be used.
    """
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Term()
    except (OSError, ValueError) as problem:
        raise TermError(f"{path} cannot be read: {problem}") from None
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise TermError(f"{path} is not TOML: {problem}. The pattern stands in docs/term.md.") from None
    try:
        return _term(told, _known_units(folder))
    except ValueError as problem:
        raise TermError(f"{path}: {problem}") from None


def _known_units(folder: Path) -> set[str]:
    return {path.name for place in (SOLUTIONS, COURSE) for path in (folder / place).glob("*") if path.is_dir()}


def _term(told: dict[str, Any], known: set[str]) -> Term:
    zone = _zone(told.pop("time_zone", None))
    penalty = _penalty(_table("penalty", told.pop("penalty"), PENALTY)) if "penalty" in told else None
    for unit in told:
        if known and unit not in known:
            raise ValueError(
                f"there is no unit {unit!r}; expected time_zone, [penalty] or one of {', '.join(sorted(known))}"
            )
    return Term(zone, penalty, {unit: _unit(unit, _table(unit, told[unit], UNIT), zone) for unit in told})


def _table(name: str, value: Any, keys: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{name} has to be a table, [{name}], with some of {', '.join(sorted(keys))}")
    if extra := sorted(set(value) - keys):
        raise ValueError(f"[{name}] has {', '.join(extra)}; expected some of {', '.join(sorted(keys))}")
    return value


def _zone(name: Any) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise ValueError(
            f"time_zone = {name!r} is no time zone that this machine knows; expected a name such as "
            '"Europe/Berlin" or "UTC" (where none is known: pip install tzdata)'
        ) from None


def _penalty(told: dict[str, Any]) -> Penalty:
    if "per_day" not in told:
        raise ValueError("[penalty] needs per_day, such as per_day = 0.1")
    numbers = {key: told[key] for key in ("per_day", "most") if key in told}
    for key, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise ValueError(f"[penalty] {key} = {value!r}; expected a share from 0 to 1, such as 0.1")
    by_hand, grace = told.get("by_hand", False), told.get("grace", "0h")
    if not isinstance(by_hand, bool):
        raise ValueError(f"[penalty] by_hand = {by_hand!r}; expected true or false")
    if not isinstance(grace, str) or (length := duration(grace)) < dt.timedelta():
        raise ValueError(f'[penalty] grace = {grace!r}; expected a time such as "15m" or "2h"')
    return Penalty(**numbers, grace=length, by_hand=by_hand)


def _unit(unit: str, told: dict[str, Any], zone: ZoneInfo | None) -> UnitDates:
    for key in ("canvas", "moodle"):
        if not isinstance(told.get(key, ""), str):
            raise ValueError(f"[{unit}] {key} = {told[key]!r}; expected the column's heading in quotes")
    due = _moment(unit, told["due"], zone) if "due" in told else None
    return UnitDates(due, told.get("canvas", ""), told.get("moodle", ""))


def _moment(unit: str, value: Any, zone: ZoneInfo | None) -> dt.datetime:
    """A date as a moment. One that a clock shows twice is the later one; a date alone is the end of that day."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time(23, 59, 59))
    if not isinstance(value, dt.datetime):
        raise ValueError(f"[{unit}] due = {value!r}; expected a date without quotes, such as 2026-11-01T23:59:00")
    if value.tzinfo is not None:
        return value
    if zone is None:
        raise ValueError(
            f"[{unit}] due = {value.isoformat()} names no time zone: say time_zone above, such as "
            'time_zone = "Europe/Berlin", or write the offset behind it, such as +01:00'
        )
    moment = value.replace(tzinfo=zone, fold=1)
    if moment.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != value:
        raise ValueError(f"[{unit}] due = {value.isoformat()}: clocks in {zone} skip that time; take another one")
    return moment


def shown(moment: dt.datetime, zone: ZoneInfo | None) -> str:
    """A moment as people read it: "Sunday 1 November 2026, 23:59 (Europe/Berlin)"."""
    local = moment.astimezone(zone) if zone else moment
    name = zone.key if zone else (local.tzname() or "")
    return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local.year}, {local:%H:%M} ({name})"


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")  # not by the machine's language
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
