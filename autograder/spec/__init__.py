"""What an author writes with: questions and exercises, draws, comparisons, probes, shared mistakes."""

import importlib
from typing import TYPE_CHECKING, Any

from autograder.spec.question import Case, Cases, Question

if TYPE_CHECKING:
    from autograder.spec.exercise import Answer, Exercise, Misconception

__all__ = ["Answer", "Case", "Cases", "Exercise", "Misconception", "Question"]


def __getattr__(name: str) -> Any:
    """What is right, on first use: where a question stands alone, beside a student's code, it is not there."""
    if name not in ("Answer", "Exercise", "Misconception"):
        raise AttributeError(f"module 'autograder.spec' has no attribute {name!r}")
    return getattr(importlib.import_module("autograder.spec.exercise"), name)
