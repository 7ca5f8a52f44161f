"""The gradient passed back through tanh, from what tanh put out."""

import torch

from autograder.spec import Question


def squashed(draw, *shape):
    return draw.normal(*shape), torch.tanh(draw.normal(*shape))


question = Question(
    cases=lambda draw: [
        squashed(draw, 5),
        squashed(draw, 3, 4),
        squashed(draw, 2, 3, 2),
        squashed(draw, 1, 1),
        squashed(draw, 1),
    ],
    extremes=lambda draw: [(draw.normal(4), torch.tensor([-1.0, 1.0, 0.0, -0.5]).double())],
    bears="values of exactly -1 and 1",
    forbids=["autograd"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.layers import of_squashing_back
from gradschool.feedforward import activations

exercise = Exercise(question, activations.tanh_backward, points=2)


exercise.mistakes(of_squashing_back("tanh", lambda t: 1 - t**2))


@exercise.misconception(
    "uses the slope of the sigmoid", "What is the slope of tanh where it puts out 0? What is yours?"
)
def slope_of_sigmoid(dout, t):
    return dout * t * (1 - t)


@exercise.misconception(
    "does not square the output",
    "Tanh is as steep on the left as on the right. Is your slope the same for t = 0.5 and t = -0.5?",
)
def not_squared(dout, t):
    return dout * (1 - t)


@exercise.misconception(
    "squares the difference, where the slope is a difference of squares",
    "Is your slope the same for t = 0.5 and t = -0.5?",
    "In which order do you square and subtract?",
)
def squared_difference(dout, t):
    return dout * (1 - t) ** 2


@exercise.misconception(
    "takes what comes from above into the square", "How does your result change when dout is doubled? How should it?"
)
def dout_in_the_square(dout, t):
    return 1 - (dout * t) ** 2


@exercise.alternative
def factored(dout, t):
    return dout * (1 - t) * (1 + t)


@exercise.alternative
def in_steps(dout, t):
    slope = t.clone()
    slope.pow_(2).neg_().add_(1)
    return slope.mul_(dout)


@exercise.alternative
def subtracted(dout, t):
    return dout - dout * t**2


@exercise.alternative
def in_numpy(dout, t):
    out = t.numpy()
    return torch.from_numpy((1 - out**2) * dout.numpy())
