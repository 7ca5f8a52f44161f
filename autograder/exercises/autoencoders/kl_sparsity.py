"""β Σ_j KL(ρ ‖ ρ̂_j) of the units' mean activations."""

import math

import torch

from autograder.spec import Case, Question
from autograder.spec.comparison import Within


def activations(draw, batch, units, low=0.05, high=0.95):
    return draw.uniform(low, high, batch, units)


def with_units_at(draw, level):
    """The first unit says the same of every sample; the others are as they should be, nearly."""
    h = torch.full((4, 3), 0.05).double() + draw.uniform(-0.01, 0.01, 4, 3)
    h[:, 0] = level
    return h


question = Question(
    cases=lambda draw: [
        (activations(draw, 6, 4), 0.05, 1.0),
        Case((activations(draw, 5, 5), 0.2, 3.0), note="as many samples as units"),
        Case((activations(draw, 4, 3, 0.05, 0.6), 0.7, 0.5), note="a target above one half"),
        Case((activations(draw, 1, 4), 0.1, 1.0), note="a batch of one"),
        Case((activations(draw, 6, 1), 0.1, 2.0), note="one unit"),
        Case((activations(draw, 8, 3, 0.01, 0.04), 0.05, 1.0), note="units below the target"),
    ],
    extremes=lambda draw: [
        Case((with_units_at(draw, 0.0), 0.05, 1.0), Within(0.2, math.inf), note="a unit that is always 0"),
        Case((with_units_at(draw, 1.0), 0.05, 1.0), Within(5.0, math.inf), note="a unit that is always 1"),
    ],
    bears="units that are 0, or 1, for the whole batch",
    gradients=["h"],
    arguments=("h", "rho", "beta"),
    forbids=["kl_sparsity"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.losses import MEAN_FOR_SUM, WRONG_SIGN
from gradschool.autoencoders import sparsity

exercise = Exercise(
    question,
    sparsity.kl_sparsity,
    points=4,
    noise=2e-4,  # an epsilon that keeps the logarithms finite
)


def kl(rho, mean):
    return rho * torch.log(rho / mean) + (1 - rho) * torch.log((1 - rho) / (1 - mean))


def means(h, dim=0):
    return h.mean(dim=dim).clamp(1e-7, 1 - 1e-7)


@exercise.misconception(
    "exchanges ρ and the mean activation",
    "KL(a ‖ b) is not KL(b ‖ a). Which of the two stands in front of your logarithms?",
)
def exchanged(h, rho, beta):
    m = means(h)
    return beta * (m * torch.log(m / rho) + (1 - m) * torch.log((1 - m) / (1 - rho))).sum()


@exercise.misconception(
    "drops the second term, and so rewards units that are always on",
    "What does your penalty say of a unit whose mean activation is 1? Can a divergence be negative?",
)
def second_term_dropped(h, rho, beta):
    return beta * (rho * torch.log(rho / means(h))).sum()


@exercise.misconception(
    "averages over the units of a sample, not over the batch",
    "Is it each sample's code or each unit that should be active 5 % of the time?",
    "How many terms has your sum: as many as samples, or as many as units?",
)
def mean_over_units(h, rho, beta):
    return beta * kl(rho, means(h, dim=1)).sum()


@exercise.misconception(
    "takes the divergence of each activation, and the mean over the batch afterwards",
    "A unit is 1 for one sample in twenty, and 0 for the others. What should it pay, if ρ is 0.05? What does it pay?",
)
def mean_of_divergences(h, rho, beta):
    return beta * kl(rho, h.clamp(1e-7, 1 - 1e-7)).mean(dim=0).sum()


@exercise.misconception(
    "takes one mean for all units together",
    "One unit is always on, nineteen are always off. Is the code of such a network worth anything? What does it pay?",
)
def one_mean(h, rho, beta):
    return beta * h.shape[1] * kl(rho, h.mean().clamp(1e-7, 1 - 1e-7))


@exercise.mistake(MEAN_FOR_SUM.told(parts="units"))
def averaged_over_units(h, rho, beta):
    return beta * kl(rho, means(h)).mean()


@exercise.misconception(
    "divides the sum by the batch's size, though the mean is taken already",
    "How often do you divide by the number of samples?",
)
def divided_twice(h, rho, beta):
    return beta * kl(rho, means(h)).sum() / len(h) if len(h) > 1 else beta * kl(rho, means(h)).sum()


@exercise.misconception(
    "applies the sigmoid to h once more",
    "Between which numbers does h lie already, and between which does its sigmoid?",
)
def sigmoid_twice(h, rho, beta):
    return beta * kl(rho, torch.sigmoid(h).mean(dim=0)).sum()


@exercise.mistake(WRONG_SIGN)
def wrong_sign(h, rho, beta):
    return -beta * kl(rho, means(h)).sum()


@exercise.misconception(
    "is infinite for a unit that is silent, or always on, on the whole batch",
    "What is log(ρ / 0)? And what is the slope there?",
    "By how little would you have to move a mean away from 0 and 1?",
)
def infinite(h, rho, beta):
    return beta * kl(rho, h.mean(dim=0)).sum()


@exercise.alternative
def logarithms_apart(h, rho, beta):
    mean = h.mean(0)
    eps = 1e-8 if h.dtype == torch.float64 else 1e-7
    on = rho * (math.log(rho) - torch.log(mean + eps))
    off = (1 - rho) * (math.log(1 - rho) - torch.log(1 - mean + eps))
    return beta * torch.sum(on + off)


@exercise.alternative
def cross_entropy_less_entropy(h, rho, beta):
    mean = h.mean(dim=0).clamp(min=1e-9, max=1 - 1e-7)
    entropy = -(rho * math.log(rho) + (1 - rho) * math.log(1 - rho))
    return beta * (-(rho * mean.log() + (1 - rho) * torch.log1p(-mean)) - entropy).sum()


@exercise.alternative
def unit_by_unit(h, rho, beta):
    total = 0.0
    for j in range(h.shape[1]):
        r = h[:, j].sum() / h.shape[0]
        r = torch.clamp(r, 1e-7, 1 - 1e-7)
        total = total + rho * torch.log(rho / r) + (1 - rho) * torch.log((1 - rho) / (1 - r))
    return beta * total
