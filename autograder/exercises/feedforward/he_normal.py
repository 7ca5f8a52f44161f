"""He's initial weights for ReLU, judged by their distribution, never by the draws."""

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
        Case(((100, 400), draw.chance()), note="more inputs than outputs"),
        Case(((400, 100), draw.chance()), note="more outputs than inputs"),
        Case(((64, 25, 5, 5), draw.chance()), note="a convolution's weights"),
        Case(((1, 1), draw.chance()), note="one weight"),
    ],
    probe=draws(look),
    forbids=["initialisation"],
)

# %% what is right, and what is wrong
import math

from autograder.spec import Exercise
from autograder.spec.comparison import same_distribution
from autograder.spec.mistakes import IGNORES_THE_GENERATOR
from autograder.spec.mistakes.chance import UNIFORM_FOR_NORMAL
from autograder.spec.mistakes.initialisation import WINDOW_FORGOTTEN
from gradschool.feedforward import initialisation

exercise = Exercise(
    question,
    initialisation.he_normal,
    points=2,
    compare={"result": same_distribution("The weights are not distributed as they should be.")},
    shares={"generator_used": 0.5, "units know of each other": 0.5, "inputs know of each other": 0.5},
)


def fan_in(shape):
    return math.prod(shape[1:])


@exercise.misconception(
    "keeps the variance of a linear unit", "What share of a signal's mean square does ReLU let through?"
)
def without_the_two(shape, generator):
    return torch.randn(shape, generator=generator) / math.sqrt(fan_in(shape))


@exercise.misconception(
    "takes fan_out for fan_in",
    "The weights have the shape (out, in). How many products does one unit add up?",
)
def over_the_outputs(shape, generator):
    return math.sqrt(2 / (shape[0] * math.prod(shape[2:]))) * torch.randn(shape, generator=generator)


@exercise.misconception(
    "multiplies by the variance, not by its root", "If all numbers are halved, what becomes of their variance?"
)
def variance_for_deviation(shape, generator):
    return 2 / fan_in(shape) * torch.randn(shape, generator=generator)


@exercise.mistake(UNIFORM_FOR_NORMAL)
def he_uniform(shape, generator):
    return math.sqrt(6 / fan_in(shape)) * (2 * torch.rand(shape, generator=generator) - 1)


@exercise.mistake(WINDOW_FORGOTTEN)
def without_the_window(shape, generator):
    return math.sqrt(2 / shape[1]) * torch.randn(shape, generator=generator)


@exercise.mistake(IGNORES_THE_GENERATOR)
def global_chance(shape, generator):
    return math.sqrt(2 / fan_in(shape)) * torch.randn(shape)


@exercise.misconception(
    "gives every unit the same weights",
    "How does the first row of your weights differ from the second?",
    "What gradients do two units get that start alike?",
)
def all_units_alike(shape, generator):
    return (math.sqrt(2 / fan_in(shape)) * torch.randn(shape[1:], generator=generator)).expand(shape)


@exercise.alternative
def in_place(shape, generator):
    inputs = 1
    for n in shape[1:]:
        inputs = inputs * n
    return torch.empty(shape).normal_(0.0, (2 / inputs) ** 0.5, generator=generator)


@exercise.alternative
def by_torch_normal(shape, generator):
    std = math.sqrt(2.0 / torch.empty(shape)[0].numel())
    return torch.normal(0.0, std, tuple(shape), generator=generator)


@exercise.alternative
def divided(shape, generator):
    return torch.randn(*shape, generator=generator) / math.sqrt(math.prod(shape[1:]) / 2)
