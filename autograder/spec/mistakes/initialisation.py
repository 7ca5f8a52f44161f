"""Initialising weights: from which distribution they are drawn, and how many products a unit adds up."""

from autograder.spec.mistakes.mistake import Mistake

WINDOW_FORGOTTEN = Mistake(
    "window-forgotten",
    "forgets that a unit of a convolution sums over its whole window",
    ("With a window of 5×5 over 25 channels, how many products does one unit add up?",),
)
