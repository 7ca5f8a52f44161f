"""Jensen-Shannon divergence of discrete distributions, in nats."""

import torch

from autograder.spec import Case, Question
from autograder.spec.comparison import near


def shares(draw, *shape):
    weights = draw.uniform(0.05, 1, *shape)
    return weights / weights.sum(-1, keepdim=True)


def apart(draw, *shape):
    """Two distributions that prefer different outcomes: a difference of entropies keeps its digits in float32."""
    tilt = torch.where(torch.arange(shape[-1]) % 2 == 0, 1.0, 0.1).double()
    p, q = shares(draw, *shape) * tilt, shares(draw, *shape) * (1.1 - tilt)
    return p / p.sum(-1, keepdim=True), q / q.sum(-1, keepdim=True)


def with_zeros(draw, *shape):
    """A distribution in which some outcomes never occur."""
    weights = draw.uniform(0.2, 1, *shape)
    weights[..., ::3] = 0
    return weights / weights.sum(-1, keepdim=True)


def disjoint(draw, n):
    p, q = torch.zeros(2, 2 * n).double()
    p[:n], q[n:] = shares(draw, n), shares(draw, n)
    return p, q


def twice(p):
    return p, p.clone()


def one_alone(draw):
    """p certain of one outcome, q spread out: both have an outcome in common."""
    return torch.tensor([0.0, 1.0, 0.0, 0.0]).double(), shares(draw, 4)


question = Question(
    cases=lambda draw: [
        apart(draw, 6),
        Case(apart(draw, 3, 5), note="three pairs at once"),
        Case(apart(draw, 2, 3, 4), note="six pairs, two axes in front"),
        Case((torch.ones(1).double(), torch.ones(1).double()), note="one outcome"),
        Case(twice(shares(draw, 2, 5)), note="p and q the same"),
    ],
    extremes=lambda draw: [
        Case((with_zeros(draw, 2, 7), shares(draw, 2, 7)), note="outcomes that only one of them gives"),
        Case(
            (with_zeros(draw, 7), with_zeros(draw, 7)),
            compare=near(2e-6),  # what float32 leaves of the small difference of two entropies near 2
            note="outcomes that neither of them gives",
        ),
        Case(disjoint(draw, 3), note="nothing in common"),
        Case(one_alone(draw), note="p is certain"),
    ],
    bears="outcomes that only one of the two gives, or neither",
    forbids=["jensen_shannon"],
    gives="a tensor with one number for each pair",
)

# %% what is right, and what is wrong
import math

from autograder.spec import Exercise
from autograder.spec.mistakes.losses import IN_BITS, of_divergence, one_for_each
from gradschool.adversarial import game

exercise = Exercise(
    question,
    game.js_divergence,
    points=4,
    noise=1e-12,  # a small difference of entropies has lost some of its digits
)


def kl(p, q):
    return torch.where(p > 0, p * (p / q).log(), 0.0).sum(-1)


def divergence(p, q):
    m = (p + q) / 2
    return (kl(p, m) + kl(q, m)) / 2


@exercise.misconception(
    "is the root of what was asked, a distance",
    "What do two distributions without anything in common get in your answer? The task says what they should get.",
)
def root(p, q):
    return divergence(p, q).clamp(min=0).sqrt()


exercise.mistakes(one_for_each("pair", divergence) + of_divergence("outcomes", divergence))


@exercise.mistake(IN_BITS)
def in_bits(p, q):
    return divergence(p, q) / math.log(2)


@exercise.misconception(
    "compares p with q itself, not with their mean",
    "What does your answer give where p has an outcome that q never gives?",
    "Which distribution stands on the right in both of the formula's terms?",
)
def kl_of_both(p, q):
    return (kl(p, q) + kl(q, p)) / 2


@exercise.misconception(
    "is not symmetric: it compares p alone with the mean",
    "Exchange p and q. Should anything change?",
)
def one_side(p, q):
    return kl(p, (p + q) / 2)


@exercise.misconception(
    "is not a number where an outcome never occurs",
    "What is 0 · log 0 in floating point? What is its limit?",
)
def zeros_forgotten(p, q):
    m = (p + q) / 2
    return (p * (p / m).log()).sum(-1) / 2 + (q * (q / m).log()).sum(-1) / 2


@exercise.misconception(
    "takes p + q for the mean", "Does the distribution in the middle sum to 1?", "Can a divergence be negative?"
)
def sum_for_mean(p, q):
    return (kl(p, p + q) + kl(q, p + q)) / 2


@exercise.misconception(
    "adds a small number inside the logarithms",
    "Two distributions that are the same have a divergence of exactly 0, and disjoint ones of log 2. Do yours, to ten digits?",
    "For which outcomes does a logarithm have to be computed at all?",
)
def epsilon(p, q):
    m = (p + q) / 2
    terms = p * ((p + 1e-6) / (m + 1e-6)).log() + q * ((q + 1e-6) / (m + 1e-6)).log()
    return terms.sum(-1) / 2


@exercise.alternative
def by_entropies(p, q):
    def entropy(p):
        return -torch.special.xlogy(p, p).sum(dim=-1)

    return entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2


@exercise.alternative
def with_where(p, q):
    m = 0.5 * (p + q)
    left = torch.where(p > 0, p * torch.log(torch.where(p > 0, p / m, torch.ones_like(p))), torch.zeros_like(p))
    right = torch.where(q > 0, q * torch.log(torch.where(q > 0, q / m, torch.ones_like(q))), torch.zeros_like(q))
    return 0.5 * (left.sum(-1) + right.sum(-1))


@exercise.alternative
def nan_for_zero(p, q):
    m = (p + q) / 2
    terms = torch.nan_to_num(p * (p / m).log()) + torch.nan_to_num(q * (q / m).log())
    return torch.sum(terms, dim=-1) / 2


@exercise.alternative
def through_the_best_discriminator(p, q):
    """½ (log 4 + value of the game): Goodfellow et al. (2014), theorem 1."""
    d = torch.where(p + q > 0, p / (p + q), 0.5)
    value = torch.special.xlogy(p, d) + torch.special.xlogy(q, 1 - d)
    return math.log(2) + value.sum(-1) / 2
