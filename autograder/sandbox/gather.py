"""Inside the sandbox: question an answer in a notebook's namespace, and pack what it did."""

from collections.abc import Mapping, Sequence
from typing import Any

from autograder.checking import forbidden
from autograder.checking.assess import question
from autograder.checking.evidence import MISSING
from autograder.checking.packing import pack
from autograder.spec import catalogue


def gather(exercise_id: str, namespace: Mapping[str, Any], seed: int, sources: Sequence[str] = ()) -> bytes:
    """Look an answer up in a notebook's namespace, question it, and pack what it did."""
    exercise = catalogue.find(exercise_id)
    answer = namespace.get(exercise.answer, MISSING)
    evidence = question(exercise, answer, seed)
    if any(answer is ours for ours in exercise.alternatives.values()):  # no alias of ours is the student's work
        evidence.notes.calls = [forbidden.AN_ANSWER_OF_OURS]
    return pack(evidence)


def warm_up() -> None:
    """Load what `gather` needs beyond its imports: once, before notebooks are forked off."""
    catalogue.all_exercises()
