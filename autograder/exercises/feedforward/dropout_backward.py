"""Dropout backward: the gradient takes the way that the signal took."""

import torch

from autograder.spec import Case, Question


def case(draw, p, *shape, note=""):
    kept = draw.uniform(0, 1, *shape) >= p
    return Case((draw.normal(*shape), kept.double() / (1 - p)), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 0.3, 6, 5),
        case(draw, 0.8, 20, 3),
        case(draw, 0.5, 2, 3, 4),
        Case((draw.normal(3, 4), torch.ones(3, 4).double()), note="evaluation"),
        Case((draw.normal(1, 1), torch.full((1, 1), 2.0).double()), note="one element"),
    ],
    forbids=["autograd"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.layers import of_way_back
from gradschool.feedforward import regularisation

exercise = Exercise(question, regularisation.dropout_backward, points=2)


@exercise.misconception("scales by the mask twice", "The mask is already divided by 1 - p. What is left to do?")
def scaled_twice(dout, mask):
    return dout * mask * mask


@exercise.misconception(
    "drops the right elements and forgets the scale",
    "In the forward pass a kept element was multiplied by a number. By which?",
    "So if that element grows by 1, by how much does the output grow?",
)
def not_scaled(dout, mask):
    return torch.where(mask > 0, dout, torch.zeros_like(dout))


exercise.mistakes(of_way_back(lambda mask: mask))


@exercise.misconception("divides by the mask", "What is the derivative of x · m with respect to x?")
def divides(dout, mask):
    return dout / mask


@exercise.misconception(
    "lets the dropped elements pass and stops the others", "Where the mask is 0, should the gradient be 0 or not?"
)
def the_other_way_round(dout, mask):
    return dout * (mask == 0).to(dout)


@exercise.alternative
def by_einsum(dout, mask):
    return torch.einsum("...,...->...", dout, mask)


@exercise.alternative
def in_a_copy(dout, mask):
    dx = dout.clone()
    dx *= mask
    dx[mask == 0] = 0.0
    return dx


@exercise.alternative
def by_where(dout, mask):
    scale = mask.max()
    return torch.where(mask != 0, dout * scale, 0.0)
