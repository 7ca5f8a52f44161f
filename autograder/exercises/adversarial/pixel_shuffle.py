"""Channels turned into pixels."""

from autograder.spec import Case, Question

question = Question(
    cases=lambda draw: [
        (draw.normal(2, 8, 3, 4), 2),
        Case((draw.normal(2, 4, 2, 2), 2), note="one channel comes out"),
        Case((draw.normal(1, 18, 2, 3), 3), note="blocks of 3×3"),
        Case((draw.normal(3, 2, 3, 2), 1), note="r = 1: nothing moves"),
        Case((draw.normal(1, 12, 1, 1), 2), note="one pixel"),
        Case((draw.normal(2, 27, 1, 4), 3), note="three channels come out, one row of pixels"),
    ],
    gradients=["x"],
    arguments=("x", "r"),
    forbids=["pixel_shuffle"],
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F

from autograder.spec import Exercise
from gradschool.adversarial import superresolution

exercise = Exercise(question, superresolution.pixel_shuffle, points=4)


def blocks(x, r):
    b, c, h, w = x.shape
    return x.reshape(b, c // r**2, r, r, h, w)


@exercise.misconception(
    "reshapes without moving anything",
    "The four channels of one pixel: do they lie side by side in your image?",
)
def reshaped(x, r):
    b, c, h, w = x.shape
    return x.reshape(b, c // r**2, r * h, r * w)


@exercise.misconception(
    "exchanges rows and columns within a block",
    "Channel number 1 of a block of 2×2: does it go to the right of channel 0, or below it?",
)
def transposed_blocks(x, r):
    b, c, h, w = x.shape
    return blocks(x, r).permute(0, 1, 4, 3, 5, 2).reshape(b, c // r**2, r * h, r * w)


@exercise.misconception(
    "takes every c-th channel into one block, where neighbouring channels belong together",
    "With 8 channels and r = 2, which four of them make the first output channel?",
)
def channels_apart(x, r):
    b, c, h, w = x.shape
    return x.reshape(b, r, r, c // r**2, h, w).permute(0, 3, 4, 1, 5, 2).reshape(b, c // r**2, r * h, r * w)


@exercise.misconception(
    "lays the r² channels out as tiles: each is a whole small image in a corner of the large one",
    "The pixel in row 0 and column 1 of your result: from which channel is it?",
)
def tiled(x, r):
    b, c, h, w = x.shape
    return blocks(x, r).permute(0, 1, 2, 4, 3, 5).reshape(b, c // r**2, r * h, r * w)


@exercise.misconception(
    "repeats pixels of some channels, and drops the others", "How many of the numbers of x occur in your result?"
)
def nearest(x, r):
    return F.interpolate(x[:, :: r * r], scale_factor=r) if r > 1 else x.clone()


@exercise.misconception(
    "turns pixels into channels: the way back", "Which gets larger in your result, the image or the number of channels?"
)
def unshuffled(x, r):
    b, c, h, w = x.shape
    if h % r or w % r:
        return x.new_zeros(b, c * r**2, h // r, w // r)
    return x.reshape(b, c, h // r, r, w // r, r).permute(0, 1, 3, 5, 2, 4).reshape(b, c * r**2, h // r, w // r)


@exercise.alternative
def place_by_place(x, r):
    b, c, h, w = x.shape
    large = x.new_zeros(b, c // r**2, r * h, r * w)
    for i in range(r):
        for j in range(r):
            large[:, :, i::r, j::r] = x[:, i * r + j :: r * r]
    return large


@exercise.alternative
def stacked(x, r):
    b, c, h, w = x.shape
    groups = x.view(b, c // r**2, r * r, h, w)
    rows = [torch.stack([groups[:, :, i * r + j] for j in range(r)], dim=-1).flatten(-2) for i in range(r)]
    return torch.stack(rows, dim=3).flatten(2, 3)


@exercise.alternative
def with_einsum(x, r):
    b, c, h, w = x.shape
    return torch.einsum("bcijhw->bchiwj", blocks(x, r)).reshape(b, c // r**2, h * r, w * r)
