"""The L2 penalty of all weights, λ/2 Σ w²."""

import torch

from autograder.spec import Case, Question

question = Question(
    cases=lambda draw: [
        ([draw.normal(4, 3), draw.normal(2, 4)], 0.1),
        Case(([draw.normal(5, 6)], 0.01), note="one layer"),
        Case(([draw.normal(3, 2), draw.normal(3, 3), draw.normal(1, 3)], 2.0), note="three layers"),
        Case(([draw.normal(4), draw.normal(2, 1, 3, 3)], 0.5), note="one axis, four axes"),
        Case(([draw.normal(1, 1)], 0.3), note="one weight"),
    ],
    extremes=lambda draw: [Case(([torch.zeros(2, 3).double(), torch.zeros(1, 2).double()], 0.1), note="all zero")],
    bears="weights that are all zero",
    gradients=["weights"],
    arguments=("weights", "lam"),
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.losses import HALF_FORGOTTEN, of_layers
from gradschool.feedforward import regularisation

exercise = Exercise(question, regularisation.l2_penalty, points=2)


exercise.mistakes(of_layers(lambda w: (w**2).sum() / 2))


@exercise.mistake(HALF_FORGOTTEN)
def without_the_half(weights, lam):
    return lam * sum((w**2).sum() for w in weights)


@exercise.misconception("takes the norm, not its square", "What does the formula do with each weight before it sums?")
def norm_not_squared(weights, lam):
    return lam / 2 * torch.sqrt(sum((w**2).sum() for w in weights))


@exercise.misconception(
    "adds the norms of the layers, not squared", "What is the sum of squares of all weights, for weights 3 and 4?"
)
def sum_of_norms(weights, lam):
    return lam / 2 * sum(w.norm() for w in weights)


@exercise.misconception("sums the weights' sizes, which is the L1 penalty", "What does the formula do to each weight?")
def absolute_values(weights, lam):
    return lam * sum(w.abs().sum() for w in weights)


@exercise.alternative
def one_row(weights, lam):
    flat = torch.cat([w.reshape(-1) for w in weights])
    return 0.5 * lam * flat @ flat


@exercise.alternative
def in_a_loop(weights, lam):
    total = torch.zeros((), dtype=weights[0].dtype, device=weights[0].device)
    for w in weights:
        total = total + torch.sum(w * w)
    return lam * total / 2


@exercise.alternative
def by_einsum(weights, lam):
    return sum(torch.einsum("i,i->", w.flatten(), w.flatten()) for w in weights).mul(lam / 2)
