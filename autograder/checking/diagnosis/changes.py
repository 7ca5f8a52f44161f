"""Right answers changed by machine: a mistake that nobody wrote down may give what one of them gives.

Each is tried on a few cases on which the answer is wrong, and only one that gives there what the answer gives is run
on all. What is told is a fact on these cases: "gives what would be right if `eps` were 0".
"""

import time
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain

import torch

from autograder.checking.collect import DTYPES, write
from autograder.checking.context import time_limit
from autograder.checking.diagnosis.altered import Change, altered
from autograder.checking.diagnosis.followed import exchanged, followed
from autograder.checking.diagnosis.known import LIVE, Answer, Explanation, Known, Relation, relation
from autograder.checking.diagnosis.slips import slips
from autograder.checking.diagnosis.source import Definition
from autograder.checking.diagnosis.wrong import right
from autograder.checking.evidence import Evidence
from autograder.checking.expectation import Expectation, Expected, expect
from autograder.checking.keys import Key, Place
from autograder.checking.tensors import cast
from autograder.spec import Exercise, Misconception
from autograder.spec.errors import TimeLimit
from autograder.spec.outputs import Output

LONGEST = 4.0  # seconds of computing, against the rarest: the number of changes is the bound, the same on every machine
MOST_WHOLE = 3  # of those that give the same on the first cases, so many are run on all
SECONDS = 0.5  # for one change on one case: one that takes longer is no slip in a formula
FILTERS = 2  # cases on which a change is tried before it is run on all


def explained_by_changes(
    exercise: Exercise, answer: Answer, open_outputs: set[Output], seed: int, source: Definition | None
) -> Iterator[Explanation]:
    """What a change to a right answer explains of the open outputs, the plainest change first.

    Args:
        exercise: what was asked.
        answer: the student's.
        open_outputs: what nothing explains so far.
        seed: of the cases.
        source: of the answer; a change that it cannot have is not tried.
    """
    expectation = expect(exercise, seed)
    places = _telling(answer, open_outputs, expectation)
    if not places:
        return
    began, survivors = time.thread_time(), 0
    for tried in _changes(exercise, seed):
        if time.thread_time() - began > LONGEST or survivors == MOST_WHOLE:
            return
        if tried.fits(source) and tried.gives(answer, open_outputs, places):
            survivors += 1
            found = tried.known().explains(answer)
            if found is not None:
                yield found


def _telling(answer: Answer, outputs: set[Output], expectation: Expectation) -> list[Place]:
    """The first places where the answer gives something, and that is wrong; small ones first."""
    sizes: dict[Place, int] = {}
    for key, expected in expectation.expected.items():
        if key.output in outputs and not answer.right[key] and key in answer.evidence.arrays:
            sizes[key.place] = max(sizes.get(key.place, 0), expected.array.size)
    cases: dict[int, Place] = {}
    for place in sizes:
        cases.setdefault(place.case, place)
    ordinary = [p for p in cases.values() if not expectation.cases.extreme(p.case)] or list(cases.values())
    return sorted(ordinary, key=lambda p: (sizes[p] < 2, sizes[p]))[:FILTERS]


class _Changes:
    """All changes that an exercise's right answers allow, made as they are asked for, and kept."""

    def __init__(self, exercise: Exercise, seed: int) -> None:
        self._made: list[_Tried] = []
        changes = chain(exchanged(exercise), altered(exercise, seed), followed(exercise), slips(exercise))
        self._more = (_Tried(exercise, change, seed) for change in changes)

    def __iter__(self) -> Iterator["_Tried"]:
        yield from self._made
        for tried in self._more:
            self._made.append(tried)
            yield tried


@lru_cache(maxsize=16)
def _changes(exercise: Exercise, seed: int) -> _Changes:
    return _Changes(exercise, seed)


class _Tried:
    """A changed answer and what it gives on the cases on which it was asked."""

    def __init__(self, exercise: Exercise, change: Change, seed: int) -> None:
        self._exercise, self._change, self._seed = exercise, change, seed
        self._seen: dict[Place, Evidence] = {}
        self._known: Known | None = None
        self._expectation = expect(exercise, seed)

    def fits(self, source: Definition | None) -> bool:
        """Whether the answer's source can have this change."""
        return self._change.fits is None or source is None or self._change.fits(source)

    def gives(self, answer: Answer, outputs: Iterable[Output], places: Iterable[Place]) -> bool:
        """Whether it gives what the answer gives of some wrong outputs, on all of these cases that can tell."""
        found = []
        for place in places:
            theirs = self._at(place)
            asked = [e for e in self._of(place) if e.key.output in outputs and not answer.right[e.key]]
            relations = [relation(answer, theirs, right(theirs, e), e) for e in asked]
            if relations and all(each is Relation.APART for each in relations):
                return False
            found += relations
        return any(each in LIVE for each in found)

    def _of(self, place: Place) -> list[Expected]:
        return [e for key, e in self._expectation.expected.items() if key.place == place]

    def _at(self, place: Place) -> Evidence:
        """What it gives on one case; what it leaves behind is looked at later, and seldom."""
        if place not in self._seen:
            evidence, case = Evidence(), self._expectation.cases.all[place.case]
            torch.default_generator.manual_seed(0)  # as `observe` does
            args = cast(case.args, DTYPES[place.dtype])
            try:
                with time_limit(SECONDS):
                    given = self._exercise.probe(self._change.answer, args, self._exercise.returns, False)
                    for output, value in given.items():
                        write(evidence, Key(place, output), value)
            except (Exception, TimeLimit) as error:  # a changed answer may do anything
                evidence.notes.problems[place] = type(error).__name__
            self._seen[place] = evidence
        return self._seen[place]

    def known(self) -> Known:
        """The whole of it, as if somebody had written it down."""
        if self._known is None:
            title, hints = self._change.title, self._change.hints
            misconception = Misconception("", title, hints, self._change.answer)
            self._known = Known(self._exercise, misconception, self._seed)
        return self._known
