"""Mistakes of every unit."""

from typing import TypeVar

from autograder.spec.mistakes.mistake import Mistake

T = TypeVar("T")

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

ZERO_BY_ZERO = Mistake(
    "zero-by-zero",
    "divides by zero where {where}",
    ("What do you divide by what there? What does the task want in its place?",),
)
TRANSPOSED_TABLE = Mistake(
    "transposed-table",
    "gives the table the other way round",
    ("What does the task put into a row? Add up row 0 of yours: of what does it tell?",),
)
ROWS_FOR_COLUMNS = Mistake(
    "rows-for-columns",
    "mixes up rows and columns",
    (
        "Is the first axis of an image its height or its width?",
        "On a grid of one row and six columns: which of x and y grows from cell to cell?",
    ),
)


def writes_into(what: str, name: str) -> Mistake:
    """Changes its caller's tensor `name`, the `what` of the task."""
    return WRITES_INTO.told(what=what, name=name)


def same(given: T) -> T:
    """What is given, as it is: a setting that changes nothing."""
    return given
