"""The place of a mistake that has no name: where one small change makes the student's own answer right.

What is told is the line and what kind of thing to look at there, never the change.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from autograder.checking.context import quiet
from autograder.checking.diagnosis.place.computing import only_computes
from autograder.checking.diagnosis.place.rewritten import Rewritten, reached
from autograder.checking.diagnosis.place.search import Repair, Search
from autograder.checking.diagnosis.place.trial import Trial
from autograder.checking.evidence import Evidence
from autograder.checking.references import substitutes
from autograder.checking.verdict import Diagnosis, Means, State, Verdict
from autograder.spec import Exercise

SECONDS = 2.0  # of processor time
MOST_LINES = 2  # of a mistake that may be in more places, nothing is known


def find_place(
    exercise: Exercise,
    evidence: Evidence,
    verdict: Verdict,
    seed: int,
    cells: Sequence[str],
    names: Mapping[str, Any],
    seconds: float = SECONDS,
) -> Diagnosis | None:
    """Where one change makes a wrong answer right; None if nothing is found, or if its mistake has a name already.

    The answer is run again, changed, in this process: only where the student's code may run.

    Args:
        exercise: what was asked.
        evidence: what the answer did.
        verdict: what was said of that.
        seed: of the cases.
        cells: the notebook's code, with the answer's own.
        names: of the notebook, with what they stand for; they are not changed.
        seconds: of processor time, at most.

    Raises:
        Interrupted: somebody stopped it.
    """
    if verdict.passed or verdict.state not in (State.CHECKED, State.FAILED) or any(d.names for d in verdict.diagnoses):
        return None
    definitions, lent = reached(exercise.answer, cells), substitutes(exercise)
    if not definitions or not only_computes(definitions, {**names, **lent}, cells):
        return None
    trial = Trial(exercise, evidence, seed)
    if not trial.telling:
        return None
    with quiet():
        rewritten = Rewritten(exercise.answer, definitions, {**names})
        rewritten.lend(lent)
        return told(Search(trial, rewritten, seconds).repairs())


def told(repairs: Sequence[Repair]) -> Diagnosis | None:
    """What is established by them, in words; None where they leave too much open."""
    lines = list(dict.fromkeys(repair.edit.line for repair in repairs))
    if not lines or len(lines) > MOST_LINES:
        return None
    kinds = list(dict.fromkeys(str(repair.edit.kind) for repair in repairs))
    where = " or ".join(f"line {line}" for line in sorted(lines))
    what = f" ({kinds[0]})" if len(kinds) == 1 else ""
    return Diagnosis(f"With one change on {where}{what} your answer would be right.", means=Means.PLACE)
