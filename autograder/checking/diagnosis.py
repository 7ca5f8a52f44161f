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
    wrong = {key.split("/", 2)[2] for key in expectation.arrays if not _right(evidence, expectation, key)}
    if evidence.notes.get("changed"):
        wrong.add("inputs")
    if any(_types_differ(evidence, expectation, key) for key in expectation.types):
        wrong.add("types")
    return Signature(wrong)


def _explanations(
    exercise: Exercise, evidence: Evidence, expectation: Expectation, failed: set[str], seed: int
) -> list[tuple[Misconception, set[str]]]:
    """Misconceptions with the outputs that they explain, those that explain most, and nothing else, first."""
    found = []
    for misconception, theirs, wrong in known_mistakes(exercise, seed):
        reach = {name for name in failed & wrong if _agree(evidence, theirs, expectation, name)}
        if reach and not reach <= {"types"}:
            found.append((misconception, reach, len(wrong - reach)))
    found.sort(key=lambda item: (-len(item[1]), item[2]))
    return [(misconception, reach) for misconception, reach, _ in found]


@lru_cache(maxsize=128)
def known_mistakes(exercise: Exercise, seed: int) -> list[tuple[Misconception, Evidence, set[str]]]:
    """Every misconception with its evidence on this seed and the outputs in which it is wrong."""
    expectation = expect(exercise, seed)
    found = []
    for misconception in exercise.misconceptions:
        theirs = collect(exercise, misconception.answer, seed)
        found.append((misconception, theirs, signature(theirs, expectation).wrong))
    return found


def _right(evidence: Evidence, expectation: Expectation, key: str) -> bool:
    got, expected = evidence.arrays.get(key), expectation.arrays[key]
    if got is None or got.shape != expected.shape:
        return False
    compare = expectation.comparison(key)
    return not np.any(compare(expected, got, tolerance(evidence, expectation, key)))


def _types_differ(evidence: Evidence, expectation: Expectation, key: str) -> bool:
    return key in evidence.arrays and evidence.notes.get("types", {}).get(key) != expectation.types[key]


def _agree(ours: Evidence, theirs: Evidence, expectation: Expectation, name: str) -> bool:
    """Whether two answers give the same under one name on all cases: values, NaN, and where they give nothing."""
    if name == "inputs":
        return ours.notes.get("changed") == theirs.notes.get("changed")
    if name == "types":
        return ours.notes.get("types") == theirs.notes.get("types")
    for key in expectation.arrays:
        if key.split("/", 2)[2] != name:
            continue
        if _right(ours, expectation, key) and _right(theirs, expectation, key):
            continue  # both within bounds, say: how far apart does not matter
        a, b = ours.arrays.get(key), theirs.arrays.get(key)
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
