"""The search: change the student's own answer in one place until it is right, or in two.

Source:
    Singh, Gulwani & Solar-Lezama (2013), Automated feedback generation for introductory programming assignments.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograder.checking.diagnosis.edits import ANY_COST, Edit, Kind, applied, edits
from autograder.checking.diagnosis.place.lines import Lines, spans
from autograder.checking.diagnosis.place.rewritten import Rewritten
from autograder.checking.diagnosis.place.trial import Outcome, Trial
from autograder.checking.keys import Place

MOST = 6000  # changes tried at most
WHEREVER = (Kind.INDENTATION, Kind.ORDER, Kind.DEFAULT, Kind.IN_PLACE, Kind.RESULTS)  # may help where no line was run
NEARER = 2  # cheaper is what stands on the line on which the answer stops
STUCK = 1.2  # seconds from one change to the next: a run is stopped before, if it can be
SECOND = 2  # the most that the second of two changes may cost
MOST_STEPS = 30  # first ones of two that are followed


@dataclass(frozen=True)
class Repair:
    """Changes, one or two, with which an answer is right in all respects."""

    edits: tuple[Edit, ...]
    cost: int

    @property
    def lines(self) -> tuple[int, ...]:
        """All lines that they change."""
        return tuple(sorted({line for edit in self.edits for line in edit.lines}))


@dataclass(frozen=True)
class _Step:
    """A change with which an answer is nearer to right: on the case asked first, or in one of its outputs."""

    edit: Edit
    name: str
    cost: int
    whole: bool
    wrong: Place  # where it is wrong still


class Search:
    """Changes of one answer, tried in order for a limited time.

    Attributes:
        tried: how many were.
    """

    def __init__(self, trial: Trial, rewritten: Rewritten) -> None:
        self._trial, self._rewritten = trial, rewritten
        self._steps: list[_Step] = []
        self._left = trial.left()
        self.tried = 0

    def repairs(self) -> list[Repair]:
        """What helps, all equally likely; nothing if nothing does."""
        first = self._trial.telling[0]
        own = self._rewritten.answer()
        now = self._trial.on(own, first)
        if now.whole:
            return []  # not the answer that was judged
        return self._single(own, first, now) or self._double()

    def _single(self, own: Any, first: Place, now: Outcome) -> list[Repair]:
        found: list[Repair] = []
        for cost, name, edit in self._ordered(own, first):
            if self._over() or (found and cost > found[0].cost):
                break
            wrong = self._wrong_with(name, edit, first, now, cost)
            if wrong is None:
                found.append(Repair((edit,), cost))
        return found

    def _double(self) -> list[Repair]:
        """The same once more for what a first change has brought nearer."""
        found: list[Repair] = []
        for step in sorted(self._steps, key=lambda step: (not step.whole, step.cost))[:MOST_STEPS]:
            if self._over() or (found and step.cost >= found[0].cost):
                break
            with applied(step.edit), self._rewritten.kept(step.name):
                found += self._second(step)
        return [repair for repair in found if repair.cost == min(each.cost for each in found)]

    def _second(self, step: _Step) -> Iterator[Repair]:
        own = self._rewritten.answer()
        for cost, name, edit in self._ordered(own, step.wrong, SECOND):
            if self._over():
                return
            if self._wrong_with(name, edit, step.wrong, None, cost) is None:
                yield Repair((step.edit, edit), step.cost + cost)

    def _wrong_with(self, name: str, edit: Edit, first: Place, now: Outcome | None, cost: int) -> Place | None:
        """Where an answer with this edit in it is wrong, the case `first` asked first; None if it is right."""
        answer = self._changed(name, edit)
        if answer is None:
            return first
        outcome = self._trial.on(answer, first)
        wrong = self._trial.wrong_case(answer) if outcome.whole else first
        if now is not None and wrong is not None and (outcome.whole or outcome.right > now.right):
            self._steps.append(_Step(edit, name, cost, outcome.whole, wrong))
        return wrong

    def _over(self) -> bool:
        """Whether the time is over. A run that could not be ended in time ends it too: the next one may be worse."""
        before, self._left = self._left, self._trial.left()
        return self.tried >= MOST or self._left <= 0 or before - self._left > STUCK

    def _changed(self, name: str, edit: Edit) -> Any:
        """The answer with the edit in it; None where Python refuses that."""
        self.tried += 1
        try:
            with applied(edit):
                return self._rewritten.answer(name)
        except Exception:  # whatever a class body or a default does when it is run
            return None

    def _ordered(self, own: Any, place: Place, most: int = ANY_COST) -> list[tuple[int, str, Edit]]:
        """Changes of an answer that cost no more and can matter on a case, the likeliest first."""
        lines = self._trial.follow(own, place)
        if lines is None:
            return []
        found = [each for name in self._rewritten.definitions for each in self._of(name, lines, most)]
        return sorted(found, key=lambda each: each[0])

    def _of(self, name: str, lines: Lines, most: int) -> Iterator[tuple[int, str, Edit]]:
        definition = self._rewritten.definitions[name]
        around = spans(definition)
        for edit in edits(definition, most):
            there = {n for line in edit.lines for n in around.get(line, (line,))}
            if edit.kind in WHEREVER or lines.run & there:
                yield edit.cost - (NEARER if lines.crashed in there else 0), name, edit
