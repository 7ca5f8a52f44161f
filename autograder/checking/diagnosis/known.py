"""What a known wrong answer gives on a seed, and how far a student's answer gives the same."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.checking.collect import places, step_by_step
from autograder.checking.diagnosis.wrong import Form, Wrong, extra, left_otherwise, main_outputs, right, wrong
from autograder.checking.evidence import Evidence
from autograder.checking.expectation import EPSILON, STRAY, Expected, expect
from autograder.checking.judge import KINDS
from autograder.checking.keys import Key, Place
from autograder.checking.references import substitutes
from autograder.spec import Exercise, Misconception
from autograder.spec.comparison import Mutual, Within, close
from autograder.spec.mistakes.common import WRITES_INTO
from autograder.spec.outputs import Output


class Relation(Enum):
    """How two answers compare in one array."""

    SAME = auto()
    SAME_WHERE_BOTH_LIVE = auto()  # where both give finite numbers, which is not everywhere
    SILENT = auto()  # nothing to compare: one of them stopped, or gives no finite number
    BOTH_STOP = auto()  # nothing to compare, of either
    APART = auto()


LIVE = (Relation.SAME, Relation.SAME_WHERE_BOTH_LIVE)


@dataclass
class Explanation:
    """What a known answer explains of another one.

    Attributes:
        misconception: the known answer.
        reach: outputs that it gives in just the way of the other answer, on every case.
        partly: outputs that it gives in that way wherever both live, and where that tells: the number of cases.
        unsaid: of these, the arrays that are wrong where they cannot be compared.
        known: what it gives itself.
    """

    misconception: Misconception
    reach: Wrong
    partly: dict[Output, int]
    unsaid: set[Key]
    known: "Known"

    @property
    def blamed(self) -> int:
        """How many things are wrong with it that are not wrong here: fewer make it the likelier."""
        return len(self.known.wrong() - self.reach - set(self.partly))


@dataclass
class Answer:
    """A student's answer, as far as a diagnosis asks: its evidence, and what is wrong."""

    evidence: Evidence
    right: dict[Key, bool]
    failed: Wrong

    @property
    def single(self) -> bool:
        """Whether it computes in float32 by itself."""
        return self.evidence.notes.single


@lru_cache(maxsize=128)
def known_mistakes(exercise: Exercise, seed: int) -> list["Known"]:
    """Every misconception, to be run on this seed."""
    return [Known(exercise, misconception, seed) for misconception in exercise.misconceptions]


class Known:
    """A misconception and what it gives on a seed, found out case by case and only as far as it is asked.

    Most of them differ from a given answer on the first case already: whole runs of all are what a diagnosis costs.
    """

    def __init__(self, exercise: Exercise, misconception: Misconception, seed: int) -> None:
        self.misconception, self._expectation = misconception, expect(exercise, seed)
        self._theirs, self._right = Evidence(), dict[Key, bool]()
        self._steps = step_by_step(exercise, misconception.answer, seed, substitutes(exercise))
        self._places = places(exercise, len(self._expectation.cases.all))
        self._expected: dict[Place, list[Expected]] = {place: [] for place in self._places}
        for key, expected in self._expectation.expected.items():
            self._expected[key.place].append(expected)

    def explains(self, answer: Answer) -> Explanation | None:
        """What of the answer's failed outputs it has wrong in the same way; None if nothing."""
        whole, partly = set(answer.failed), set(answer.failed)
        telling: dict[Output, set[int]] = {}
        unsaid: set[Key] = set()
        for place in self._places:
            self._see(place)
            for expected in self._expected[place]:
                output = expected.key.output
                if output not in partly:
                    continue
                fine = answer.right[expected.key]
                found = relation(answer, self._theirs, self._right[expected.key], expected)
                if found is Relation.APART:
                    whole.discard(output)
                    partly.discard(output)
                elif found in (Relation.SILENT, Relation.SAME_WHERE_BOTH_LIVE):
                    whole.discard(output)
                if found in LIVE and not fine:
                    telling.setdefault(output, set()).add(place.case)
                if found is not Relation.SAME and not fine:
                    unsaid.add(expected.key)
            if not partly:
                return None
        self._compare_form(answer, whole)
        reach = whole & (set(telling) | set(Form))
        if self._contradicted(answer, reach | (partly & set(telling))):
            return None
        return self._explanation(reach, {o: len(telling[o]) for o in telling if o in partly - reach}, unsaid)

    def _contradicted(self, answer: Answer, explained: Wrong) -> bool:
        """Whether it has as much wrong that the answer has right as it explains, so that it is another mistake."""
        if self.misconception.mistake == WRITES_INTO.id and Form.INPUTS not in answer.failed:
            return True
        against = main_outputs(self.wrong(), self._expectation) - answer.failed
        return bool(against) and len(against) >= len(main_outputs(explained, self._expectation))

    def _explanation(self, reach: Wrong, partly: dict[Output, int], unsaid: set[Key]) -> Explanation | None:
        unsaid = {key for key in unsaid if key.output in partly}
        found = Explanation(self.misconception, reach, partly, unsaid, self)
        return found if reach or partly else None

    def _compare_form(self, answer: Answer, alike: Wrong) -> None:
        expectation = self._expectation
        if left_otherwise(answer.evidence, expectation) != left_otherwise(self._theirs, expectation):
            alike.discard(Form.INPUTS)
        if extra(answer.evidence, expectation) != extra(self._theirs, expectation):
            alike.discard(Form.EXTRA)

    def whole(self) -> Evidence:
        """What it gives on all cases."""
        for place in self._places:
            self._see(place)
        return self._theirs

    def wrong(self) -> Wrong:
        """What is wrong with it on some case."""
        theirs = self.whole()
        return wrong(self._right, theirs, self._expectation)

    def _see(self, place: Place) -> None:
        """Run it up to this case, unless it has been."""
        expected = self._expected[place]
        if not expected or expected[0].key in self._right:
            return
        self._theirs = next(self._steps, self._theirs)
        for each in expected:
            self._right[each.key] = right(self._theirs, each)


def relation(answer: Answer, theirs: Evidence, theirs_right: bool, expected: Expected) -> Relation:
    """How what the answer gives there compares with what a known one gives."""
    fine = answer.right[expected.key]
    if fine and theirs_right:
        return Relation.SAME  # both within bounds, say: how far apart does not matter
    if theirs_right and not fine and expected.key in answer.evidence.arrays and expected.key in theirs.arrays:
        return Relation.APART  # equal numbers may be wrong for what holds them, which the other one's is not
    key, evidence = expected.key, answer.evidence
    a, b = evidence.arrays.get(key), theirs.arrays.get(key)
    if a is None or b is None:
        return _without(evidence, theirs, key)
    if a.shape != b.shape or (a.ndim and KINDS.get(a.dtype.kind) != KINDS.get(b.dtype.kind)):
        return Relation.APART
    if a.dtype.kind not in KINDS or b.dtype.kind not in KINDS:
        return Relation.APART
    apart = _apart(expected, answer.single)
    if not apart(a, b).any():
        return Relation.SAME
    return _where_both_live(a, b, expected.array, fine, apart)


def _without(evidence: Evidence, theirs: Evidence, key: Key) -> Relation:
    """Where one of two answers has no array, or neither."""
    stopped = _stopped(evidence, key), _stopped(theirs, key)
    if all(stopped):
        return Relation.BOTH_STOP
    if any(stopped):
        return Relation.SILENT
    same = evidence.notes.types.get(key) == theirs.notes.types.get(key)
    lacking = key not in evidence.arrays and key not in theirs.arrays
    return Relation.SAME if same and lacking else Relation.APART


def _stopped(evidence: Evidence, key: Key) -> bool:
    """Whether the run that this array would be of ended before its end."""
    notes = evidence.notes
    ended = key.place in notes.problems or key.place in notes.slow
    return ended or (key.is_gradient and key.place in notes.gradient_problems)


def _where_both_live(
    a: NDArray[Any], b: NDArray[Any], truth: NDArray[Any], fine: bool, apart: Callable[..., NDArray[np.bool_]]
) -> Relation:
    """The relation of two arrays that differ, of their finite numbers alone."""
    if a.dtype.kind != "f" or b.dtype.kind != "f":
        return Relation.APART
    live = np.isfinite(a) & np.isfinite(b)
    if live.all():
        return Relation.APART
    if not live.any():
        return Relation.SILENT
    if apart(np.where(live, a, 0), np.where(live, b, 0)).any():
        return Relation.APART
    told = truth.shape == a.shape and bool((apart(np.where(live, a, 0), np.where(live, truth, 0))).any())
    return Relation.SAME_WHERE_BOTH_LIVE if told and not fine else Relation.SILENT


def _sides(array: NDArray[Any], bounds: Within) -> NDArray[np.int_]:
    """Below the bounds, within them, above them, or no number: how far does not matter."""
    with np.errstate(all="ignore"):
        sides = np.where(array < bounds.low, -1, np.where(array > bounds.high, 1, 0))
    return np.where(np.isfinite(array), sides, 2)


def _apart(expected: Expected, single: bool) -> Callable[[NDArray[Any], NDArray[Any]], NDArray[np.bool_]]:
    """Where two arrays differ by more than rounding, at the precision in which the answer computes."""

    def apart(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.bool_]:
        with np.errstate(all="ignore"):
            size = float(np.max(np.abs(b.astype(np.float64)), where=np.isfinite(b), initial=0.0))
        if isinstance(expected.compare, Mutual):
            return np.asarray(expected.compare(b, a, 0.0))
        if isinstance(expected.compare, Within):
            return np.not_equal(_sides(a, expected.compare), _sides(b, expected.compare))
        short = single or a.dtype == np.float32
        epsilon = EPSILON["float32"] if short else EPSILON[expected.key.dtype]
        return np.asarray(close(b, a, max(expected.tolerance(short), STRAY * size * epsilon)))

    return apart
