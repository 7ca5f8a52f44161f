"""Name the mistake: which known wrong answer gives what this answer gives, or what kind of error it looks like.

A misconception explains an output if, on every case, it gives there what the student's answer gives, and that is
not what the reference gives. A mistake is named when misconceptions explain what is wrong; what none explains is
left to `patterns`.
"""

from enum import Enum, auto
from functools import lru_cache

import numpy as np

from autograder.checking.collect import places, step_by_step
from autograder.checking.evidence import Evidence
from autograder.checking.expectation import EPSILON, STRAY, Expectation, Expected, expect
from autograder.checking.judge import tolerance
from autograder.checking.keys import Key, Place
from autograder.checking.patterns import pattern
from autograder.checking.references import substitutes
from autograder.checking.verdict import Diagnosis, Mismatch, State, Verdict
from autograder.spec import Exercise, Misconception
from autograder.spec.comparison import Mutual, close
from autograder.spec.outputs import Kind, Output

MOST = 3  # more mistakes than this at once help nobody


class Form(Enum):
    """What may be wrong beside the outputs."""

    INPUTS = auto()  # it writes into its inputs
    TYPES = auto()  # a result is of another type


Wrong = set[Output | Form]


def diagnose(exercise: Exercise, evidence: Evidence, verdict: Verdict, seed: int) -> list[Diagnosis]:
    """The mistakes of an answer that failed, the likeliest first."""
    if verdict.passed or verdict.state not in (State.CHECKED, State.TIMEOUT):
        return []
    expectation = expect(exercise, seed)
    right = {key: _right(evidence, expected) for key, expected in expectation.expected.items()}
    failed = _wrong(right, evidence, expectation)
    explained: Wrong = set()
    named: list[Diagnosis] = []
    for misconception, reach in _explanations(exercise, evidence, right, failed, seed):
        if reach - explained:
            named.append(_diagnosis(misconception))
            explained |= reach
    general = [] if failed <= explained else general_diagnoses(expectation, verdict, explained)
    return (named + general)[:MOST]


def _diagnosis(known: Misconception) -> Diagnosis:
    return Diagnosis(known.title, known.hints, known.name, known.mistake)


def general_diagnoses(expectation: Expectation, verdict: Verdict, explained: Wrong) -> list[Diagnosis]:
    """What the errors look like where no misconception explains them: one sentence for each output."""
    found: dict[str, Diagnosis] = {}
    mismatches = [m for row in verdict.rows for m in row.mismatches]
    by_output: dict[Output, list[Mismatch]] = {}
    for mismatch in mismatches:
        output = mismatch.key.output
        if output not in explained and mismatch.got is not None and output.kind is not Kind.COUNT:
            by_output.setdefault(output, []).append(mismatch)
    if any(output.kind is not Kind.GRADIENT for output in by_output) or explained:
        # wrong values have wrong gradients
        by_output = {o: m for o, m in by_output.items() if o.kind is not Kind.GRADIENT}
    wrong_at_once = {m.key.output.name for m in mismatches if m.key.output.step == 1}
    by_output = {o: m for o, m in by_output.items() if o.step == 1 or o.name not in wrong_at_once}
    headings = expectation.headings
    for output, group in by_output.items():
        title, hint = pattern(group, expectation)
        if title:
            where = f"`{output}`: " if len(headings) > 1 and not output.step and output.heading in headings else ""
            found.setdefault(title, Diagnosis(where + title, (hint,) if hint else ()))
    return list(found.values())


def _wrong(right: dict[Key, bool], evidence: Evidence, expectation: Expectation) -> Wrong:
    """What is wrong on some case."""
    wrong: Wrong = {key.output for key, fine in right.items() if not fine}
    if evidence.notes.changed:
        wrong.add(Form.INPUTS)
    types = evidence.notes.types
    if any(key in evidence.arrays and types.get(key) != e.type for key, e in expectation.expected.items()):
        wrong.add(Form.TYPES)
    return wrong


def _explanations(
    exercise: Exercise, evidence: Evidence, right: dict[Key, bool], failed: Wrong, seed: int
) -> list[tuple[Misconception, Wrong]]:
    """Misconceptions with the outputs that they explain, those that explain most, and nothing else, first."""
    found = []
    for mistake in known_mistakes(exercise, seed):
        reach = mistake.explains(evidence, right, failed)
        if reach and not reach <= {Form.TYPES}:
            found.append((mistake.misconception, reach, len(mistake.wrong() - reach)))
    found.sort(key=lambda item: (-len(item[1]), item[2]))
    return [(misconception, reach) for misconception, reach, _ in found]


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

    def explains(self, evidence: Evidence, right: dict[Key, bool], failed: Wrong) -> Wrong:
        """Which of the `failed` outputs it has wrong, on every case in just the way of this evidence.

        Values, NaN, and where there is nothing; `right` says which arrays of the evidence are right.
        """
        alike = set(failed)
        theirs, ours = self._theirs, evidence.notes
        for place in self._places:
            self._see(place)
            theirs = self._theirs
            alike -= {e.key.output for e in self._expected[place] if not self._agrees(evidence, right[e.key], e)}
            if Form.INPUTS in alike and ours.changed.get(place) != theirs.notes.changed.get(place):
                alike.discard(Form.INPUTS)
            if not alike - {Form.TYPES}:
                return set()
        if ours.changed != theirs.notes.changed:
            alike.discard(Form.INPUTS)
        if ours.types != theirs.notes.types:
            alike.discard(Form.TYPES)
        return alike & self.wrong()

    def whole(self) -> Evidence:
        """What it gives on all cases."""
        for place in self._places:
            self._see(place)
        return self._theirs

    def wrong(self) -> Wrong:
        """What is wrong with it on some case."""
        theirs = self.whole()
        return _wrong(self._right, theirs, self._expectation)

    def _see(self, place: Place) -> None:
        """Run it up to this case, unless it has been."""
        expected = self._expected[place]
        if not expected or expected[0].key in self._right:
            return
        self._theirs = next(self._steps, self._theirs)
        for each in expected:
            self._right[each.key] = _right(self._theirs, each)

    def _agrees(self, evidence: Evidence, right: bool, expected: Expected) -> bool:
        key = expected.key
        if right and self._right[key]:
            return True  # both within bounds, say: how far apart does not matter
        a, b = evidence.arrays.get(key), self._theirs.arrays.get(key)
        if a is None or b is None:
            return a is b
        return a.shape == b.shape and a.dtype.kind in "fiub" and not _apart(a, b, expected)


def _right(evidence: Evidence, expected: Expected) -> bool:
    got = evidence.arrays.get(expected.key)
    if got is None or got.shape != expected.array.shape:
        return False
    return not np.any(expected.compare(expected.array, got, tolerance(evidence, expected)))


def _apart(a: np.ndarray, b: np.ndarray, expected: Expected) -> bool:
    with np.errstate(all="ignore"):
        size = float(np.max(np.abs(b.astype(np.float64)), where=np.isfinite(b), initial=0.0))
    if isinstance(expected.compare, Mutual):
        return bool(np.any(expected.compare(b, a, 0.0)))
    rounding = STRAY * size * EPSILON[expected.key.dtype]
    return bool(np.any(close(b, a, max(expected.tolerance(a.dtype == np.float32), rounding))))
