"""What a person needs who looks into a verdict that may be wrong: to be copied from the card."""

import platform
from importlib.metadata import PackageNotFoundError, version

import torch

from autograder.checking.feedback.text import text
from autograder.checking.verdict import State, Verdict
from autograder.spec import Exercise


def report(exercise: Exercise, verdict: Verdict, seed: int, source: str) -> str:
    """Exercise, versions, seed, verdict and the answer itself, as plain text; "" where no points were lost.

    The card of a right answer stands in stored notebooks, which are the same under every version.
    """
    if verdict.passed or verdict.state in (State.UNATTEMPTED, State.MISSING):
        return ""
    try:
        course = version("gradschool")
    except PackageNotFoundError:
        course = "not installed"
    return "\n".join(
        [
            f"exercise: {exercise.id}",
            f"versions: gradschool {course}, torch {torch.__version__}, Python {platform.python_version()}",
            f"seed: {seed}",
            "verdict:",
            *(line for line in text(exercise, verdict, seed).splitlines() if not line.startswith("  Hint: ")),
            "answer:",
            source or "(its source is not known)",
        ]
    )
