"""What the fourth unit's answers may not call."""

from autograder.checking.guard.concepts.concept import Concept

CONCEPTS: dict[str, Concept] = {}
