"""Every value back to where the largest stood, zeros elsewhere."""

import torch.nn.functional as F

from autograder.spec import Case, Question


def case(draw, shape, k, note=""):
    pooled, indices = F.max_pool2d(draw.normal(*shape), k, return_indices=True)
    return Case((draw.normal(*pooled.shape), indices, tuple(shape[2:])), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, (2, 3, 4, 6), 2, "windows of 2"),
        case(draw, (2, 2, 6, 6), 3, "a square image"),
        case(draw, (1, 2, 5, 8), 3, "rows and columns left over"),
        case(draw, (3, 1, 4, 2), 2, "one column of windows"),
        case(draw, (1, 1, 2, 3), 1, "windows of one pixel"),
        case(draw, (1, 2, 7, 7), 3, "a square image with a rest"),
    ],
    forbids=["pooling", "unpooling"],
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes.pooling import misread_places
from gradschool.convolutional import pooling

exercise = Exercise(
    question,
    pooling.max_unpool2d,
    points=3,
)


def placed(x, indices, size, *, empty=lambda x: 0):
    out = (x.new_zeros(()) + empty(x)).expand(*x.shape[:2], size[0] * size[1])
    return out.scatter(2, indices.flatten(2), x.flatten(2)).reshape(*x.shape[:2], *size)


exercise.mistakes(misread_places(placed))
wrong = exercise.variants(placed)
wrong(
    "fills what is left with the least of the values",
    "What does the task put where no value goes?",
    empty=lambda x: x.detach().amin(),
)


@exercise.misconception(
    "fills each window with its value", "How many pixels of a window were the largest? What should the others hold?"
)
def whole_windows(x, indices, size):
    return F.interpolate(x, size=size, mode="nearest")


@exercise.misconception(
    "puts every value into the upper left corner of its window", "What do the indices say, and where do you use them?"
)
def upper_left_corners(x, indices, size):
    k = max(1, size[0] // x.shape[2])
    corners = k * (torch.arange(x.shape[2])[:, None] * size[1] + torch.arange(x.shape[3]))
    return placed(x, corners.to(x.device).expand(x.shape), size)


@exercise.alternative
def added(x, indices, size):
    out = torch.zeros(*x.shape[:2], size[0] * size[1], dtype=x.dtype, device=x.device)
    out = out.scatter_add(2, indices.flatten(2), x.flatten(2))
    return out.reshape(*x.shape[:2], *size)


@exercise.alternative
def by_rows_and_columns(x, indices, size):
    b = torch.arange(x.shape[0], device=x.device)[:, None, None, None]
    c = torch.arange(x.shape[1], device=x.device)[:, None, None]
    out = x.new_zeros(*x.shape[:2], *size)
    out[b, c, indices // size[1], indices % size[1]] = x
    return out


@exercise.alternative
def one_hot_product(x, indices, size):
    hot = F.one_hot(indices.flatten(2), size[0] * size[1]).to(x)
    return (x.flatten(2).unsqueeze(2) @ hot).reshape(*x.shape[:2], *size)


@exercise.alternative
def channel_by_channel(x, indices, size):
    maps = []
    for image, places in zip(x, indices, strict=True):
        for channel, place in zip(image, places, strict=True):
            empty = torch.zeros(size[0] * size[1], dtype=x.dtype, device=x.device)
            maps.append(empty.index_put((place.flatten(),), channel.flatten()))
    return torch.stack(maps).reshape(*x.shape[:2], *size)
