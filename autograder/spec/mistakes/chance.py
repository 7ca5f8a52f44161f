"""Mistakes in drawing: the wrong distribution, and the wrong number of products behind a variance."""

from autograder.spec.mistakes.mistake import Mistake

UNIFORM_FOR_NORMAL = Mistake(
    "uniform-for-normal",
    "draws from a uniform distribution",
    ("Which distribution does the task name?", "Which function of torch draws from a normal distribution?"),
)
WINDOW_FORGOTTEN = Mistake(
    "window-forgotten",
    "forgets that a unit of a convolution sums over its whole window",
    ("With a window of 5×5 over 25 channels, how many products does one unit add up?",),
)
