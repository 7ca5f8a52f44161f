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
        Case((6, 2), note="an even size, sigma a whole number"),
        Case((9, 0.5), note="weights that almost vanish"),
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


def right(
    size, sigma, *, middle=lambda size: (size - 1) / 2, width=lambda sigma: 2 * sigma**2, total=torch.sum,
    joined=torch.mul,
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    bell = torch.exp(-((torch.arange(size) - middle(size)) ** 2) / width(sigma))
    weights = joined(bell[:, None], bell[None, :])
    return weights / total(weights)


wrong = exercise.variants(right)
wrong(
    "does not scale the weights to sum to one",
    "What would your kernel make of an image that is grey everywhere?",
    total=lambda weights: 1,
)
wrong(
    "leaves out the 2 under the fraction line",
    "At which distance should a weight be e^(-1/2) of the middle one?",
    width=lambda sigma: sigma**2,
)
wrong(
    "divides by 2σ, not by 2σ²",
    "If σ is doubled and all distances too, should the weights change?",
    width=lambda sigma: 2 * sigma,
)
wrong(
    "counts from the upper left corner, not from the middle",
    "Which weight of your kernel is the largest?",
    middle=lambda size: 0,
)
wrong(
    "takes pixel size // 2 for the middle, even where the middle lies between two pixels",
    "Is your kernel of size 4 the same when it is flipped?",
    middle=lambda size: size // 2,
)
wrong(
    "scales each row to sum to one",
    "What do all weights of your kernel add up to, and what should they?",
    total=lambda weights: weights.sum(dim=1, keepdim=True),
)
wrong(
    "adds the two bells, where they multiply",
    "What is exp(-(a + b)), in terms of exp(-a) and exp(-b)?",
    joined=torch.add,
)


@exercise.misconception(
    "divides by the 2πσ² of the plane, not by the sum of its own weights",
    "What do the weights of your kernel add up to? What becomes of the rest of the bell, outside the kernel?",
)
def density(size, sigma):
    return right(size, sigma, total=lambda weights: 2 * math.pi * sigma**2)


@exercise.misconception(
    "lets the weights fall with the distance, not with its square",
    "Which power of the distance stands in the exponent?",
)
def distance_not_squared(size, sigma):
    offset = torch.arange(size) - (size - 1) / 2
    w = torch.exp(-torch.hypot(offset[:, None], offset[None, :]) / (2 * sigma**2))
    return w / w.sum()


@exercise.misconception("returns a single row", "How many weights has a kernel of size 3?")
def one_row(size, sigma):
    return right(size, sigma).sum(dim=0)


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
