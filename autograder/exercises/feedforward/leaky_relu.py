"""The leaky rectifier, its slope below 0 an argument."""

import torch

from autograder.spec import Case, Question
from autograder.spec.comparison import close

question = Question(
    cases=lambda draw: [
        (draw.away_from_zero(3, 4), 0.2),
        (draw.away_from_zero(2, 3, 2), 0.05),
        (draw.away_from_zero(1), 0.3),
        Case((-draw.away_from_zero(4).abs(), 0.1), note="nothing but negative numbers"),
        Case((draw.away_from_zero(5), 0.0), note="a slope of 0"),
        Case((torch.tensor([0.0, 1.5, -1.5]).double(), 0.25), compare=close, note="exactly 0"),
    ],
    defaults=lambda draw: [Case((draw.away_from_zero(6),), note="the slope left out")],
    gradients=True,
    forbids=["leaky_relu"],
    uses=["relu"],
    keeps_dtype=True,
)

# %% what is right, and what is wrong

from autograder.spec import Exercise
from gradschool.feedforward import activations

exercise = Exercise(question, activations.leaky_relu, points=2)


@exercise.misconception("ignores the slope that it is given", "What should a slope of 0.3 make of z = -1?")
def always_a_hundredth(z, slope=0.01):
    return torch.where(z > 0, z, 0.01 * z)


@exercise.misconception(
    "divides by the slope (Xu et al., 2015, name the inverse)", "With a slope of 0.2, what should z = -1 give?"
)
def divides(z, slope=0.01):
    return torch.where(z > 0, z, z / slope)


@exercise.misconception(
    "turns negative inputs into positive outputs",
    "Should the line below 0 rise or fall?",
    "What is the sign of slope times z there?",
)
def folded(z, slope=0.01):
    return torch.where(z > 0, z, slope * z.abs())


@exercise.misconception(
    "gives the slope itself below 0, where the function's value is asked", "Should z = -1 and z = -2 give the same?"
)
def slope_as_value(z, slope=0.01):
    return torch.where(z > 0, z, torch.full_like(z, slope) + 0 * z)


@exercise.misconception("leaks on the positive side", "Which half should come through unchanged?")
def wrong_side(z, slope=0.01):
    return torch.where(z > 0, slope * z, z)


@exercise.misconception("lets nothing through below 0", "Where in your formula does `slope` come in?")
def plain_rectifier(z, slope=0.01):
    return torch.where(z > 0, z, 0 * z)


@exercise.misconception(
    "adds the leak to positive inputs as well",
    "What should a slope of 0.2 make of z = +1? And what does yours make of it?",
)
def leak_everywhere(z, slope=0.01):
    return z.clamp(min=0) + slope * z


@exercise.alternative
def larger_of_two(z, slope=0.01):
    return torch.maximum(z, slope * z)


@exercise.alternative
def two_clamps(z, slope=0.01):
    return z.clamp(min=0) + slope * z.clamp(max=0)


@exercise.alternative
def with_my_relu(z, slope=0.01):
    return relu(z) - slope * relu(-z)


@exercise.alternative
def slope_by_mask(z, slope=0.01):
    negative = (z < 0).to(z.dtype)
    return z * (1 - negative) + slope * z * negative


@exercise.alternative
def into_a_copy(z, slope=0.01):
    out = z.clone()
    out[z < 0] = slope * z[z < 0]
    return out


def relu(z):
    """Stands for the student's own, earlier answer; the check puts the reference in its place."""
    raise NotImplementedError
