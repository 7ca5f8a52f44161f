"""The place of a mistake that has no name: where one small change makes the student's own answer right.

What is told is the line and what kind of thing to look at there, never the change.
"""

import ast
import contextlib
import gc
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autograder.checking.context import quiet, substituted
from autograder.checking.diagnosis.edits import Kind
from autograder.checking.diagnosis.place.computing import only_computes
from autograder.checking.diagnosis.place.rewritten import Rewritten, reached
from autograder.checking.diagnosis.place.search import Repair, Search
from autograder.checking.diagnosis.place.trial import Trial
from autograder.checking.evidence import Evidence
from autograder.checking.references import substitutes
from autograder.checking.verdict import Diagnosis, Means, State, Verdict
from autograder.spec import Exercise

SECONDS = 2.0  # of processor time
LONGEST_PART = 100  # characters of an expression that is shown
MOST_KINDS = 2  # of things to look at
MOST_PLACES = 2  # where it could be in more places, too little is known


def find_place(
    exercise: Exercise,
    evidence: Evidence,
    verdict: Verdict,
    seed: int,
    cells: Sequence[str],
    names: Mapping[str, Any],
    seconds: float = SECONDS,
) -> Diagnosis | None:
    """Where one change makes a wrong answer right; None if nothing is found, or if its mistake is a known one.

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
    if verdict.passed or verdict.state not in (State.CHECKED, State.FAILED):
        return None
    if any(diagnosis.means in (Means.KNOWN, Means.UNUSED) for diagnosis in verdict.diagnoses):
        return None  # what a machine's change of a right answer tells is no line yet
    definitions, lent = reached(exercise.answer, cells), substitutes(exercise)
    if not definitions or not only_computes(definitions, {**names, **lent}, cells):
        return None
    trial = Trial(exercise, evidence, seed, seconds)
    if not trial.telling:
        return None
    with quiet(), _old_objects_left_alone(), substituted(names.get(exercise.answer), lent):
        rewritten = Rewritten(exercise.answer, definitions, names)
        rewritten.lend(lent)
        return told(Search(trial, rewritten).repairs())


@contextlib.contextmanager
def _old_objects_left_alone() -> Iterator[None]:
    """Spare the collector what was there before: looking through a whole notebook takes longer than a run may take."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def told(repairs: Sequence[Repair]) -> Diagnosis | None:
    """What is established by them, in words; None where they leave too much open."""
    places = {repair.lines for repair in repairs}
    if not places or len(places) > MOST_PLACES:
        return None
    if len(repairs[0].edits) == 1:
        sentence = _one(repairs)
    elif len(places) == 1:
        sentence = _two(repairs)
    else:
        return None
    return Diagnosis(sentence, _hints(repairs), means=Means.PLACE)


def _hints(repairs: Sequence[Repair]) -> tuple[str, ...]:
    """The part of the line, as the student wrote it, where all that was found stands inside one expression."""
    nodes = [node for repair in repairs for edit in repair.edits for node in (edit.node, *edit.more)]
    for node in nodes:
        if isinstance(node, ast.expr) and {id(each) for each in nodes} <= {id(inside) for inside in ast.walk(node)}:
            written = ast.unparse(node)
            return (f"Look at `{written}`.",) if len(written) <= LONGEST_PART else ()
    return ()


def _one(repairs: Sequence[Repair]) -> str:
    kinds = {repair.edits[0].kind for repair in repairs}
    where = " or ".join(_spoken(lines) for lines in sorted({repair.lines for repair in repairs}))
    what = _aspects(kinds)
    change = "the same change" if repairs[0].edits[0].more else "one change"
    return f"With {change} on {where}{what} your answer would be right."


def _two(repairs: Sequence[Repair]) -> str:
    """Of two changes, each with its line and, where all found agree on it, its kind."""
    kinds: dict[tuple[int, ...], set[Kind]] = {}
    for edit in (edit for repair in repairs for edit in repair.edits):
        kinds.setdefault(edit.lines, set()).add(edit.kind)
    said = [f"on {_spoken(lines)}{_aspects(found)}" for lines, found in sorted(kinds.items())]
    return f"With two changes, {' and '.join(said)}, your answer would be right."


def _aspects(kinds: set[Kind]) -> str:
    """What to look at there, where that is not too many things."""
    return f" ({', or '.join(sorted(kinds))})" if len(kinds) <= MOST_KINDS else ""


def _spoken(lines: Sequence[int]) -> str:
    if len(lines) == 1:
        return f"line {lines[0]}"
    return f"lines {', '.join(map(str, lines[:-1]))} and {lines[-1]}"
