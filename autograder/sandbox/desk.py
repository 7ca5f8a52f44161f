"""Inside the sandbox: what `from autograder import check, use, progress` gives while a class is graded."""

from __future__ import annotations

import sys
from typing import Any

from autograder.sandbox.lending import Withheld, reference_of
from autograder.spec import catalogue

GRADED = "Checks are made by the grader here: this call shows no card."


def check(exercise_id: str, answer: Any = None) -> float:
    """No check is made by a student's own cell while a class is graded."""
    print(GRADED)
    return 0.0


def progress() -> None:
    """Where one stands is shown at a student's desk alone."""
    print(GRADED)


def use(exercise_id: str) -> Any:
    """The reference, once no question of this notebook that it answers is left to be asked; until then one's own.

    Raises:
        UnknownExercise: there is no exercise of this id.
        Withheld: the answer is not there yet either.
    """
    name = catalogue.question(exercise_id).answer
    try:
        found = reference_of(exercise_id)
    except Withheld:
        own = _notebook().get(name)
        if own is None:
            raise Withheld(f"{exercise_id} is asked later in this notebook, and no `{name}` is defined yet") from None
        print(f"{exercise_id}: yours")
        return own
    print(f"{exercise_id}: the reference")
    return found


def _notebook() -> dict[str, Any]:
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return shell.user_ns if shell is not None else vars(sys.modules["__main__"])


def put_up() -> None:
    """Have the package's own names mean these: what a desk needs is not here."""
    vars(sys.modules["autograder"]).update(check=check, use=use, progress=progress)
