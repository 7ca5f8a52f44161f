"""How often the grader is right about answers whose worth is known: those that its own specs hold."""

from dataclasses import dataclass

from autograder.checking.evidence import collect
from autograder.checking.judge import judge
from autograder.desk import verdict_on
from autograder.exercise import Exercise


@dataclass
class Rates:
    """Counts for one exercise over all seeds tried."""

    exercise: str
    points: float
    misconceptions: int
    alternatives: int
    tried_wrong: int = 0
    killed: int = 0
    named: int = 0
    tried_right: int = 0
    accepted: int = 0


def rates(exercise: Exercise, seeds: list[int]) -> Rates:
    """Run every wrong and every right answer of a spec on every seed.

    Killed: a wrong answer lost points. Named: the diagnosis was that mistake and no other. Accepted: a right
    answer, the reference among them, got all points.
    """
    found = Rates(exercise.id, exercise.points, len(exercise.misconceptions), len(exercise.alternatives))
    for seed in seeds:
        for misconception in exercise.misconceptions:
            verdict = verdict_on(exercise, misconception.answer, seed, [])
            found.tried_wrong += 1
            found.killed += not verdict.passed
            found.named += [d.misconception for d in verdict.diagnoses] == [misconception.name]
        for answer in exercise.alternatives.values():
            found.tried_right += 1
            found.accepted += verdict_on(exercise, answer, seed, []).passed
        reference = collect(exercise, exercise.reference, seed)
        reference.notes.pop("calls", None)  # the guard knows the reference, as it should
        found.tried_right += 1
        found.accepted += judge(exercise, reference, seed).passed
    return found


def total(all_rates: list[Rates]) -> Rates:
    """The counts of all exercises together."""
    sums = {name: sum(getattr(r, name) for r in all_rates) for name in Rates.__dataclass_fields__ if name != "exercise"}
    return Rates("all", **sums)
