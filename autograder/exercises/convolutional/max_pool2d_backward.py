"""What goes back through max pooling: to the winners alone, and added up where windows overlap."""

import torch.nn.functional as F

from autograder.spec import Case, Question


def case(draw, shape, k, stride=None, padding=0, note=""):
    out, indices = F.max_pool2d(draw.normal(*shape), k, stride, padding, return_indices=True)
    return Case((draw.normal(*out.shape), indices, tuple(shape[2:])), note=note)


def one_winner(draw):
    """A pixel that wins all four windows that it lies in."""
    x = draw.normal(1, 2, 5, 5)
    x[:, :, 2, 2] = 100
    out, indices = F.max_pool2d(x, 3, 2, return_indices=True)
    return Case((draw.normal(*out.shape), indices, (5, 5)), note="one pixel wins four windows")


question = Question(
    cases=lambda draw: [
        case(draw, (2, 3, 4, 6), 2, note="windows that touch"),
        case(draw, (2, 2, 7, 5), 3, 2, note="windows of 3 that overlap"),
        one_winner(draw),
        case(draw, (3, 1, 5, 8), 3, note="rows and columns left over"),
        case(draw, (1, 2, 4, 4), 3, 1, 1, note="overlap and padding"),
        case(draw, (1, 3, 4, 5), 1, note="windows of one pixel"),
    ],
    forbids=["pooling", "unpooling", "autograd"],
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes.convolution import OVERWRITES_OVERLAPS
from autograder.spec.mistakes.pooling import misread_places
from gradschool.convolutional import pooling

exercise = Exercise(
    question,
    pooling.max_pool2d_backward,
    points=5,
)


def added(dout, indices, size):
    dx = dout.new_zeros(*dout.shape[:2], size[0] * size[1])
    return dx.scatter_add(2, indices.flatten(2), dout.flatten(2)).reshape(*dout.shape[:2], *size)


exercise.mistakes(misread_places(added))


@exercise.mistake(OVERWRITES_OVERLAPS)
def overwritten(dout, indices, size):
    dx = dout.new_zeros(*dout.shape[:2], size[0] * size[1])
    for place, value in zip(indices.flatten(2).split(1, dim=2), dout.flatten(2).split(1, dim=2), strict=True):
        dx.scatter_(2, place, value)
    return dx.reshape(*dout.shape[:2], *size)


@exercise.misconception(
    "averages where a pixel has won several windows",
    "By how much do two outputs change together when their winner grows by 1?",
)
def averaged(dout, indices, size):
    return added(dout, indices, size) / added(torch.ones_like(dout), indices, size).clamp(min=1)


@exercise.alternative
def with_index_put(dout, indices, size):
    b = torch.arange(dout.shape[0], device=dout.device)[:, None, None, None]
    c = torch.arange(dout.shape[1], device=dout.device)[:, None, None]
    dx = dout.new_zeros(*dout.shape[:2], *size)
    dx.index_put_((b, c, indices // size[1], indices % size[1]), dout, accumulate=True)
    return dx


@exercise.alternative
def one_flat_line(dout, indices, size):
    pixels = size[0] * size[1]
    start = torch.arange(dout.shape[0] * dout.shape[1], device=dout.device) * pixels
    place = start[:, None] + indices.flatten(2).flatten(0, 1)
    flat = dout.new_zeros(dout.shape[0] * dout.shape[1] * pixels)
    return flat.index_add(0, place.flatten(), dout.flatten()).reshape(*dout.shape[:2], *size)


@exercise.alternative
def one_hot_product(dout, indices, size):
    hot = torch.nn.functional.one_hot(indices.flatten(2), size[0] * size[1]).to(dout)
    return torch.einsum("bcn,bcnp->bcp", dout.flatten(2), hot).reshape(*dout.shape[:2], *size)


@exercise.alternative
def number_by_number(dout, indices, size):
    dx = torch.zeros(*dout.shape[:2], size[0] * size[1], dtype=dout.dtype)
    for b in range(dout.shape[0]):
        for c in range(dout.shape[1]):
            for place, value in zip(indices[b, c].flatten(), dout[b, c].flatten(), strict=True):
                dx[b, c, place] += value
    return dx.view(*dout.shape[:2], *size)
