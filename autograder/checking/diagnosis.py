"""Name the mistake: which known wrong answer gives what this answer gives, or what kind of error it looks like.

A misconception explains an output if, on every case, it gives there what the student's answer gives, and that is
not what the reference gives. A mistake is named when misconceptions explain what is wrong; what none explains is
left to `patterns`.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from autograder.checking.comparison import Mutual, close
from autograder.checking.evidence import Evidence, collect
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
    ours = signature(evidence, expectation)
    failed = ours.wrong
    explained: set[str] = set()
    named: list[Diagnosis] = []
    for misconception, reach in _explanations(exercise, ours, expectation, seed):
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
    """Which arrays of an answer are wrong, and which outputs are on some case.

    Writing into inputs counts as an output of its own, and so do types.
    """

    evidence: Evidence
    keys: frozenset[str]
    wrong: frozenset[str]


def signature(evidence: Evidence, expectation: Expectation) -> Signature:
    keys = frozenset(key for key in expectation.arrays if not _right(evidence, expectation, key))
    wrong = {key.split("/", 2)[2] for key in keys}
    if evidence.notes.get("changed"):
        wrong.add("inputs")
    if any(_types_differ(evidence, expectation, key) for key in expectation.types):
        wrong.add("types")
    return Signature(evidence, keys, frozenset(wrong))


def _explanations(
    exercise: Exercise, ours: Signature, expectation: Expectation, seed: int
) -> list[tuple[Misconception, set[str]]]:
    """Misconceptions with the outputs that they explain, those that explain most, and nothing else, first."""
    found = []
    for misconception, theirs in known_mistakes(exercise, seed):
        reach = {name for name in ours.wrong & theirs.wrong if _agree(ours, theirs, expectation, name)}
        if reach and not reach <= {"types"}:
            found.append((misconception, reach, len(theirs.wrong - reach)))
    found.sort(key=lambda item: (-len(item[1]), item[2]))
    return [(misconception, reach) for misconception, reach, _ in found]


@lru_cache(maxsize=128)
def known_mistakes(exercise: Exercise, seed: int) -> list[tuple[Misconception, Signature]]:
    """Every misconception with what it gives on this seed, and where that is wrong."""
    expectation = expect(exercise, seed)
    found = []
    for misconception in exercise.misconceptions:
        theirs = collect(exercise, misconception.answer, seed, watched=False)
        found.append((misconception, signature(theirs, expectation)))
    return found


def _right(evidence: Evidence, expectation: Expectation, key: str) -> bool:
    got, expected = evidence.arrays.get(key), expectation.arrays[key]
    if got is None or got.shape != expected.shape:
        return False
    compare = expectation.comparison(key)
    return not np.any(compare(expected, got, tolerance(evidence, expectation, key)))


def _types_differ(evidence: Evidence, expectation: Expectation, key: str) -> bool:
    return key in evidence.arrays and evidence.notes.get("types", {}).get(key) != expectation.types[key]


def _agree(ours: Signature, theirs: Signature, expectation: Expectation, name: str) -> bool:
    """Whether two answers give the same under one name on all cases: values, NaN, and where they give nothing."""
    if name == "inputs":
        return bool(ours.evidence.notes.get("changed") == theirs.evidence.notes.get("changed"))
    if name == "types":
        return bool(ours.evidence.notes.get("types") == theirs.evidence.notes.get("types"))
    for key in ours.keys | theirs.keys:  # where both are right, within bounds say, how far apart does not matter
        if key.split("/", 2)[2] != name:
            continue
        a, b = ours.evidence.arrays.get(key), theirs.evidence.arrays.get(key)
        if a is None or b is None:
            if a is not b:
                return False
        elif a.shape != b.shape or a.dtype.kind not in "fiub" or _apart(a, b, expectation, key):
            return False
    return True


def _apart(a: np.ndarray, b: np.ndarray, expectation: Expectation, key: str) -> bool:
    with np.errstate(all="ignore"):
        size = float(np.max(np.abs(b.astype(np.float64)), where=np.isfinite(b), initial=0.0))
    compare = expectation.comparison(key)
    if isinstance(compare, Mutual):
        return bool(np.any(compare(b, a, 0.0)))
    allowed = max(expectation.tolerance_for(key, a.dtype == np.float32), STRAY * size * EPSILON[key.split("/")[0]])
    return bool(np.any(close(b, a, allowed)))
