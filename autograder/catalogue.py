"""Find an exercise by its id: its file is `exercises/<unit>/<id>.py`."""

import difflib
import importlib
from functools import cache
from pathlib import Path

from autograder.exercise import Exercise

EXERCISES = Path(__file__).parent / "exercises"


class UnknownExercise(LookupError):
    """No exercise has this id; the message names those that look like it."""


@cache
def places() -> dict[str, str]:
    """Module of every exercise by id, in the order of the units."""
    found = {}
    for path in sorted(EXERCISES.glob("*/*.py")):
        if path.stem != "__init__":
            found[path.stem] = f"autograder.exercises.{path.parent.name}.{path.stem}"
    return found


@cache
def find(exercise_id: str) -> Exercise:
    """The exercise of this id. Raises UnknownExercise with the nearest ids if there is none."""
    if exercise_id not in places():
        near = difflib.get_close_matches(exercise_id, places(), 3)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise UnknownExercise(f"There is no exercise called {exercise_id!r}.{hint}")
    module = importlib.import_module(places()[exercise_id])
    exercise: Exercise = module.exercise
    return exercise


def all_exercises(unit: str = "") -> list[Exercise]:
    """Every exercise, or those of one unit ("feedforward")."""
    return [find(name) for name, module in places().items() if not unit or f".{unit}." in module]
