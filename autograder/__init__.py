"""Checks that name the mistake, and the grading of a class."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.student.answer_store import use
    from autograder.student.check import check
    from autograder.student.progress import progress

__all__ = ["check", "progress", "use"]

ROOMS = {"check": "check", "use": "answer_store", "progress": "progress"}  # modules of `student`, by what they offer


def __getattr__(name: str) -> Any:
    """Import on first use: the grading side must be able to read a submission without importing torch."""
    if name not in ROOMS:
        raise AttributeError(f"module 'autograder' has no attribute {name!r}")
    from autograder.own_course import put_on_path

    put_on_path()  # so that the cell which imports this may import a course's own references next
    return getattr(importlib.import_module(f"autograder.student.{ROOMS[name]}"), name)
