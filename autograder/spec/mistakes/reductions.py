"""Sums and means: over what they are taken, by what they are divided, and what is left."""

from autograder.spec.mistakes.losses import SUM_FOR_MEAN
from autograder.spec.mistakes.mistake import Mistake

SUMS_FOR_MEAN = SUM_FOR_MEAN.worded("sums {of}, where the mean is asked", "What should {example} give?")
CHANNELS_LAST = Mistake(
    "channels-for-the-last-axis",
    "takes the channels for the last axis",
    (
        "In which order do the axes of an image batch stand in this course: where are the channels?",
        "With which shape does a vector meet axis 1 of four?",
    ),
)

SUMS_OVER_THE_BATCH = Mistake(
    "sum-over-the-batch",
    "sums over the batch, where the mean is asked",
    ("If every sample is given twice, what becomes of your result?",),
)
AVERAGES_OVER_UNITS = Mistake(
    "mean-over-units",
    "averages over the units, too",
    (
        "Does the norm of a matrix with twice as many rows stay as it is?",
        "By how many numbers do you divide? How many samples are there?",
    ),
)
ONE_FOR_ALL_SAMPLES = Mistake(
    "one-number-for-all-samples",
    "returns one number for all samples, not one for each",
    ("Which axis should be left? What is the shape of your result for four samples?",),
)
OVER_ONE_AXIS = Mistake(
    "mean-over-one-axis",
    "averages over one axis alone, and leaves others apart",
    ("What is the shape of your result for images with a channel, a height and a width?",),
)
ROOT_TOO_MANY = Mistake(
    "root-too-many",
    "takes the root of {what}",
    ("Which power stands in the formula of the task? Is there a root in it?",),
)
UPSIDE_DOWN = Mistake(
    "upside-down",
    "gives the {best} the lowest number",
    ("Which of two samples should have the larger number? What does your answer give them?",),
)
