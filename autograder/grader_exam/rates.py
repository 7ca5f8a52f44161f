"""How often the grader is right about answers whose worth is known: those that its own specs hold."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.checking.assess import assess, question
from autograder.checking.collect import computes_in_single
from autograder.checking.diagnosis import diagnose, known_mistakes
from autograder.checking.judge import judge
from autograder.checking.references import substitutes
from autograder.grader_exam.naming import first_means
from autograder.spec import Exercise

COUNTS = ("points", "misconceptions", "alternatives", "tried_wrong", "killed", "named", "tried_right", "accepted")


@dataclass
class Rates:
    """Counts for one exercise over all seeds tried; `misjudged` says which answer was judged wrongly on which seed.

    `means`: by what the first diagnosis of each wrong answer that lost points was found.
    """

    exercise: str
    points: float
    misconceptions: int
    alternatives: int
    tried_wrong: int = 0
    killed: int = 0
    named: int = 0
    tried_right: int = 0
    accepted: int = 0
    means: Counter[str] = field(default_factory=Counter)
    misjudged: list[str] = field(default_factory=list)


def rates(exercise: Exercise, seeds: Sequence[int]) -> Rates:
    """Run every wrong and every right answer of a spec on every seed.

    A wrong answer runs once for each seed: what it gives is both what is judged and what the diagnosis knows.
    Killed: a wrong answer lost points. Named: the diagnosis was that mistake and no other. Accepted: a right
    answer, the reference among them, got all points.
    """
    found = Rates(exercise.id, exercise.points, len(exercise.misconceptions), len(exercise.alternatives))
    for seed in seeds:
        try_wrong_answers(found, exercise, seed)
        try_right_answers(found, exercise, seed)
    return found


def try_wrong_answers(found: Rates, exercise: Exercise, seed: int) -> None:
    """Add to `found` how the misconceptions of a spec are judged on one seed."""
    for known in known_mistakes(exercise, seed):
        misconception, evidence = known.misconception, known.whole()
        evidence.notes.single = computes_in_single(exercise, misconception.answer, seed, substitutes(exercise))
        verdict = judge(exercise, evidence, seed)
        diagnoses = diagnose(exercise, evidence, verdict, seed)
        named = [d.misconception or d.title for d in diagnoses]
        found.tried_wrong += 1
        found.killed += not verdict.passed
        found.named += named == [misconception.name]
        if not verdict.passed:
            found.means[first_means(diagnoses)] += 1
        if verdict.passed:
            found.misjudged.append(f"seed {seed}: {misconception.name} passes")
        elif named != [misconception.name]:
            found.misjudged.append(f"seed {seed}: {misconception.name} is diagnosed as {', '.join(named) or 'nothing'}")


def try_right_answers(found: Rates, exercise: Exercise, seed: int) -> None:
    """Add to `found` how the alternatives and the reference are judged on one seed."""
    reference = question(exercise, exercise.reference, seed)
    reference.notes.calls = []  # the guard knows the reference, as it should
    verdicts = {"the reference": judge(exercise, reference, seed)}
    verdicts |= {name: assess(exercise, answer, seed, []) for name, answer in exercise.alternatives.items()}
    for name, verdict in verdicts.items():
        found.tried_right += 1
        found.accepted += verdict.passed
        if not verdict.passed:
            failed = [row.label for row in verdict.rows if not row.passed]
            found.misjudged.append(f"seed {seed}: {name} fails ({verdict.reason or ', '.join(failed)})")


def total(all_rates: Sequence[Rates]) -> Rates:
    """The counts of all exercises together."""
    sums = {name: sum(getattr(r, name) for r in all_rates) for name in COUNTS}
    means = sum((r.means for r in all_rates), Counter[str]())
    return Rates(
        "all", **sums, means=means, misjudged=[f"{r.exercise}, {line}" for r in all_rates for line in r.misjudged]
    )
