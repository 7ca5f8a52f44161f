"""How long a reader waits for a check, warm, for right answers and for wrong ones."""

import statistics
import time
from dataclasses import dataclass

from autograder.checking import feedback
from autograder.checking.assess import assess
from autograder.spec import Answer, Exercise
from autograder.student.check import DESK_SEED


@dataclass(frozen=True)
class Timing:
    exercise: str
    kind: str  # "right" or "wrong"
    answer: str
    seconds: float


def timings(exercise: Exercise, runs: int = 5) -> list[Timing]:
    """The median time of a check, card included, for each answer of a spec, after one check to warm up."""
    right = [("right", name, answer) for name, answer in exercise.alternatives.items()]
    wrong = [("wrong", m.name, m.answer) for m in exercise.misconceptions]
    _seconds(exercise, (wrong or right)[0][2])
    return [
        Timing(exercise.id, kind, name, statistics.median(_seconds(exercise, answer) for _ in range(runs)))
        for kind, name, answer in right + wrong
    ]


def _seconds(exercise: Exercise, answer: Answer) -> float:
    began = time.perf_counter()
    verdict = assess(exercise, answer, DESK_SEED, [])
    feedback.card(exercise, verdict, DESK_SEED)
    feedback.text(exercise, verdict, DESK_SEED)
    return time.perf_counter() - began


def percentile(seconds: list[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the times lie."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
