"""λ Σ |h| over the units of a code, mean over the batch."""

from autograder.spec import Case, Question

question = Question(
    cases=lambda draw: [
        (draw.away_from_zero(5, 3), 0.1),
        Case((draw.away_from_zero(4, 4), 2.0), note="as many samples as units"),
        Case((draw.away_from_zero(1, 6), 0.5), note="a batch of one"),
        Case((draw.away_from_zero(7, 1), 0.3), note="a code of one"),
    ],
    gradients=["h"],
    arguments=("h", "lam"),
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from gradschool.autoencoders import sparsity

exercise = Exercise(
    question,
    sparsity.l1_sparsity,
    points=2,
)


@exercise.misconception(
    "averages over the units, too", "Should a code of twice as many units pay as much as before, or more?"
)
def mean_over_everything(h, lam):
    return lam * h.abs().mean()


@exercise.misconception("sums over the batch, too", "If every sample is given twice, what becomes of your penalty?")
def sum_over_everything(h, lam):
    return lam * h.abs().sum()


@exercise.misconception(
    "lets positive and negative activations cancel", "What does a code of 5 and -5 pay in your answer?"
)
def without_sizes(h, lam):
    return lam * h.sum(dim=1).mean()


@exercise.misconception(
    "takes the size of the mean activation, so that samples cancel each other",
    "A unit is 3 for one sample and -3 for the next. Is it quiet?",
)
def size_of_the_mean(h, lam):
    return lam * h.mean(dim=0).abs().sum()


@exercise.misconception(
    "squares the activations", "Which slope has your penalty at an activation of 0.001? Which has |h|?"
)
def squares(h, lam):
    return lam * h.square().sum(dim=1).mean()


@exercise.misconception(
    "takes the mean over the units and the sum over the samples",
    "Which axis of h holds the samples? Over which of the two is the mean taken in the task?",
)
def axes_swapped(h, lam):
    return lam * h.abs().mean(dim=1).sum()


@exercise.misconception(
    "takes the 1-norm of the matrix, which is its largest column sum",
    "Read what torch.linalg.norm says of a matrix and `ord=1`.",
    "How many of the activations move your result?",
)
def matrix_norm(h, lam):
    return lam * torch.linalg.norm(h, ord=1)


@exercise.misconception("leaves λ out", "What does your penalty do when λ is 0?")
def without_lambda(h, lam):
    return h.abs().sum(dim=1).mean()


@exercise.alternative
def divided_by_the_batch(h, lam):
    return lam * torch.abs(h).sum() / h.shape[0]


@exercise.alternative
def vector_norms(h, lam):
    return lam * torch.linalg.vector_norm(h, ord=1, dim=1).mean()


@exercise.alternative
def unit_by_unit(h, lam):
    return sum(lam * (column * column.sign()).mean() for column in h.T)
