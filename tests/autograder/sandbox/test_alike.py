"""Does anything in the library that is not withheld compute what a question asks for?"""

import importlib
import inspect
import warnings
from functools import cache
from typing import Any

import numpy as np
import pytest

from autograder.checking.collect import Handed, observe
from autograder.checking.context import quiet, time_limit
from autograder.checking.evidence import Evidence
from autograder.checking.keys import Place
from autograder.sandbox.withheld.definitions import Definition, Library
from autograder.sandbox.withheld.graded import withheld
from autograder.sandbox.withheld.tree import library_folder
from autograder.spec import Exercise, catalogue
from autograder.spec.errors import TimeLimit
from autograder.spec.probes import function

EVERY = [e for e in catalogue.all_exercises() if e.seconds <= 4 and callable(e.reference)]
SAMPLE = EVERY[:: max(1, len(EVERY) // 12)]
SHOWING = ("pictures", "plotting", "widgets", "diagrams", "data", "seeds")  # modules that draw, load and show
SECONDS = 0.3  # of an attempt


@cache
def free() -> dict[Definition, Any]:
    """Functions and classes of the library that a student's process can call."""
    library = Library({"gradschool": library_folder()})
    held = withheld(library, catalogue.all_exercises())
    names = [d for d in library.definitions() if d not in held.reveals and library.works(d)]
    shown = [d for d in names if not set(d[0].split(".")) & set(SHOWING)]
    return {(home, name): getattr(importlib.import_module(home), name) for home, name in shown}


def arrays(exercise: Exercise, answer: Any, seconds: float) -> dict[Any, Any]:
    """What an answer gives on two cases, the second one first: the first one is often too simple."""
    evidence, handed = Evidence(), Handed.drawn(exercise, 3)
    try:
        with quiet(), time_limit(seconds):
            for number in [n for n in (1, 2, 0) if n < len(handed.all)][:2]:
                place = Place(exercise.probe.dtypes[0], number)
                observe(evidence, exercise, answer, handed.all[number], place)
    except TimeLimit:
        return {}
    return evidence.arrays


def fits(exercise: Exercise, candidate: Any) -> bool:
    """Whether it can be called as the reference is."""
    if isinstance(candidate, type) != isinstance(exercise.reference, type):
        return False
    if exercise.probe.run is not function.run:
        return True
    try:
        inspect.signature(candidate).bind(*Handed.drawn(exercise, 3).all[0].args)
    except (TypeError, ValueError):
        return False
    return True


def alike(exercise: Exercise) -> list[Definition]:
    """What gives the reference's numbers in most of its outputs."""
    expected = arrays(exercise, exercise.reference, 4.0)
    found = []
    for definition, candidate in free().items():
        if not fits(exercise, candidate):
            continue
        given = arrays(exercise, candidate, SECONDS)
        right = [key for key, array in expected.items() if key in given and close(array, given[key])]
        if right and len(right) > 0.6 * len(expected):
            found.append(definition)
    return found


def close(one: Any, other: Any) -> bool:
    return one.shape == other.shape and np.allclose(one.astype(float), other.astype(float), rtol=1e-6, equal_nan=True)


@pytest.mark.parametrize(
    "exercise", [pytest.param(e, marks=[] if e in SAMPLE else [pytest.mark.soak]) for e in EVERY], ids=lambda e: e.id
)
@pytest.mark.filterwarnings("ignore")
def test_nothing_free_answers_a_question(exercise: Exercise) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert alike(exercise) == []
