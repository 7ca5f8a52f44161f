"""The gradient passed back through a rectifier, from its net input."""

import torch

from autograder.spec import Question


def nets(draw, *shape):
    return draw.away_from_zero(*shape), draw.away_from_zero(*shape)


def all_signs(draw):
    """Every pair of signs of dout and z occurs."""
    signs = torch.tensor([[1.0, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]]).double()
    return tuple(signs * draw.uniform(0.5, 2, 2, 4))


question = Question(
    cases=lambda draw: [
        all_signs(draw),
        nets(draw, 3, 4),
        nets(draw, 2, 3, 2),
        (draw.away_from_zero(1, 1), torch.tensor([[0.7]]).double()),
        (draw.away_from_zero(1), torch.tensor([-0.7]).double()),
    ],
    extremes=lambda draw: [(draw.away_from_zero(4), torch.tensor([1e4, -1e4, 1e-6, -1e-6]).double())],
    bears="net inputs of ±10,000",
    forbids=["autograd"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.layers import of_way_back
from gradschool.feedforward import activations

exercise = Exercise(question, activations.relu_backward, points=2)


@exercise.misconception(
    "asks for the sign of the gradient, not of the net input",
    "Which of the two arguments decided, on the way forward, whether the unit was on?",
    "May a negative gradient pass through a unit that is on?",
)
def masked_by_dout(dout, z):
    return torch.where(dout > 0, dout, 0)


@exercise.misconception(
    "lets only positive gradients through",
    "May a negative gradient pass through a unit that is on?",
    "Apply the chain rule: by what is dout multiplied where z > 0?",
)
def both_must_be_positive(dout, z):
    return torch.where((z > 0) & (dout > 0), dout, 0)


exercise.mistakes(of_way_back(lambda z: (z > 0).to(z.dtype)))


@exercise.misconception(
    "multiplies by the output, where the slope is asked",
    "How steep is max(0, z) at z = 2, and how steep at z = 4?",
)
def times_the_output(dout, z):
    return dout * z.clamp(min=0)


@exercise.misconception(
    "lets the gradient through where the unit is off, and stops it where it is on",
    "For which z does max(0, z) change with z at all?",
)
def the_wrong_half(dout, z):
    return torch.where(z < 0, dout, 0)


@exercise.misconception(
    "turns the gradient around below zero", "How steep is max(0, z) at z = -1? Which function has the slope -1 there?"
)
def slope_of_the_absolute_value(dout, z):
    return dout * z.sign()


@exercise.alternative
def times_a_mask(dout, z):
    return dout * (z > 0)


@exercise.alternative
def zeros_written_into_a_copy(dout, z):
    passed = dout.clone()
    passed[z <= 0] = 0
    return passed


@exercise.alternative
def with_masked_fill(dout, z):
    return dout.masked_fill(z < 0, 0.0)


@exercise.alternative
def with_heaviside(dout, z):
    return torch.heaviside(z, torch.zeros_like(z)) * dout


@exercise.alternative
def one_by_one(dout, z):
    pairs = zip(dout.reshape(-1).tolist(), z.reshape(-1).tolist(), strict=True)
    return torch.tensor([d if net > 0 else 0.0 for d, net in pairs], dtype=dout.dtype).reshape(z.shape)
