"""How clear verdicts are: how far a spec's answers stay from the line between right and wrong."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from autograder.checking import diagnosis, expectation
from autograder.checking.assess import assess, question
from autograder.checking.evidence import Evidence
from autograder.checking.expectation import Expectation, Expected, expect
from autograder.checking.judge import judge, tolerance
from autograder.checking.verdict import Mismatch, State
from autograder.grader_exam.cores import on_each_core
from autograder.spec import Answer, Exercise, catalogue
from autograder.spec.comparison import close

THREADS = (1, 2, 4)
BEGAN = 2026  # the first of the seeds
FEW = 3


@dataclass(frozen=True)
class Margin:
    """Distances in tolerances: 1 is the line, below it lies what passes.

    Attributes:
        right: the largest error of any right answer, on any seed; 0 where no number is compared by closeness.
        wrong: the smallest, over wrong answers and seeds, of an answer's largest error; infinite where each is caught
            by something that no rounding can undo: a shape, a NaN, a count, a data type, an exception.
        closest: the wrong answer that came so near.
    """

    exercise: str
    right: float
    wrong: float
    closest: str


def margin(exercise: Exercise, seeds: Sequence[int]) -> Margin:
    """Measure the right answers of a spec on these seeds, the wrong ones on the first three.

    Wrong answers stay thousands of tolerances away. Right ones come near on a rare seed: where a value happens to be
    small, or the reference, from which the tolerance is taken, happens to round well.
    """
    right, wrong, closest = 0.0, math.inf, ""
    for seed in seeds:
        for answer in (exercise.reference, *exercise.alternatives.values()):
            right = max(right, error(question(exercise, answer, seed), expect(exercise, seed)))
    for seed in seeds[:FEW]:
        for mistake in exercise.misconceptions:
            found = excess(exercise, mistake.answer, seed)
            if found < wrong:
                wrong, closest = found, mistake.name
    return Margin(exercise.id, right, wrong, closest)


def error(evidence: Evidence, expected: Expectation) -> float:
    """The largest distance of an answer's numbers from the expected ones, in tolerances."""
    return max((_distance(evidence, each) for each in expected.expected.values()), default=0.0)


def excess(exercise: Exercise, answer: Answer, seed: int) -> float:
    """How far an answer that is marked wrong lies beyond the line; 0 if it is not marked at all."""
    evidence = question(exercise, answer, seed)
    verdict = judge(exercise, evidence, seed)
    if verdict.state is not State.CHECKED or any(row.sentence for row in verdict.rows):
        return math.inf
    faults = [mismatch for row in verdict.rows for mismatch in row.mismatches]
    return max((_fault(fault, evidence, expect(exercise, seed)) for fault in faults), default=0.0)


def _fault(fault: Mismatch, evidence: Evidence, expectation: Expectation) -> float:
    expected = expectation.expected[fault.key]
    if fault.wrong is None or expected.compare is not close:
        return math.inf
    return _distance(evidence, expected)


def _distance(evidence: Evidence, expected: Expected) -> float:
    got, wanted = evidence.arrays.get(expected.key), expected.array
    if expected.compare is not close or wanted.size == 0:
        return 0.0
    if got is None or got.shape != wanted.shape:
        return math.inf
    with np.errstate(all="ignore"):
        off = np.abs(got.astype(np.float64) - wanted.astype(np.float64)) / tolerance(evidence, expected)
    same = (got == wanted) | (np.isnan(got) & np.isnan(wanted))
    return float(np.max(np.where(same, 0.0, np.nan_to_num(off, nan=math.inf))))


def flips(exercise: Exercise, runs: int, seed: int) -> list[str]:
    """Judge every answer of a spec so many times, on one thread, on two, on four; name those whose verdict changed.

    Everything is computed anew each time: cases, expectation, tolerance, evidence, verdict and diagnosis.
    """
    answers = {m.name: m.answer for m in exercise.misconceptions} | exercise.alternatives
    seen: dict[str, set[str]] = {name: set() for name in answers}
    before = torch.get_num_threads()
    try:
        for run in range(runs):
            torch.set_num_threads(THREADS[run % len(THREADS)])
            expectation.expect.cache_clear()
            diagnosis.known_mistakes.cache_clear()
            for name, answer in answers.items():
                verdict = assess(exercise, answer, seed, [])
                rows = [(row.kind, row.output, row.earned) for row in verdict.rows]
                named = [d.misconception for d in verdict.diagnoses]
                seen[name].add(repr((verdict.points, verdict.state, rows, named)))
    finally:
        torch.set_num_threads(before)
    return [name for name, verdicts in seen.items() if len(verdicts) > 1]


@dataclass(frozen=True)
class Stability:
    """What `flips` and `margin` found about one exercise."""

    margin: Margin
    flips: list[str]


def stability(name: str, runs: int) -> Stability:
    """Judge every answer of an exercise `runs` times on one seed, and measure its margin on as many seeds."""
    exercise = catalogue.find(name)
    return Stability(margin(exercise, range(BEGAN, BEGAN + runs)), flips(exercise, runs, BEGAN))


def all_stabilities(names: Sequence[str], runs: int) -> Iterator[Stability]:
    """`stability` of each, in order. Threads that wait sleep: more than there are cores would only spin."""
    return on_each_core(partial(stability, runs=runs), names, OMP_WAIT_POLICY="PASSIVE")
