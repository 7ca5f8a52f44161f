"""Exercises and helpers for the tests of where a mistake is."""

import textwrap
from typing import Any

from autograder.checking.assess import question, verdict_on
from autograder.checking.diagnosis.place import find_place
from autograder.checking.verdict import Diagnosis, Means
from autograder.spec import Exercise, Question
from tests.autograder.checking import toys

SEED = 7
SETUP = "import math\nimport torch\nfrom torch import nn\nimport torch.nn.functional as F"


def notebook(*cells: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in (SETUP, *cells):
        exec(compile(cell, "cell", "exec"), names)
    return names


def place(exercise: Exercise, source: str, *before: str, seconds: float = 20.0) -> Diagnosis | None:
    """What is told of an answer; `before` are cells that were run before its own."""
    source = textwrap.dedent(source).strip()
    cells = [SETUP, *before, source]
    names = notebook(*before, source)
    evidence = question(exercise, names[exercise.answer], SEED)
    verdict = verdict_on(exercise, evidence, SEED, cells)
    return find_place(exercise, evidence, verdict, SEED, cells, names, seconds)


def title(exercise: Exercise, source: str, *before: str) -> str:
    found = place(exercise, source, *before)
    assert found is None or (found.means is Means.PLACE and not found.names)
    return found.title if found else ""


def plain(reference: Any, *draws: Any, **settings: Any) -> Exercise:
    """An exercise that knows no mistakes: two cases of arguments of these shapes, numbers as they are."""

    def cases(draw: Any) -> list[Any]:
        def drawn(grow: int) -> tuple[Any, ...]:
            return tuple(draw.normal(*(n + grow for n in d)) if isinstance(d, tuple) else d for d in draws)

        return [drawn(0), drawn(1), drawn(2)]

    return toys.named(reference.__name__, Question(cases=cases, **settings), reference, 4)


def spread(x):
    return ((x - x.mean(0)) ** 2).mean(0).sqrt()
