"""Mistakes of every unit."""

from autograder.spec.mistakes.mistake import Mistake

WRITES_INTO = Mistake(
    "writes-into-its-arguments",
    "writes into the caller's {what}",
    (
        "After the call, what should the caller's `{name}` hold?",
        "What is the difference between `{name} += d` and `{name} = {name} + d` for a tensor?",
    ),
)
IGNORES_THE_GENERATOR = Mistake(
    "ignores-the-generator",
    "draws from torch's global source of chance, not from `generator`",
    (
        "Call your function twice with equally seeded generators. Should the results differ?",
        "Which of your lines uses the generator?",
    ),
)


def writes_into(what: str, name: str) -> Mistake:
    """Changes its caller's tensor `name`, the `what` of the task."""
    return WRITES_INTO.told(what=what, name=name)
