"""Which exercise a call of `check` means: its name in quotes, or the answer itself."""

import difflib
from typing import Any

from autograder.spec import Exercise, catalogue


def exercise_named(given: Any) -> Exercise:
    """The exercise of this name; a function or class stands for its own name.

    Raises:
        UnknownExercise: there is none; says what to type.
    """
    if isinstance(given, str):
        return catalogue.find(_nearly(given))
    name = getattr(given, "__name__", None)
    if isinstance(name, str) and callable(given):
        return catalogue.find(name)
    raise catalogue.UnknownExercise(
        f'`check` takes the name of an exercise in quotes, as in `check("softmax")`; got {_kind(given)}.'
    )


def _nearly(name: str) -> str:
    """The name that differs in capitals, blanks and dashes alone, where there is one."""
    known = catalogue.entries()
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    return plain if name not in known and plain in known else name


def nearest(name: str, namespace: dict[str, Any]) -> str:
    """The function or class of the notebook whose name is most like this one; "" where none is."""
    for near in difflib.get_close_matches(name, [n for n in namespace if isinstance(n, str)], 3, 0.75):
        if callable(namespace[near]):
            return near
    return ""


def _kind(given: Any) -> str:
    if given is None:
        return "nothing"
    text = ("a", "an")[type(given).__name__[0] in "aeiou"]
    return f"{text} {type(given).__name__}"
