"""Divergence of a Gaussian with independent latents from the unit Gaussian."""

import torch

from autograder.spec import Case, Question


def case(draw, batch, latents, note=""):
    return Case((draw.normal(batch, latents), draw.uniform(-2, 1.5, batch, latents)), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 5, 3),
        case(draw, 4, 4),
        case(draw, 1, 6, "one sample"),
        case(draw, 7, 1, "one latent"),
        Case((torch.zeros(2, 3).double(), torch.zeros(2, 3).double()), note="the unit Gaussian itself"),
    ],
    extremes=lambda draw: [
        Case((draw.normal(2, 3), torch.full((2, 3), -200.0).double()), note="hardly any variance"),
        Case((1e3 * draw.normal(2, 3), draw.normal(2, 3)), note="means far out"),
    ],
    bears="log-variances of -200, and for means of a thousand",
    gradients=True,
    forbids=["gaussian_distribution"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.losses import of_divergence, one_for_each
from gradschool.autoencoders import variational

exercise = Exercise(question, variational.kl_divergence, points=4)


def each(mu, logvar):
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar)


def right(mu, logvar):
    return each(mu, logvar).sum(dim=-1)


exercise.mistakes(one_for_each("sample", right) + of_divergence("latents", right))


@exercise.misconception(
    "sums over the batch, and leaves the latents apart",
    "Which of the two axes holds the latents?",
)
def over_the_batch(mu, logvar):
    return each(mu, logvar).sum(dim=0)


@exercise.misconception(
    "takes logvar for the logarithm of the deviation",
    "logvar is log σ². Which power of σ is exp(logvar)?",
    "How often is σ² squared in your formula?",
)
def logvar_is_log_sigma(mu, logvar):
    return right(mu, 2 * logvar)


@exercise.misconception(
    "takes the deviation where the variance belongs",
    "Where in the formula does σ stand, and where σ²?",
)
def deviation_for_variance(mu, logvar):
    return 0.5 * (mu**2 + (logvar / 2).exp() - 1 - logvar).sum(dim=-1)


@exercise.misconception(
    "lacks the -1, and does not vanish at the unit Gaussian itself",
    "How far is a distribution from itself?",
)
def without_the_one(mu, logvar):
    return 0.5 * (mu**2 + logvar.exp() - logvar).sum(dim=-1)


@exercise.misconception("does not square the mean", "What does your answer give for a mean of -3?")
def mean_not_squared(mu, logvar):
    return 0.5 * (mu + logvar.exp() - 1 - logvar).sum(dim=-1)


@exercise.misconception(
    "measures from the wrong side: how far the unit Gaussian lies from the code's distribution",
    "Under which of the two distributions is the expectation taken in KL(q ‖ p)?",
    "Divides your formula by the variance? Does that of the task?",
)
def the_other_way_round(mu, logvar):
    return 0.5 * ((1 + mu**2) / logvar.exp() - 1 + logvar).sum(dim=-1)


@exercise.misconception(
    "takes the logarithm of the logarithm",
    "logvar is a logarithm already. Which term of the formula needs it as it is?",
)
def log_of_logvar(mu, logvar):
    return 0.5 * (mu**2 + logvar - 1 - logvar.log()).sum(dim=-1)


@exercise.alternative
def as_printed(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1)


@exercise.alternative
def through_sigma(mu, logvar):
    sigma = torch.exp(logvar / 2)
    return ((sigma * sigma + mu * mu - 1) / 2 - logvar / 2).sum(1)


@exercise.alternative
def latent_by_latent(mu, logvar):
    total = torch.zeros_like(mu[:, 0])
    for i in range(mu.shape[1]):
        total = total + (mu[:, i] ** 2 + torch.exp(logvar[:, i]) - 1 - logvar[:, i]) / 2
    return total


@exercise.alternative
def with_einsum(mu, logvar):
    squares = torch.einsum("bl,bl->b", mu, mu)
    return 0.5 * squares + 0.5 * torch.expm1(logvar).sum(1) - 0.5 * logvar.sum(1)
