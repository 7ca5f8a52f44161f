"""Normalisation of images and feature maps: over which axes statistics are taken, and by what is divided."""

from torch import Tensor

from autograder.spec.mistakes.mistake import Mistake

CHANNELS_TOGETHER = Mistake(
    "statistics-of-all-channels",
    "takes one mean and one deviation for all channels together",
    ("What is the mean of each channel of your result? What should it be?",),
)
EACH_IMAGE_BY_ITSELF = Mistake(
    "statistics-of-each-image",
    "normalises each image by itself",
    (
        "Change one image of the batch. Should the output for the others change?",
        "How many means are there for three channels? How many does your function work out?",
    ),
)
EACH_POSITION_BY_ITSELF = Mistake(
    "statistics-of-each-position",
    "has a mean for each position, not for each channel",
    (
        "Which shape should the mean have? Which axes are left when those of batch, height and width are gone?",
        "A kernel slides over all positions. Should it matter to the normalisation where it stands?",
    ),
)
UNBIASED_VARIANCE = Mistake(
    "unbiased-variance",
    "divides the squares that it normalises with by one less than the number of pixels",
    (
        "Is the deviation asked here an estimate from a sample, or that of the pixels at hand?",
        "Which argument of std and var decides this?",
    ),
)
BY_THE_VARIANCE = Mistake(
    "variance-for-root",
    "divides by the variance, not by its root",
    ("What is the standard deviation of a channel of your result? What should it be?",),
)

AXES = (0, 2, 3)  # batch and positions: what is left are the channels


def column(of_channels: Tensor) -> Tensor:
    """One number for each channel, shaped to meet axis 1 of (batch, channels, height, width)."""
    return of_channels[:, None, None]
