"""Gradients of a network with one hidden layer of tanh units and a sigmoid output."""

from autograder.spec import Question


def network(draw, batch, inputs, hidden):
    x, y = draw.normal(batch, inputs), draw.labels(2, batch).double()
    return x, y, draw.normal(hidden, inputs), draw.normal(hidden), draw.normal(1, hidden), draw.normal(1)


question = Question(
    cases=lambda draw: [
        network(draw, 6, 2, 4),
        network(draw, 5, 3, 2),
        network(draw, 1, 2, 3),
        network(draw, 4, 1, 1),
        network(draw, 4, 4, 4),
    ],
    returns=("dw1", "db1", "dw2", "db2"),
    forbids=["autograd"],
    uses=["linear_forward", "linear_backward", "sigmoid", "sigmoid_backward", "tanh", "tanh_backward"],
)

# %% what is right, and what is wrong
from functools import partial

import torch

from autograder.spec import Exercise
from autograder.spec.mistakes.layers import (
    BIAS_AVERAGED,
    MEAN_FORGOTTEN,
    MEAN_TWICE,
    SLOPE_FORGOTTEN,
    SQUASHED_AGAIN,
    in_order,
)
from autograder.spec.mistakes.losses import WRONG_SIGN
from gradschool.feedforward import gradients as reference

exercise = Exercise(question, reference.two_layer_gradients, points=6)


def gradients(
    x, y, w1, b1, w2, b2, hidden=torch.tanh, error=lambda p, y: p - y[:, None], slope=lambda h, z: 1 - h**2,
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    z = x @ w1.T + b1
    h = hidden(z)
    dz2 = error(torch.sigmoid(h @ w2.T + b2), y) / len(x)
    dz1 = dz2 @ w2 * slope(h, z)
    return dz1.T @ x, dz1.sum(dim=0), dz2.T @ h, dz2.sum(dim=0)


exercise.mistakes(
    [
        (WRONG_SIGN, partial(gradients, error=lambda p, y: y[:, None] - p)),
        (MEAN_FORGOTTEN, partial(gradients, error=lambda p, y: len(p) * (p - y[:, None]))),
        (MEAN_TWICE, partial(gradients, error=lambda p, y: (p - y[:, None]) / len(p))),
        (SLOPE_FORGOTTEN, partial(gradients, slope=lambda h, z: torch.ones_like(h))),
        (SQUASHED_AGAIN.told(function="tanh"), partial(gradients, slope=lambda h, z: 1 - torch.tanh(h) ** 2)),
        in_order(gradients, 2, 3, 0, 1),
    ]
)


@exercise.misconception(
    "multiplies by the slope of the sigmoid, which cross-entropy has cancelled",
    "Differentiate the loss of one sample with respect to its last net input. Which factors cancel?",
    "Which loss would leave that slope in its gradient?",
)
def slope_of_the_output(*args):
    return gradients(*args, error=lambda p, y: (p - y[:, None]) * p * (1 - p))


@exercise.misconception(
    "takes 1 - h for the slope of a tanh unit",
    "At h = 0 the slope is 1. What is it at h = -1, where the unit is saturated, and what is yours?",
)
def slope_not_squared(*args):
    return gradients(*args, slope=lambda h, z: 1 - h)


@exercise.misconception(
    "uses the sigmoid's slope for hidden units that are tanh",
    "Which function do the hidden units apply? What is its slope at net input 0?",
)
def sigmoid_slope_in_the_hidden_layer(*args):
    return gradients(*args, slope=lambda h, z: h * (1 - h))


@exercise.misconception(
    "puts the net input where the slope of tanh needs its output",
    "The slope of tanh is written with what tanh put out. Which of your tensors is that?",
    "Can a slope of tanh be negative? Can yours?",
)
def slope_from_the_net_input(*args):
    return gradients(*args, slope=lambda h, z: 1 - z**2)


@exercise.misconception(
    "has sigmoid units in the hidden layer", "Which function does the task put into the hidden layer?"
)
def sigmoid_hidden_units(*args):
    return gradients(*args, hidden=torch.sigmoid, slope=lambda h, z: h * (1 - h))


@exercise.mistake(BIAS_AVERAGED)
def biases_averaged(x, *rest):
    dw1, db1, dw2, db2 = gradients(x, *rest)
    return dw1, db1 / len(x), dw2, db2 / len(x)


@exercise.alternative
def from_ones_own_layers(x, y, w1, b1, w2, b2):
    h = torch.tanh(x @ w1.T + b1)
    p = torch.sigmoid(h @ w2.T + b2)
    dz2 = (p - y.unsqueeze(1)) / x.shape[0]
    dh, dw2, db2 = linear_backward(dz2, h, w2)
    _, dw1, db1 = linear_backward(tanh_backward(dh, h), x, w1)
    return dw1, db1, dw2, db2


@exercise.alternative
def through_every_node(x, y, w1, b1, w2, b2):
    h = torch.tanh(x @ w1.T + b1)
    p = torch.sigmoid((h @ w2.T + b2).squeeze(-1))
    dp = ((1 - y) / (1 - p) - y / p) / len(y)
    dz2 = sigmoid_backward(dp, p)[:, None]
    dz1 = tanh_backward(dz2 * w2, h)
    return torch.mm(dz1.t(), x), dz1.sum(0), torch.mm(dz2.t(), h), dz2.sum(0)


@exercise.alternative
def with_einsum(x, y, w1, b1, w2, b2):
    h = torch.tanh(torch.einsum("bi,hi->bh", x, w1) + b1)
    error = torch.sigmoid(torch.einsum("bh,h->b", h, w2[0]) + b2) - y
    dz1 = torch.einsum("b,h,bh->bh", error, w2[0], 1 - h * h)
    found = torch.einsum("bh,bi->hi", dz1, x), dz1.sum(0), (error @ h)[None], error.sum()[None]
    return [g / len(y) for g in found]


@exercise.alternative
def sample_by_sample(x, y, w1, b1, w2, b2):
    totals = [torch.zeros_like(p) for p in (w1, b1, w2, b2)]
    for sample, label in zip(x, y, strict=True):
        h = torch.tanh(w1 @ sample + b1)
        error = (torch.sigmoid(w2 @ h + b2) - label) / len(x)
        dz1 = error * w2[0] * (1 - h**2)
        for total, part in zip(totals, (torch.outer(dz1, sample), dz1, torch.outer(error, h), error), strict=True):
            total += part
    return tuple(totals)
