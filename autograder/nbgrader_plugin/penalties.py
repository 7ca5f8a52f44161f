"""What lateness costs, as nbgrader's gradebook holds it: the rule, and what a person has decided beside it.

The rule takes a share of the points that the judge gave. What a person gave (points in place of the judge's, for a
written answer, extra credit) carries no penalty, unless term.toml says `by_hand = true`.
A penalty that the rule cannot have given, for the dates that the gradebook holds, was set by a person: it stays.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties, latesubmissions

from autograder.lessons.dates import read_term

RESOURCE = "gradschool_penalties"  # the resource of nbconvert's that holds penalties that stay, by notebook
NEAR = 0.006  # penalties are rounded to two places


class LatePenalty(LateSubmissionPlugin):  # type: ignore[misc]
    """nbgrader's late plugin by the rule of term.toml; where it has none, as nbgrader's own is configured."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Points to take from `score`; None for nothing."""
        rule = read_term(_root(self)).penalty
        if rule is None:
            own: float | None = super().late_submission_penalty(student_id, score, total_seconds_late)
            return own
        return round(score * rule.share(total_seconds_late), 2) or None


def _root(thing: Any) -> Path:
    """The course's folder, from what a plugin of nbgrader's belongs to."""
    while not hasattr(thing, "coursedir"):
        thing = thing.parent
    return Path(thing.coursedir.root)


@dataclass(frozen=True)
class Rule:
    """A late plugin, whichever is configured, and what it is asked of.

    Attributes:
        plugin: nbgrader's.
        by_hand: whether it is asked of points that a person gave, too.
    """

    plugin: Any
    by_hand: bool = False

    def penalty(self, student: str, score: float, seconds: float) -> float | None:
        """Points to take; None for nothing."""
        if seconds <= 0:
            return None
        points: float | None = self.plugin.late_submission_penalty(student, score, seconds)
        return points

    def on(self, student: str, notebook: Any, seconds: float) -> float | None:
        """The penalty of a notebook in the gradebook, never more than its points."""
        points = self.penalty(student, _judged(notebook) if not self.by_hand else notebook.score, seconds)
        return None if points is None else min(max(points, 0.0), notebook.score)

    def by_a_person(self, student: str, notebook: Any, seconds: float) -> bool:
        """Whether the penalty that the gradebook holds cannot have come from the rule.

        The rule may have been asked before a person changed points: what it would have given for any of these is its.
        """
        stored = notebook.late_submission_penalty
        if stored is None:
            return False
        every = sum(grade.auto_score or 0.0 for grade in notebook.grades)
        bounds = [self.penalty(student, s, seconds) or 0.0 for s in (_judged(notebook), every, notebook.score)]
        return not min(*bounds, notebook.score) - NEAR <= stored <= max(bounds) + NEAR


def _judged(notebook: Any) -> float:
    """The points of the judge's that no person has replaced."""
    return float(sum(grade.auto_score or 0.0 for grade in notebook.grades if grade.manual_score is None))


def seconds_late(stamp: datetime | None, due: datetime | None, extension: timedelta | None) -> float:
    """How late it came; 0 where one of the two is not known. nbgrader's own fails at an extension of no date."""
    if stamp is None or due is None:
        return 0.0
    return max(0.0, (stamp - due - (extension or timedelta())).total_seconds())


def late(submission: Any) -> float:
    """How late a submission in the gradebook is, by the gradebook's own dates."""
    return seconds_late(submission.timestamp, submission.assignment.duedate, submission.extension)


def by_hand(gradebook: Any, rule: Rule, unit: str, student: str) -> dict[str, float]:
    """The penalties of a submission that a person has set, by notebook."""
    try:
        submission = gradebook.find_submission(unit, student)
    except MissingEntry:
        return {}
    seconds = late(submission)
    return {
        part.name: part.late_submission_penalty
        for part in submission.notebooks
        if rule.by_a_person(student, part, seconds)
    }


class AssignPenalty(AssignLatePenalties):  # type: ignore[misc]
    """nbgrader's step that asks the late plugin: of the judge's points, and never where a person has decided."""

    def rule(self) -> Rule:
        """The rule that this course has."""
        self.init_plugin()
        penalty = read_term(_root(self)).penalty
        return Rule(self.plugin_inst, bool(penalty and penalty.by_hand))

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        told, rule = resources["nbgrader"], self.rule()
        kept: dict[str, float] = resources.get(RESOURCE, {})
        with latesubmissions.Gradebook(told["db_url"]) as gradebook:
            notebook = gradebook.find_submission_notebook(told["notebook"], told["assignment"], told["student"])
            gradebook.db.flush()
            gradebook.db.expire(notebook)  # its score is what the database adds up
            if notebook.name in kept:
                notebook.late_submission_penalty = kept[notebook.name]
            else:
                points = rule.on(told["student"], notebook, late(notebook.assignment))
                notebook.late_submission_penalty = points
                if points:
                    self.log.warning("%s: late, which costs %s of %s", told["student"], points, notebook.score)
            gradebook.db.commit()
        return nb, resources
