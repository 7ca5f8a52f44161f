"""Name the mistake: which known wrong answer gives what this answer gives, or what kind of error it looks like."""

from autograder.checking.diagnosis.general import general_diagnoses
from autograder.checking.diagnosis.known import Answer, Explanation, Known, known_mistakes
from autograder.checking.diagnosis.naming import diagnose

__all__ = ["Answer", "Explanation", "Known", "diagnose", "general_diagnoses", "known_mistakes"]
