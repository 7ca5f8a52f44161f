"""Glorot and Bengio's initial weights, judged by their distribution, never by the draws."""

import torch

from autograder.spec import Case, Question
from autograder.spec.chance import related
from autograder.spec.errors import Unusable
from autograder.spec.probes import draws


def look(results, args):
    """The weights, whose numbers are chance, and whether units or inputs share them."""
    weights = results["result"]
    if not isinstance(weights, torch.Tensor) or weights.shape != torch.Size(args[0]):
        raise Unusable("shape", f"The result should be a tensor of the shape that was asked, {tuple(args[0])}.")
    rows = weights.flatten(1)
    known = {"units know of each other": related(rows), "inputs know of each other": related(rows.T)}
    return results | (known if weights.numel() > 1 else {})


question = Question(
    cases=lambda draw: [
        Case(((100, 400), draw.chance(), 1.0), note="more inputs than outputs"),
        Case(((400, 100), draw.chance(), 0.5), note="more outputs than inputs, a gain of one half"),
        Case(((200, 200), draw.chance(), 5 / 3), note="the gain for tanh"),
        Case(((64, 25, 5, 5), draw.chance(), 1.0), note="a convolution's weights"),
        Case(((1, 1), draw.chance(), 1.0), note="one weight"),
    ],
    defaults=lambda draw: [Case(((150, 200), draw.chance()), note="gain left out")],
    probe=draws(look),
    forbids=["initialisation"],
)

# %% what is right, and what is wrong
import math

from autograder.spec import Exercise
from autograder.spec.comparison import same_distribution
from autograder.spec.mistakes import IGNORES_THE_GENERATOR
from autograder.spec.mistakes.initialisation import WINDOW_FORGOTTEN
from gradschool.feedforward import initialisation

exercise = Exercise(
    question,
    initialisation.xavier_uniform,
    points=3,
    compare={"result": same_distribution("The weights are not distributed as they should be.")},
    shares={"generator_used": 0.5, "units know of each other": 0.5, "inputs know of each other": 0.5},
)


def fans(shape):
    kernel = math.prod(shape[2:])
    return shape[1] * kernel, shape[0] * kernel


@exercise.misconception(
    "takes the variance for the bound",
    "Numbers that are uniform on (-a, a) have variance a²/3. Which variance do you get?",
    "Which a gives the variance 2 / (fan_in + fan_out)?",
)
def bound_is_the_deviation(shape, generator, gain=1.0):
    fan_in, fan_out = fans(shape)
    a = gain * math.sqrt(2 / (fan_in + fan_out))
    return a * (2 * torch.rand(shape, generator=generator) - 1)


@exercise.misconception(
    "draws from a normal distribution", "The name of the exercise says from which distribution to draw."
)
def xavier_normal(shape, generator, gain=1.0):
    fan_in, fan_out = fans(shape)
    return gain * math.sqrt(2 / (fan_in + fan_out)) * torch.randn(shape, generator=generator)


@exercise.misconception(
    "draws positive weights only",
    "Between which numbers does torch.rand draw? Between which should your weights lie?",
)
def from_zero_up(shape, generator, gain=1.0):
    fan_in, fan_out = fans(shape)
    return gain * math.sqrt(6 / (fan_in + fan_out)) * torch.rand(shape, generator=generator)


@exercise.misconception(
    "looks at fan_in alone", "Two variances were asked to stay as they are: the signal's, and which other?"
)
def fan_in_alone(shape, generator, gain=1.0):
    return gain * math.sqrt(3 / fans(shape)[0]) * (2 * torch.rand(shape, generator=generator) - 1)


@exercise.mistake(WINDOW_FORGOTTEN)
def without_the_window(shape, generator, gain=1.0):
    return gain * math.sqrt(6 / (shape[0] + shape[1])) * (2 * torch.rand(shape, generator=generator) - 1)


@exercise.misconception("ignores the gain", "What should a gain of 5/3 do to the width of the distribution?")
def no_gain(shape, generator, gain=1.0):
    a = math.sqrt(6 / sum(fans(shape)))
    return a * (2 * torch.rand(shape, generator=generator) - 1)


@exercise.misconception(
    "applies the gain to the variance, not to the weights",
    "If all weights double, by what factor does their variance grow?",
)
def gain_inside_the_root(shape, generator, gain=1.0):
    a = math.sqrt(6 * gain / sum(fans(shape)))
    return a * (2 * torch.rand(shape, generator=generator) - 1)


@exercise.mistake(IGNORES_THE_GENERATOR)
def global_chance(shape, generator, gain=1.0):
    a = gain * math.sqrt(6 / sum(fans(shape)))
    return a * (2 * torch.rand(shape) - 1)


@exercise.alternative
def in_place(shape, generator, gain=1.0):
    window = 1
    for n in shape[2:]:
        window *= n
    a = gain * (6 / (shape[0] * window + shape[1] * window)) ** 0.5
    return torch.empty(shape).uniform_(-a, a, generator=generator)


@exercise.alternative
def by_the_deviation(shape, generator, gain=1.0):
    receptive = torch.empty(shape)[0, 0].numel()
    std = gain * math.sqrt(2.0 / ((shape[0] + shape[1]) * receptive))
    bound = math.sqrt(3.0) * std
    return torch.rand(*shape, generator=generator) * 2 * bound - bound


@exercise.alternative
def mirrored(shape, generator, gain=1.0):
    fan_in, fan_out = fans(shape)
    a = gain * math.sqrt(6 / (fan_in + fan_out))
    return a - 2 * a * torch.rand(shape, generator=generator)
