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
    ],
    forbids=["pooling", "unpooling", "autograd"],
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from gradschool.convolutional import pooling

exercise = Exercise(
    question,
    pooling.max_pool2d_backward,
    points=5,
)


@exercise.misconception(
    "lets overlapping windows overwrite each other",
    "A pixel has won four windows. By how much do the outputs change, all together, when it grows by 1?",
    "What is left in a cell to which four numbers were assigned, one after the other?",
)
def overwritten(dout, indices, size):
    dx = dout.new_zeros(*dout.shape[:2], size[0] * size[1])
    for i in range(indices[0, 0].numel()):
        place = indices.flatten(2)[:, :, i : i + 1]
        dx.scatter_(2, place, dout.flatten(2)[:, :, i : i + 1])
    return dx.reshape(*dout.shape[:2], *size)


def added(dout, indices, size):
    dx = dout.new_zeros(*dout.shape[:2], size[0] * size[1])
    return dx.scatter_add(2, indices.flatten(2), dout.flatten(2)).reshape(*dout.shape[:2], *size)


@exercise.misconception(
    "averages where a pixel has won several windows",
    "By how much do two outputs change together when their winner grows by 1?",
)
def averaged(dout, indices, size):
    wins = added(torch.ones_like(dout), indices, size)
    return added(dout, indices, size) / wins.clamp(min=1)


@exercise.misconception(
    "says which pixels have won, and forgets the gradient that came from above",
    "What should dx be where dout is zero?",
)
def winners_only(dout, indices, size):
    return added(torch.ones_like(dout), indices, size)


@exercise.misconception(
    "reads an index column by column", "In an image of 4 rows and 6 columns, where is the pixel with index 7?"
)
def column_by_column(dout, indices, size):
    return (
        added(dout, indices, (size[1], size[0])).transpose(2, 3)
        if size[0] != size[1]
        else added(dout, indices, size).transpose(2, 3)
    )


@exercise.misconception(
    "puts all images and channels on top of each other", "An index counts the pixels of one channel. Of which one?"
)
def one_canvas(dout, indices, size):
    dx = dout.new_zeros(size[0] * size[1])
    dx = dx.index_add(0, indices.flatten(), dout.flatten())
    return dx.reshape(size).expand(*dout.shape[:2], *size).clone()


@exercise.misconception(
    "takes height for width when it lays the pixels into rows",
    "Which of the two numbers in `size` is the length of a row?",
)
def rows_for_columns(dout, indices, size):
    return added(dout, indices, size).reshape(*dout.shape[:2], size[1], size[0])


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
