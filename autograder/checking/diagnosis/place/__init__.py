"""The place of a mistake that has no name, found by changing the student's own answer."""

from autograder.checking.diagnosis.place.find import SECONDS, find_place

__all__ = ["SECONDS", "find_place"]
