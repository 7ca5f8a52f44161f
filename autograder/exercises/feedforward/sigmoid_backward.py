"""The gradient passed back through a sigmoid, from what the sigmoid put out."""

import torch

from autograder.spec import Question


def squashed(draw, *shape):
    return draw.normal(*shape), torch.sigmoid(2 * draw.normal(*shape))


question = Question(
    cases=lambda draw: [
        squashed(draw, 5),
        squashed(draw, 3, 4),
        squashed(draw, 2, 3, 2),
        squashed(draw, 1, 1),
        squashed(draw, 1),
    ],
    extremes=lambda draw: [(draw.normal(4), torch.tensor([0.0, 1.0, 0.0, 0.5]).double())],
    bears="sigmoids of exactly 0 and 1",
    forbids=["autograd"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.layers import of_squashing_back
from gradschool.feedforward import activations

exercise = Exercise(question, activations.sigmoid_backward, points=2)


exercise.mistakes(of_squashing_back("sigmoid", lambda s: s * (1 - s)))


@exercise.misconception(
    "uses the slope of tanh", "What is the slope of a sigmoid where it puts out 0.5? What is yours?"
)
def slope_of_tanh(dout, s):
    return dout * (1 - s**2)


@exercise.misconception(
    "leaves out one of the two factors of the slope",
    "The slope vanishes at both ends, s = 0 and s = 1. At which of them does yours?",
)
def one_factor(dout, s):
    return dout * (1 - s)


@exercise.alternative
def expanded(dout, s):
    return dout * (s - s * s)


@exercise.alternative
def in_steps(dout, s):
    slope = torch.ones_like(s)
    slope -= s
    slope *= s
    slope *= dout
    return slope


@exercise.alternative
def around_the_middle(dout, s):
    return torch.mul(dout, 0.25 - (s - 0.5).square())


@exercise.alternative
def in_numpy(dout, s):
    out = s.numpy()
    return torch.from_numpy(dout.numpy() * out * (1 - out))
