"""Name the mistake: which known wrong answer gives what this answer gives, or what kind of error it looks like.

A misconception explains an output if it gives there, on every case, what the student's answer gives, and somewhere
that is not what the reference gives. Where both stop there is nothing to compare, and nothing agrees. A mistake is
named when misconceptions explain what is wrong; what none explains is left to `patterns`. What is wrong beside the main
outputs (a gradient, a flag) names nothing while something of these is unexplained.
"""

from enum import Enum, auto
from functools import lru_cache

import numpy as np

from autograder.checking.collect import places, step_by_step
from autograder.checking.evidence import Evidence
from autograder.checking.expectation import EPSILON, STRAY, Expectation, Expected, expect
from autograder.checking.judge import KINDS, mismatch, out_of_place
from autograder.checking.keys import Key, Place
from autograder.checking.patterns import pattern
from autograder.checking.references import substitutes
from autograder.checking.verdict import Diagnosis, Mismatch, State, Verdict
from autograder.checking.world import Aspect
from autograder.spec import Exercise, Misconception
from autograder.spec.comparison import Mutual, close
from autograder.spec.outputs import Kind, Output

MOST = 3  # more mistakes than this at once help nobody


class Form(Enum):
    """What may be wrong beside the outputs."""

    INPUTS = auto()  # it leaves what it was handed otherwise
    EXTRA = auto()  # there is more than there should be, or in another container


Wrong = set[Output | Form]


def diagnose(exercise: Exercise, evidence: Evidence, verdict: Verdict, seed: int) -> list[Diagnosis]:
    """The mistakes of an answer that failed, the likeliest first."""
    if verdict.passed or verdict.state is not State.CHECKED:
        return []
    expectation = expect(exercise, seed)
    right = {key: _right(evidence, expected) for key, expected in expectation.expected.items()}
    failed = _wrong(right, evidence, expectation)
    main = {output for output in failed if isinstance(output, Output) and _main(output, expectation)}
    explained: Wrong = set()
    found: list[tuple[Misconception, Wrong]] = []
    for misconception, reach in _explanations(exercise, evidence, right, failed, seed):
        if reach - explained:
            found.append((misconception, reach))
            explained |= reach
    unexplained = main - explained
    named = [_diagnosis(known) for known, reach in found if reach & main or not unexplained]
    general = [] if failed <= explained else general_diagnoses(expectation, verdict, explained)
    return (named + general)[:MOST]


def _main(output: Output, expectation: Expectation) -> bool:
    """Whether this is what the task is about: a value, and no mere yes or no beside one."""
    if output.kind is not Kind.VALUE:
        return False
    arrays = [e.array for key, e in expectation.expected.items() if key.output == output]
    flags = all(array.dtype.kind == "b" and array.size == 1 for array in arrays)
    return not flags or len(expectation.headings) == 1


def _diagnosis(known: Misconception) -> Diagnosis:
    return Diagnosis(known.title, known.hints, known.name, known.mistake)


def general_diagnoses(expectation: Expectation, verdict: Verdict, explained: Wrong) -> list[Diagnosis]:
    """What the errors look like where no misconception explains them: one sentence for each output."""
    found: dict[str, Diagnosis] = {}
    mismatches = [m for row in verdict.rows for m in row.mismatches]
    by_output: dict[Output, list[Mismatch]] = {}
    for each in mismatches:
        output = each.key.output
        if output not in explained and each.got is not None and output.kind is not Kind.COUNT:
            by_output.setdefault(output, []).append(each)
    if any(output.kind is not Kind.GRADIENT for output in by_output) or explained:
        # wrong values have wrong gradients
        by_output = {o: m for o, m in by_output.items() if o.kind is not Kind.GRADIENT}
    if any(m.key.output.step == 1 for m in mismatches):  # what is wrong later may come of that
        by_output = {o: m for o, m in by_output.items() if o.step <= 1}
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
    if left_otherwise(evidence, expectation):
        wrong.add(Form.INPUTS)
    if out_of_place(evidence, expectation):
        wrong.add(Form.EXTRA)
    return wrong


def left_otherwise(evidence: Evidence, expectation: Expectation) -> dict[Place, set[tuple[int, Aspect]]]:
    """What each run left otherwise than it may."""
    found = {
        place: {(change.argument, change.aspect) for change in changes} - expectation.allowed
        for place, changes in evidence.notes.changed.items()
    }
    return {place: changes for place, changes in found.items() if changes}


def _explanations(
    exercise: Exercise, evidence: Evidence, right: dict[Key, bool], failed: Wrong, seed: int
) -> list[tuple[Misconception, Wrong]]:
    """Misconceptions with the outputs that they explain, those that explain most, and nothing else, first."""
    found = []
    for mistake in known_mistakes(exercise, seed):
        reach = mistake.explains(evidence, right, failed)
        if reach:
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
        alike, telling = set(failed), set[Output | Form]()
        ours = left_otherwise(evidence, self._expectation)
        for place in self._places:
            self._see(place)
            for expected in self._expected[place]:
                output = expected.key.output
                agrees = self._agrees(evidence, right[expected.key], expected)
                if agrees is False:
                    alike.discard(output)
                elif agrees and not right[expected.key]:
                    telling.add(output)
            if not alike:
                return set()
        if ours != left_otherwise(self._theirs, self._expectation):
            alike.discard(Form.INPUTS)
        if _extra(evidence, self._expectation) != _extra(self._theirs, self._expectation):
            alike.discard(Form.EXTRA)
        return alike & (telling | set(Form))

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

    def _agrees(self, evidence: Evidence, right: bool, expected: Expected) -> bool | None:
        """Whether both give the same; None where both have stopped, which tells nothing."""
        if right and self._right[expected.key]:
            return True  # both within bounds, say: how far apart does not matter
        key = expected.key
        a, b = evidence.arrays.get(key), self._theirs.arrays.get(key)
        if a is None and b is None:
            both = _stopped(evidence, key) and _stopped(self._theirs, key)
            return None if both else _same_kind(evidence, self._theirs, key)
        if a is None or b is None:
            return False
        if a.shape != b.shape or (a.ndim and KINDS.get(a.dtype.kind) != KINDS.get(b.dtype.kind)):
            return False
        return a.dtype.kind in KINDS and not _apart(a, b, expected)


def _stopped(evidence: Evidence, key: Key) -> bool:
    """Whether the run that this array would be of ended before its end."""
    notes = evidence.notes
    return key.place in notes.problems or (key.is_gradient and key.place in notes.gradient_problems)


def _same_kind(evidence: Evidence, theirs: Evidence, key: Key) -> bool:
    """Whether two runs that came to their end lack an array in the same way: no gradient, a list for a tensor."""
    stopped = _stopped(evidence, key) or _stopped(theirs, key)
    return not stopped and evidence.notes.types.get(key) == theirs.notes.types.get(key)


def _extra(evidence: Evidence, expectation: Expectation) -> set[Key]:
    return {mismatch.key for mismatch in out_of_place(evidence, expectation)}


def _right(evidence: Evidence, expected: Expected) -> bool:
    return mismatch(evidence, expected) is None


def _apart(a: np.ndarray, b: np.ndarray, expected: Expected) -> bool:
    with np.errstate(all="ignore"):
        size = float(np.max(np.abs(b.astype(np.float64)), where=np.isfinite(b), initial=0.0))
    if isinstance(expected.compare, Mutual):
        return bool(np.any(expected.compare(b, a, 0.0)))
    rounding = STRAY * size * EPSILON[expected.key.dtype]
    return bool(np.any(close(b, a, max(expected.tolerance(a.dtype == np.float32), rounding))))
