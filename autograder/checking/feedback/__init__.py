"""A verdict as something to read: a card for JupyterLab and the feedback page, text for everywhere else."""

from autograder.checking.feedback.card import card, notice
from autograder.checking.feedback.report import report
from autograder.checking.feedback.text import text

__all__ = ["card", "notice", "report", "text"]
