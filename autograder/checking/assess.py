"""From an answer to a verdict, and from evidence to one: the same at the student's desk and when a class is graded."""

from collections.abc import Sequence
from typing import Any

from autograder.checking.collect import Handed, collect
from autograder.checking.diagnosis import diagnose
from autograder.checking.evidence import Evidence
from autograder.checking.forbidden import Reading, read, spellings
from autograder.checking.judge import forbid, judge
from autograder.checking.references import forbidden_in, substitutes
from autograder.checking.verdict import State, Verdict
from autograder.spec import Exercise


def question(exercise: Exercise, answer: Any, seed: int) -> Evidence:
    """What an answer does on the cases of a seed."""
    handed = Handed.drawn(exercise, seed)
    return collect(exercise, answer, handed, forbidden_in(exercise), substitutes(exercise))


def assess(exercise: Exercise, answer: Any, seed: int, cells: Sequence[str]) -> Verdict:
    """Question an answer and judge it, in one process; `cells` are read for what the answer may not call."""
    return verdict_on(exercise, question(exercise, answer, seed), seed, cells)


def verdict_on(exercise: Exercise, evidence: Evidence, seed: int, cells: Sequence[str]) -> Verdict:
    """Judge and diagnosis of what was gathered elsewhere."""
    verdict = judge(exercise, evidence, seed)
    reading = read_sources(exercise, cells)
    if reading.certain and verdict.state is State.CHECKED:
        return forbid(verdict, reading.certain, exercise.probe.arrays)
    verdict.flags = reading.doubtful
    try:
        verdict.diagnoses = diagnose(exercise, evidence, verdict, seed, cells)
    except (RecursionError, MemoryError):  # over a source that nobody wrote: its points are what they are
        verdict.flags = [*verdict.flags, "could not be diagnosed"]
    return verdict


def read_sources(exercise: Exercise, cells: Sequence[str]) -> Reading:
    """What the answer's source, followed through the notebook's cells, spells of forbidden names."""
    names, _ = spellings(exercise.forbids, exercise.reference)
    return read(exercise.answer, list(cells), names) if cells else Reading()
