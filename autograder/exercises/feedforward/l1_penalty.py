"""The L1 penalty of all weights, λ Σ |w|."""

import torch

from autograder.spec import Case, Question
from autograder.spec.comparison import close

question = Question(
    cases=lambda draw: [
        ([draw.away_from_zero(4, 3), draw.away_from_zero(2, 4)], 0.1),
        Case(([draw.away_from_zero(5, 6)], 0.01), note="one layer"),
        Case(
            ([draw.away_from_zero(3, 2), draw.away_from_zero(3, 3), draw.away_from_zero(1, 3)], 2.0),
            note="three layers",
        ),
        Case(([draw.away_from_zero(4), draw.away_from_zero(2, 1, 3, 3)], 0.5), note="one axis, four axes"),
        Case(([-draw.away_from_zero(1, 1).abs()], 0.3), note="one weight, negative"),
        Case(([torch.tensor([[0.0, -2.0]]).double(), torch.zeros(2).double()], 0.5), compare=close, note="exactly 0"),
    ],
    gradients=["weights"],
    arguments=("weights", "lam"),
)

# %% what is right, and what is wrong

from autograder.spec import Exercise
from autograder.spec.mistakes.losses import MATRIX_NORM, SIGNS_CANCEL, SQUARES_FOR_SIZES, of_layers
from gradschool.feedforward import regularisation

exercise = Exercise(question, regularisation.l1_penalty, points=2)


exercise.mistakes(of_layers(lambda w: w.abs().sum()))


@exercise.mistake(SIGNS_CANCEL.told(parts="weights"))
def without_sizes(weights, lam):
    return lam * sum(w.sum() for w in weights)


@exercise.mistake(MATRIX_NORM)
def matrix_norm(weights, lam):
    return lam * sum(torch.linalg.norm(w, 1) if w.ndim == 2 else w.abs().sum() for w in weights)


@exercise.misconception(
    "takes half of it, as one does for L2", "What is the half in the L2 penalty there for? Is there a square here?"
)
def half(weights, lam):
    return lam / 2 * sum(w.abs().sum() for w in weights)


@exercise.mistake(SQUARES_FOR_SIZES.told(parts="weights"))
def squares(weights, lam):
    return lam / 2 * sum((w**2).sum() for w in weights)


@exercise.alternative
def one_row(weights, lam):
    return lam * torch.cat([w.flatten() for w in weights]).abs().sum()


@exercise.alternative
def by_sign(weights, lam):
    total = 0.0
    for w in weights:
        total = total + (w * w.sign()).sum()
    return total * lam


@exercise.alternative
def vector_norm(weights, lam):
    return lam * sum(torch.linalg.vector_norm(w, ord=1) for w in weights)
