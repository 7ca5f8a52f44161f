"""λ Σ |h| over the units of a code, mean over the batch."""

import torch

from autograder.spec import Case, Question
from autograder.spec.comparison import close

question = Question(
    cases=lambda draw: [
        (draw.away_from_zero(5, 3), 0.1),
        Case((draw.away_from_zero(4, 4), 2.0), note="as many samples as units"),
        Case((draw.away_from_zero(1, 6), 0.5), note="a batch of one"),
        Case((draw.away_from_zero(7, 1), 0.3), note="a code of one"),
        Case((torch.tensor([[0.0, -1.0], [2.0, 0.0]]).double(), 0.5), compare=close, note="exactly 0"),
    ],
    gradients=["h"],
    arguments=("h", "lam"),
)

# %% what is right, and what is wrong

from autograder.spec import Exercise
from autograder.spec.mistakes.losses import (
    FACTOR_FORGOTTEN,
    MATRIX_NORM,
    MEAN_FOR_SUM,
    SIGNS_CANCEL,
    SQUARES_FOR_SIZES,
    averaged,
)
from gradschool.autoencoders import sparsity

exercise = Exercise(question, sparsity.l1_sparsity, points=2)


def penalty(h, lam, mean=torch.mean):
    return lam * mean(h.abs().sum(dim=1))


exercise.mistakes(averaged(penalty))


@exercise.mistake(FACTOR_FORGOTTEN.told(factor="λ"))
def without_lambda(h, lam):
    return penalty(h, 1)


@exercise.mistake(MEAN_FOR_SUM.told(parts="units"))
def mean_over_everything(h, lam):
    return lam * h.abs().mean()


@exercise.mistake(SIGNS_CANCEL.told(parts="activations"))
def without_sizes(h, lam):
    return lam * h.sum(dim=1).mean()


@exercise.misconception(
    "takes the size of the mean activation, so that samples cancel each other",
    "A unit is 3 for one sample and -3 for the next. Is it quiet?",
)
def size_of_the_mean(h, lam):
    return lam * h.mean(dim=0).abs().sum()


@exercise.mistake(SQUARES_FOR_SIZES.told(parts="activations"))
def squares(h, lam):
    return lam * h.square().sum(dim=1).mean()


@exercise.misconception(
    "takes the mean over the units and the sum over the samples",
    "Which axis of h holds the samples? Over which of the two is the mean taken in the task?",
)
def axes_swapped(h, lam):
    return lam * h.abs().mean(dim=1).sum()


@exercise.mistake(MATRIX_NORM)
def matrix_norm(h, lam):
    return lam * torch.linalg.norm(h, ord=1)


@exercise.alternative
def divided_by_the_batch(h, lam):
    return lam * torch.abs(h).sum() / h.shape[0]


@exercise.alternative
def vector_norms(h, lam):
    return lam * torch.linalg.vector_norm(h, ord=1, dim=1).mean()


@exercise.alternative
def unit_by_unit(h, lam):
    return sum(lam * (column * column.sign()).mean() for column in h.T)
