"""The hyperbolic tangent, with a finite value and a finite gradient at any net input."""

import torch

from autograder.spec import Case, Question

question = Question(
    cases=lambda draw: [
        draw.normal(5),
        2 * draw.normal(3, 4),
        draw.normal(2, 3, 2),
        draw.uniform(0.2, 1.5, 1),
        Case((draw.uniform(0.2, 1.5),), note="a single number"),
        Case((torch.tensor([0.0, -0.0, 1.0]).double(),), note="exactly 0"),
    ],
    extremes=lambda draw: [
        Case((torch.cat([1e4 * draw.away_from_zero(6, gap=1), draw.normal(2)]),), note="net inputs of ten thousand"),
        Case((torch.cat([torch.tensor([-1000.0, -50.0, 50.0, 1000.0]).double(), draw.normal(2)]),)),
    ],
    bears="net inputs of ±10,000, in value and in gradient",
    gradients=True,
    forbids=["sigmoid", "tanh"],
    uses=["sigmoid"],
    keeps_dtype=True,
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.layers import NAN_FOR_LARGE, THE_DERIVATIVE, WHERE_COMPUTES_BOTH
from gradschool.feedforward import activations

exercise = Exercise(question, activations.tanh, points=3)


@exercise.mistake(NAN_FOR_LARGE)
def as_printed(z):
    return (z.exp() - (-z).exp()) / (z.exp() + (-z).exp())


@exercise.misconception(
    "gives NaN for large positive net inputs only",
    "Which exponential is left in your formula, and where is it infinite?",
    "Your sigmoid is finite everywhere already. How do the two curves differ?",
)
def extended_by_exp(z):
    return ((2 * z).exp() - 1) / ((2 * z).exp() + 1)


@exercise.mistake(WHERE_COMPUTES_BOTH)
def where_computes_both(z):
    left, right = torch.exp(2 * z), torch.exp(-2 * z)
    return torch.where(z >= 0, (1 - right) / (1 + right), (left - 1) / (left + 1))


@exercise.misconception(
    "is half as steep as it should be (the bipolar sigmoid)",
    "What is the slope of tanh at 0? And that of yours?",
    "You have stretched the sigmoid upwards: must it be squeezed sideways too?",
)
def bipolar_sigmoid(z):
    return 2 / (1 + torch.exp(-z)) - 1


@exercise.misconception(
    "swaps numerator and denominator (the hyperbolic cotangent)", "What should a net input of 0 give?"
)
def cotangent(z):
    return (z.exp() + (-z).exp()) / (z.exp() - (-z).exp())


@exercise.misconception("lies between 0 and 1", "In which range should tanh lie, and what should it give at 0?")
def not_shifted(z):
    return 1 / (1 + torch.exp(-2 * z))


@exercise.mistake(THE_DERIVATIVE)
def the_derivative(z):
    t = (z.exp() - (-z).exp()) / (z.exp() + (-z).exp())
    return 1 - t**2


@exercise.misconception(
    "gives the hyperbolic sine", "What becomes of your function for large net inputs: does it level off?"
)
def sine(z):
    return (z.exp() - (-z).exp()) / 2


@exercise.alternative
def through_the_sigmoid(z):
    return 2 * sigmoid(2 * z) - 1


@exercise.alternative
def by_the_sign(z):
    size = torch.where(z >= 0, z, -z)  # not z.abs(), which has no slope at 0
    e = torch.exp(-2 * size)
    return torch.where(z >= 0, 1.0, -1.0) * (1 - e) / (1 + e)


@exercise.alternative
def cut_off_where_nothing_is_left(z):
    e = torch.exp(2 * z.clamp(-40, 40))
    return (e - 1) / (e + 1)


@exercise.alternative
def two_halves(z):
    left, right = torch.exp(2 * z.clamp(max=0)), torch.exp(-2 * z.clamp(min=0))
    return torch.where(z > 0, (1 - right) / (1 + right), (left - 1) / (left + 1))


@exercise.alternative
def with_hyperbolic_functions(z):
    safe = z.clamp(-40, 40)
    return safe.sinh() / safe.cosh()


def sigmoid(z):
    """Stands for the student's own, earlier answer; the check puts the reference in its place."""
    raise NotImplementedError
