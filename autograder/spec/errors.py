"""What can go wrong with an answer before its values can be compared."""

from collections.abc import Mapping
from typing import Any


class Unusable(Exception):
    """The answer is not of the kind that the task asks for: the message is a sentence for the student."""

    def __init__(self, kind: str, sentence: str):
        super().__init__(sentence)
        self.kind = kind


class Unfinished(Exception):
    """A part of what an answer should give is there, and then it stopped."""

    def __init__(self, outputs: Mapping[Any, Any], cause: BaseException):
        super().__init__(str(cause))
        self.outputs, self.cause = outputs, cause


class ReferenceFails(RuntimeError):
    """The reference of an exercise does not do what its own cases ask; the message says which, for its author."""


class Interrupted(BaseException):
    """The person at the desk wants no more of it."""


class TimeLimit(BaseException):
    """The answer took longer than its check may. Not an Exception, so that an answer seldom swallows it."""
