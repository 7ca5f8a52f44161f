"""What an author writes with: questions and exercises, draws, comparisons, probes, shared mistakes."""

from autograder.spec.exercise import Answer, Exercise, Misconception
from autograder.spec.question import Case, Cases, Question

__all__ = ["Answer", "Case", "Cases", "Exercise", "Misconception", "Question"]
