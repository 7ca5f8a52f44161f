"""Due dates in nbgrader's gradebook, and the penalties that follow when one of them moves.

Dates come from term.toml, extensions from the class's roster. A date and all that hangs on it change in one commit.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry

from autograder.lessons.dates import Term, read_term
from autograder.nbgrader_plugin.penalties import AssignPenalty, Rule, by_hand, late, seconds_late
from autograder.nbgrader_plugin.roster import Roster, read_roster


@dataclass(frozen=True)
class Dates:
    """What the files say of one unit, beside the rule that makes penalties of it."""

    unit: str
    term: Term
    roster: Roster
    rule: Rule

    def due(self, gradebooks: dt.datetime | None) -> dt.datetime | None:
        """When it is due; as the gradebook has it, where term.toml says nothing."""
        ours = self.term.of(self.unit).due_utc
        return gradebooks if ours is None else ours

    def extension(self, student: str, gradebooks: dt.timedelta | None, due: dt.datetime | None) -> dt.timedelta | None:
        """How much more time a student has. Whole days are days of the calendar, also where clocks change."""
        if due is None or self.unit not in self.roster.extends:
            return None if due is None else gradebooks
        more = self.roster.extension(self.unit, student)
        day = due.replace(tzinfo=dt.UTC).astimezone(self.term.zone or dt.UTC) + dt.timedelta(days=more.days)
        later = day.astimezone(dt.UTC).replace(tzinfo=None) + (more - dt.timedelta(days=more.days))
        return later - due or None


def dates(converter: Any, unit: str, by_hand_too: bool = False) -> Dates:
    """The dates of a unit, for something of nbgrader's that knows the course's folder.

    Args:
        converter: has a `coursedir`, and the course's configuration.
        unit: the assignment.
        by_hand_too: see `Rule`; also where term.toml does not say so.
    """
    root = Path(converter.coursedir.root)
    rule = AssignPenalty(parent=converter).rule()
    return Dates(unit, read_term(root), read_roster(root / "class"), Rule(rule.plugin, rule.by_hand or by_hand_too))


@dataclass(frozen=True)
class Moved:
    """What the files make of one submission.

    Attributes:
        student: who handed it in.
        before: the penalty that the gradebook holds, in points.
        after: the one that it gets.
        late: how late it is by the new dates; None where nobody knows when it was handed in.
        kept: notebooks whose penalty a person has set, and which stays.
    """

    student: str
    before: float
    after: float
    late: dt.timedelta | None
    kept: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return abs(self.before - self.after) > 1e-9


def moved(gradebook: Any, dates: Dates, all_of_them: bool = False) -> list[Moved]:
    """Give the unit and its submissions their dates and penalties, in an open gradebook; nothing is committed.

    Args:
        gradebook: nbgrader's.
        dates: what the files say.
        all_of_them: also penalties that a person has set.

    Raises:
        MissingEntry: the unit was never released.
    """
    assignment = gradebook.find_assignment(dates.unit)
    due, found = dates.due(assignment.duedate), []
    for submission in sorted(assignment.submissions, key=lambda submission: submission.student_id):
        student, before, was_late = submission.student_id, submission.late_submission_penalty or 0.0, late(submission)
        extension = dates.extension(student, submission.extension, due)
        seconds, after, kept = seconds_late(submission.timestamp, due, extension), 0.0, []
        for part in sorted(submission.notebooks, key=lambda part: part.name):
            if not all_of_them and dates.rule.by_a_person(student, part, was_late):
                kept.append(part.name)
            else:
                part.late_submission_penalty = dates.rule.on(student, part, seconds)
            after += part.late_submission_penalty or 0.0
        submission.extension = extension
        known = None if submission.timestamp is None else dt.timedelta(seconds=seconds)
        found.append(Moved(student, before, after, known, tuple(kept)))
    assignment.duedate = due
    return found


def followed(gradebook: Any, dates: Dates) -> list[str]:
    """Have the gradebook follow the files, where a date of theirs is another one now; returns what to say of it."""
    assignment = gradebook.find_assignment(dates.unit)
    due = dates.due(assignment.duedate)
    same = due == assignment.duedate and all(
        (dates.extension(s.student_id, s.extension, due) or None) == (s.extension or None)
        for s in assignment.submissions
    )
    if same:
        return []
    found = moved(gradebook, dates)
    gradebook.db.commit()
    return [f"{one.student}: the penalty is {one.after:g} now, was {one.before:g}." for one in found if one.changed]


def standing(gradebook: Any, dates: Dates, student: str) -> tuple[dt.datetime | None, Mapping[str, float]] | None:
    """When the submission in the gradebook was handed in, and its penalties that a person has set; None for none."""
    try:
        submission = gradebook.find_submission(dates.unit, student)
    except MissingEntry:
        return None
    return submission.timestamp, by_hand(gradebook, dates.rule, dates.unit, student)


def extended(gradebook: Any, dates: Dates, student: str, before: Any) -> Mapping[str, float]:
    """Give a submission its extension; returns the penalties that stay, for it is still the one of `before`."""
    submission = gradebook.find_submission(dates.unit, student)
    submission.extension = dates.extension(student, submission.extension, submission.assignment.duedate)
    gradebook.db.commit()
    return before[1] if before is not None and before[0] == submission.timestamp else {}
