"""Checks that name the mistake, and the grading of a class."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.desk import check
    from autograder.keep import use
    from autograder.standing import progress

__all__ = ["check", "progress", "use"]


def __getattr__(name: str) -> Any:
    """Import on first use: the grading side must be able to read a submission without importing torch."""
    if name == "check":
        from autograder.desk import check

        return check
    if name == "use":
        from autograder.keep import use

        return use
    if name == "progress":
        from autograder.standing import progress

        return progress
    raise AttributeError(f"module 'autograder' has no attribute {name!r}")
