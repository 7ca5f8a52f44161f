"""A verdict as something to read: a card for JupyterLab and the feedback page, text for everywhere else."""

from autograder.checking.feedback.card import aside, card, line, notice, outdated
from autograder.checking.feedback.report import report
from autograder.checking.feedback.text import aside_text, text

__all__ = ["aside", "aside_text", "card", "line", "notice", "outdated", "report", "text"]
