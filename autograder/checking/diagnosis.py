"""Name the mistake: which known wrong answer gives what this answer gives, or what kind of error it looks like.

A misconception explains an output if, on every case, it gives there what the student's answer gives, and that is
not what the reference gives. A mistake is named when misconceptions explain what is wrong; what none explains is
left to `patterns`.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from autograder.checking.comparison import Mutual, close
from autograder.checking.evidence import Evidence, places, step_by_step
from autograder.checking.expectation import EPSILON, STRAY, Expectation, base, expect, is_count, is_gradient
from autograder.checking.judge import Mismatch, Verdict, tolerance
from autograder.checking.patterns import pattern
from autograder.exercise import Exercise, Misconception

MOST = 3  # more mistakes than this at once help nobody
FIRST_STEP = " after step 1"


@dataclass(frozen=True)
class Diagnosis:
    """What the mistake is, in words for the student, and questions that lead away from it.

    `misconception` is the name in the spec when the mistake is a known one: the instructor's row.
    """

    title: str
    hints: tuple[str, ...] = ()
    misconception: str = ""


def diagnose(exercise: Exercise, evidence: Evidence, verdict: Verdict, seed: int) -> list[Diagnosis]:
    """The mistakes of an answer that failed, the likeliest first."""
    if verdict.passed or verdict.state not in ("checked", "timeout"):
        return []
    expectation = expect(exercise, seed)
    failed = signature(evidence, expectation).wrong
    explained: set[str] = set()
    named: list[Diagnosis] = []
    for misconception, reach in _explanations(exercise, evidence, expectation, failed, seed):
        if reach - explained:
            named.append(Diagnosis(misconception.title, misconception.hints, misconception.name))
            explained |= reach
    general = [] if failed <= explained else general_diagnoses(expectation, verdict, explained)
    return (named + general)[:MOST]


def general_diagnoses(expectation: Expectation, verdict: Verdict, explained: set[str]) -> list[Diagnosis]:
    """What the errors look like where no misconception explains them: one sentence for each output."""
    found: dict[str, Diagnosis] = {}
    by_output: dict[str, list[Mismatch]] = {}
    for row in verdict.rows:
        for mismatch in row.mismatches:
            if mismatch.output not in explained and mismatch.got is not None and not is_count(mismatch.output):
                by_output.setdefault(mismatch.output, []).append(mismatch)
    if any(not is_gradient(output) for output in by_output) or explained:
        by_output = {o: m for o, m in by_output.items() if not is_gradient(o)}  # wrong values have wrong gradients
    wrong_at_once = {base(o) for row in verdict.rows for m in row.mismatches if (o := m.output).endswith(FIRST_STEP)}
    by_output = {o: m for o, m in by_output.items() if o.endswith(FIRST_STEP) or base(o) not in wrong_at_once}
    for output, mismatches in by_output.items():
        title, hint = pattern(mismatches, expectation)
        if title:
            where = f"`{output}`: " if len(expectation.outputs) > 1 and output in expectation.outputs else ""
            found.setdefault(title, Diagnosis(where + title, (hint,) if hint else ()))
    return list(found.values())


@dataclass(frozen=True)
class Signature:
    """Which outputs of an answer are wrong on some case; writing into inputs counts as an output of its own."""

    wrong: set[str]


def signature(evidence: Evidence, expectation: Expectation) -> Signature:
    right = {key: _right(evidence, expectation, key) for key in expectation.arrays}
    return Signature(_wrong(right, evidence, expectation))


def _wrong(right: dict[str, bool], evidence: Evidence, expectation: Expectation) -> set[str]:
    wrong = {key.split("/", 2)[2] for key, fine in right.items() if not fine}
    if evidence.notes.get("changed"):
        wrong.add("inputs")
    if any(_types_differ(evidence, expectation, key) for key in expectation.types):
        wrong.add("types")
    return wrong


def _explanations(
    exercise: Exercise, evidence: Evidence, expectation: Expectation, failed: set[str], seed: int
) -> list[tuple[Misconception, set[str]]]:
    """Misconceptions with the outputs that they explain, those that explain most, and nothing else, first."""
    right = {key: _right(evidence, expectation, key) for key in expectation.arrays}
    found = []
    for mistake in known_mistakes(exercise, seed):
        reach = mistake.explains(evidence, right, failed)
        if reach and not reach <= {"types"}:
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
        self._theirs, self._right = Evidence(), dict[str, bool]()
        self._steps = step_by_step(exercise, misconception.answer, seed)
        self._places = [f"{name}/{i}" for name, i in places(exercise, len(self._expectation.cases.all))]
        self._keys = {
            place: [k for k in self._expectation.arrays if k.startswith(f"{place}/")] for place in self._places
        }

    def explains(self, evidence: Evidence, right: dict[str, bool], failed: set[str]) -> set[str]:
        """Which of the `failed` outputs it has wrong, on every case in just the way of this evidence.

        Values, NaN, and where there is nothing; `right` says which arrays of the evidence are right.
        """
        alike = set(failed)
        for place in self._places:
            self._see(place)
            alike -= {k.split("/", 2)[2] for k in self._keys[place] if not self._agrees(evidence, right[k], k)}
            if "inputs" in alike and _changed(evidence).get(place) != _changed(self._theirs).get(place):
                alike.discard("inputs")
            if not alike - {"types"}:
                return set()
        if _changed(evidence) != _changed(self._theirs):
            alike.discard("inputs")
        if evidence.notes.get("types") != self._theirs.notes.get("types"):
            alike.discard("types")
        return alike & self.wrong()

    def whole(self) -> Evidence:
        """What it gives on all cases."""
        for place in self._places:
            self._see(place)
        return self._theirs

    def wrong(self) -> set[str]:
        """The outputs in which it is wrong on some case."""
        return _wrong(self._right, self.whole(), self._expectation)

    def _see(self, place: str) -> None:
        """Run it up to this case, unless it has been."""
        if not self._keys[place] or self._keys[place][0] in self._right:
            return
        self._theirs = next(self._steps, self._theirs)
        for key in self._keys[place]:
            self._right[key] = _right(self._theirs, self._expectation, key)

    def _agrees(self, evidence: Evidence, right: bool, key: str) -> bool:
        if right and self._right[key]:
            return True  # both within bounds, say: how far apart does not matter
        a, b = evidence.arrays.get(key), self._theirs.arrays.get(key)
        if a is None or b is None:
            return a is b
        return a.shape == b.shape and a.dtype.kind in "fiub" and not _apart(a, b, self._expectation, key)


def _changed(evidence: Evidence) -> dict[str, Any]:
    changed: dict[str, Any] = evidence.notes.get("changed") or {}
    return changed


def _right(evidence: Evidence, expectation: Expectation, key: str) -> bool:
    got, expected = evidence.arrays.get(key), expectation.arrays[key]
    if got is None or got.shape != expected.shape:
        return False
    compare = expectation.comparison(key)
    return not np.any(compare(expected, got, tolerance(evidence, expectation, key)))


def _types_differ(evidence: Evidence, expectation: Expectation, key: str) -> bool:
    return key in evidence.arrays and evidence.notes.get("types", {}).get(key) != expectation.types[key]


def _apart(a: np.ndarray, b: np.ndarray, expectation: Expectation, key: str) -> bool:
    with np.errstate(all="ignore"):
        size = float(np.max(np.abs(b.astype(np.float64)), where=np.isfinite(b), initial=0.0))
    compare = expectation.comparison(key)
    if isinstance(compare, Mutual):
        return bool(np.any(compare(b, a, 0.0)))
    allowed = max(expectation.tolerance_for(key, a.dtype == np.float32), STRAY * size * EPSILON[key.split("/")[0]])
    return bool(np.any(close(b, a, allowed)))
