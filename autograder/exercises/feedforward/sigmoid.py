"""The logistic sigmoid, with a finite value and a finite gradient at any net input."""

import torch

from autograder.spec import Case, Question

question = Question(
    cases=lambda draw: [
        draw.normal(5),
        2 * draw.normal(3, 4),
        draw.normal(2, 3, 2),
        draw.normal(1),
        Case((draw.normal(),), note="a single number"),
        Case((torch.tensor([0.0, -0.0, 1.0]).double(),), note="exactly 0"),
        6 * draw.normal(4, 2),
    ],
    extremes=lambda draw: [
        Case((torch.cat([1e4 * draw.away_from_zero(6, gap=1), draw.normal(2)]),), note="net inputs of ten thousand"),
        Case((torch.cat([torch.tensor([-1000.0, -50.0, 50.0, 1000.0]).double(), draw.normal(2)]),)),
    ],
    bears="net inputs of ±10,000, in value and in gradient",
    gradients=True,
    forbids=["sigmoid", "tanh", "softmax"],
    keeps_dtype=True,
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.layers import NAN_FOR_LARGE, THE_DERIVATIVE, WHERE_COMPUTES_BOTH
from gradschool.feedforward import activations

exercise = Exercise(question, activations.sigmoid, points=3)


@exercise.misconception(
    "falls where it should rise", "What should a very large net input give, and what does yours give?"
)
def exp_without_minus(z):
    return 1 / (1 + z.exp())


@exercise.misconception(
    "gives the right values, but a gradient that is not a number for very negative net inputs",
    "What is exp(-z) at z = -1000? And the derivative of 1 / (1 + exp(-z)) is a product: what are its factors there?",
    "Can you write the same fraction so that exp only ever sees numbers that are not positive?",
)
def as_printed(z):
    return 1 / (1 + torch.exp(-z))


@exercise.mistake(NAN_FOR_LARGE)
def exp_over_one_plus_exp(z):
    return z.exp() / (1 + z.exp())


@exercise.mistake(WHERE_COMPUTES_BOTH)
def where_computes_both(z):
    return torch.where(z >= 0, 1 / (1 + torch.exp(-z)), torch.exp(z) / (1 + torch.exp(z)))


@exercise.misconception(
    "cuts the net input off before it uses it",
    "How large is your gradient at z = 50? And is it exactly that of the sigmoid?",
    "Beyond your bound the result does not depend on z any more: what does that do to learning, and to small probabilities?",
)
def clamped_too_early(z):
    return 1 / (1 + torch.exp(-z.clamp(-10, 10)))


@exercise.mistake(THE_DERIVATIVE)
def the_derivative(z):
    s = 1 / (1 + torch.exp(-z))
    return s * (1 - s)


@exercise.misconception(
    "lies between -1 and 1 (the bipolar sigmoid)",
    "What does your function give at 0, and in which range should it lie?",
)
def bipolar(z):
    return 2 / (1 + torch.exp(-z)) - 1


@exercise.misconception(
    "puts the brackets around the wrong part", "What is 1 / 1 + exp(-z) in Python?", "Is your value at 0 above 1?"
)
def brackets(z):
    return 1 / 1 + torch.exp(-z)


@exercise.misconception("makes the choice with a hard threshold", "What is the slope of your function?")
def hard_threshold(z):
    return (z >= 0).to(z.dtype) + 0 * z


@exercise.alternative
def kept_on_its_own_side(z):
    right = 1 / (1 + torch.exp(-z.clamp(min=0)))
    left = torch.exp(z.clamp(max=0)) / (1 + torch.exp(z.clamp(max=0)))
    return torch.where(z >= 0, right, left)


@exercise.alternative
def through_logaddexp(z):
    return torch.exp(-torch.logaddexp(torch.zeros_like(z), -z))


@exercise.alternative
def with_masks(z):
    out = torch.zeros_like(z)
    positive = z >= 0
    out[positive] = 1 / (1 + torch.exp(-z[positive]))
    e = torch.exp(z[~positive])
    out[~positive] = e / (1 + e)
    return out


@exercise.alternative
def cut_off_where_nothing_is_left(z):
    """Beyond ±80 the exact value differs from the bound's by less than float32 can hold; so does the slope."""
    return 1 / (1 + torch.exp(-z.clamp(-80, 80)))


@exercise.alternative
def shifted_by_the_larger(z):
    most = torch.maximum(z, torch.zeros_like(z)).detach()
    return torch.exp(z - most) / (torch.exp(z - most) + torch.exp(-most))
