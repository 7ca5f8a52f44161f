"""What a check takes from right answers: references lent in place of earlier answers, and what may not be called."""

from typing import Any

from autograder.checking.forbidden import Forbidden, spellings
from autograder.spec import Exercise, catalogue


def substitutes(exercise: Exercise) -> dict[str, Any]:
    """The references of the earlier exercises that this one uses, by name."""
    return {name: catalogue.find(name).reference for name in exercise.uses}


def forbidden_in(exercise: Exercise) -> Forbidden:
    """What an answer to this exercise may not call. Not cached: a student's cell could fill the cache beforehand."""
    names, operations = spellings(exercise.forbids, exercise.reference)
    answers = tuple(exercise.alternatives.values())
    return Forbidden(frozenset(names), frozenset(operations), exercise.reference, answers)
