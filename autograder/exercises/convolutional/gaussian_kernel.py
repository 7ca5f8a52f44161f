"""The Gaussian kernel: a blur that weighs near pixels more."""

from autograder.spec import Case, Question
from autograder.spec.probes import function

question = Question(
    cases=lambda draw: [
        Case((3, 1.0), note="3×3"),
        Case((5, 0.8), note="5×5, narrow"),
        Case((7, 2.5), note="7×7, wide"),
        Case((4, 1.2), note="an even size"),
        Case((1, 0.7), note="one pixel"),
        Case((2, 0.9), note="two pixels"),
        (5, float(draw.uniform(0.5, 3))),
    ],
    probe=function.but(dtypes=("float32",)),
    forbids=["gaussian_blur"],
)

# %% what is right, and what is wrong
import math

import torch

from autograder.spec import Exercise
from gradschool.convolutional import kernels

exercise = Exercise(
    question,
    kernels.gaussian_kernel,
    points=3,
)


def weights(size, sigma, middle=None, power=2):
    offset = torch.arange(size) - ((size - 1) / 2 if middle is None else middle)
    square = offset[:, None] ** 2 + offset[None, :] ** 2
    return torch.exp(-(square ** (power / 2)) / (2 * sigma**2))


@exercise.misconception(
    "does not scale the weights to sum to one", "What would your kernel make of an image that is grey everywhere?"
)
def unscaled(size, sigma):
    return weights(size, sigma)


@exercise.misconception(
    "divides by the 2πσ² of the plane, not by the sum of its own weights",
    "What do the weights of your kernel add up to? What becomes of the rest of the bell, outside the kernel?",
)
def density(size, sigma):
    return weights(size, sigma) / (2 * math.pi * sigma**2)


@exercise.misconception(
    "leaves out the 2 under the fraction line", "At which distance should a weight be e^(-1/2) of the middle one?"
)
def without_the_two(size, sigma):
    w = weights(size, sigma / math.sqrt(2))
    return w / w.sum()


@exercise.misconception(
    "divides by 2σ, not by 2σ²", "If σ is doubled and all distances too, should the weights change?"
)
def sigma_not_squared(size, sigma):
    w = weights(size, math.sqrt(sigma))
    return w / w.sum()


@exercise.misconception(
    "counts from the upper left corner, not from the middle", "Which weight of your kernel is the largest?"
)
def from_the_corner(size, sigma):
    w = weights(size, sigma, middle=0)
    return w / w.sum()


@exercise.misconception(
    "takes pixel size // 2 for the middle, even where the middle lies between two pixels",
    "Is your kernel of size 4 the same when it is flipped?",
)
def middle_is_a_pixel(size, sigma):
    w = weights(size, sigma, middle=size // 2)
    return w / w.sum()


@exercise.misconception(
    "lets the weights fall with the distance, not with its square",
    "Which power of the distance stands in the exponent?",
)
def distance_not_squared(size, sigma):
    w = weights(size, sigma, power=1)
    return w / w.sum()


@exercise.misconception(
    "scales each row to sum to one", "What do all weights of your kernel add up to, and what should they?"
)
def rows_sum_to_one(size, sigma):
    w = weights(size, sigma)
    return w / w.sum(dim=1, keepdim=True)


@exercise.misconception(
    "adds the two bells, where they multiply", "What is exp(-(a + b)), in terms of exp(-a) and exp(-b)?"
)
def bells_added(size, sigma):
    bell = torch.exp(-((torch.arange(size) - (size - 1) / 2) ** 2) / (2 * sigma**2))
    w = bell[:, None] + bell[None, :]
    return w / w.sum()


@exercise.misconception("returns a single row", "How many weights has a kernel of size 3?")
def one_row(size, sigma):
    bell = torch.exp(-((torch.arange(size) - (size - 1) / 2) ** 2) / (2 * sigma**2))
    return bell / bell.sum()


@exercise.alternative
def with_meshgrid(size, sigma):
    axis = torch.linspace(-(size - 1) / 2, (size - 1) / 2, size)
    u, v = torch.meshgrid(axis, axis, indexing="ij")
    kernel = torch.exp(-(u**2 + v**2) / (2 * sigma**2))
    return kernel / kernel.sum()


@exercise.alternative
def outer_product(size, sigma):
    offset = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    row = (-(offset**2) / (2 * sigma**2)).exp()
    row = row / row.sum()
    return row[:, None] * row[None, :]


@exercise.alternative
def one_by_one(size, sigma):
    middle = (size - 1) / 2
    kernel = torch.zeros(size, size)
    for i in range(size):
        for j in range(size):
            kernel[i, j] = math.exp(-((i - middle) ** 2 + (j - middle) ** 2) / 2 / sigma**2)
    return kernel / kernel.sum()
