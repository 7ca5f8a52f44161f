"""Binary cross-entropy, finite where a probability is exactly 0 or 1."""

import math

import torch

from autograder.spec import Case, Question
from autograder.spec.comparison import Within

WRONG, RIGHT = Within(10, math.inf), Within(-1.1e-6, 1.1e-6)  # an epsilon of 1e-6 costs 1.01e-6 in float32


def classes(draw, *shape):
    return draw.integers(0, 2, *shape).double()


def nearly_sure(draw, n):
    """Probabilities near the ends, where an epsilon that is too large shows, half of them wrong."""
    tail = 10 ** draw.uniform(-2.8, -2, n)
    p = torch.where(torch.arange(n) % 4 < 2, tail, 1 - tail)
    return p, (torch.arange(n) % 2).double()


def at_the_end(p, y, compare, note):
    return Case((torch.tensor(p, dtype=torch.float64), torch.tensor(y, dtype=torch.float64)), compare, note)


question = Question(
    cases=lambda draw: [
        (draw.uniform(0.05, 0.95, 7), (torch.arange(7) % 2).double()),
        (draw.uniform(0.05, 0.95, 4, 3), classes(draw, 4, 3)),
        (draw.uniform(0.05, 0.95, 1), torch.ones(1).double()),
        (draw.uniform(0.05, 0.95, 1), torch.zeros(1).double()),
        (draw.uniform(0.05, 0.95, 2, 1, 3), classes(draw, 2, 1, 3)),
        nearly_sure(draw, 8),
    ],
    extremes=lambda draw: [
        at_the_end([0.0], [1.0], WRONG, "sure and wrong"),
        at_the_end([1.0], [0.0], WRONG, "sure and wrong"),
        at_the_end([1.0, 0.0], [0.0, 1.0], WRONG, "sure and wrong"),
        at_the_end([0.0], [0.0], RIGHT, "sure and right"),
        at_the_end([1.0, 1.0], [1.0, 1.0], RIGHT, "sure and right"),
    ],
    bears="probabilities of exactly 0 and 1",
    gradients=["p"],
    arguments=("p", "y"),
    forbids=["binary_cross_entropy"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.losses import averaged
from gradschool.feedforward import losses

exercise = Exercise(
    question,
    losses.binary_cross_entropy,
    points=4,
    noise=1e-3,  # of an epsilon of up to 1e-6 inside the logarithm
)


def loss(p, y, mean=torch.mean):
    p = p.clamp(1e-7, 1 - 1e-7)
    return -mean(y * p.log() + (1 - y) * (1 - p).log())


exercise.mistakes(averaged(loss))


@exercise.misconception(
    "costs nothing for samples of class 0",
    "What does your loss say to p = 0.9 when y = 0?",
    "Which term of the formula is left when y = 0?",
)
def second_term_dropped(p, y):
    return -(y * p.clamp(1e-7, 1 - 1e-7).log()).mean()


@exercise.misconception(
    "punishes the predictions that are right: the classes have changed places",
    "What does your loss give for p = 0.9, y = 1, and what for p = 0.1, y = 1?",
)
def classes_swapped(p, y):
    return loss(1 - p, y)


@exercise.misconception(
    "is infinite or NaN where a probability is exactly 0 or 1",
    "What is the logarithm of 0, and what is 0 times that?",
    "In which range may p lie before you take logarithms?",
)
def unguarded(p, y):
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()


@exercise.misconception(
    "is guarded at p = 0 but not at p = 1",
    "There are two logarithms in the formula. Where is the argument of each of them 0?",
)
def guarded_below_only(p, y):
    p = p.clamp(min=1e-7)
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()


@exercise.misconception(
    "has an epsilon that float32 cannot see",
    "What is torch.tensor(1.0) - 1e-12?",
    "How far from 1 is the nearest float32 below it? torch.finfo knows.",
)
def epsilon_too_small(p, y):
    p = p.clamp(1e-12, 1 - 1e-12)
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()


@exercise.misconception(
    "has an epsilon so large that it changes probabilities that do occur",
    "What is the largest loss that a single sample can have in your version?",
)
def epsilon_too_large(p, y):
    return loss(p.clamp(1e-2, 1 - 1e-2), y)


@exercise.misconception(
    "applies the sigmoid to what is a probability already",
    "What does your loss give for p = 1, y = 1?",
    "Which numbers come in: scores, or probabilities?",
)
def sigmoid_again(p, y):
    return loss(1 / (1 + torch.exp(-p)), y)


@exercise.alternative
def one_branch_for_each_class(p, y):
    p = p.clamp(1e-6, 1 - 1e-6)
    return torch.where(y == 1, -torch.log(p), -torch.log(1 - p)).mean()


@exercise.alternative
def probability_of_what_came(p, y):
    q = y * p + (1 - y) * (1 - p)
    return -q.clamp(min=torch.finfo(p.dtype).eps).log().mean()


@exercise.alternative
def epsilon_inside_the_logarithm(p, y):
    return -(y * torch.log(p + 1e-6) + (1 - y) * torch.log(1 - p + 1e-6)).mean()


@exercise.alternative
def logarithm_cut_off(p, y):
    return -(y * p.log().clamp(min=-100) + (1 - y) * torch.log1p(-p).clamp(min=-100)).sum() / p.numel()


@exercise.alternative
def sample_by_sample(p, y):
    costs = []
    for prob, label in zip(p.reshape(-1), y.reshape(-1), strict=True):
        said = prob if label == 1 else 1 - prob
        costs.append(-torch.log(torch.clamp(said, min=1e-7)))
    return torch.stack(costs).mean()
