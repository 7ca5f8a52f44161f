"""The L1 penalty of all weights, λ Σ |w|."""

from autograder.spec import Case, Question

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
    ],
    gradients=True,
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from gradschool.feedforward import regularisation

exercise = Exercise(
    question,
    regularisation.l1_penalty,
    points=2,
)


@exercise.misconception(
    "lets positive and negative weights cancel", "What is your penalty of the two weights 5 and -5?"
)
def without_sizes(weights, lam):
    return lam * sum(w.sum() for w in weights)


@exercise.misconception(
    "takes the 1-norm of the matrix, which is its largest column sum",
    "Read what torch.linalg.norm says of a matrix and `ord=1`.",
    "How many of your weights move the result?",
)
def matrix_norm(weights, lam):
    return lam * sum(torch.linalg.norm(w, 1) if w.ndim == 2 else w.abs().sum() for w in weights)


@exercise.misconception(
    "averages over the weights", "Should a net with twice as many weights pay as much for each of them?"
)
def mean_of_sizes(weights, lam):
    return lam * sum(w.abs().mean() for w in weights)


@exercise.misconception(
    "takes half of it, as one does for L2", "What is the half in the L2 penalty there for? Is there a square here?"
)
def half(weights, lam):
    return lam / 2 * sum(w.abs().sum() for w in weights)


@exercise.misconception("squares the weights, which is the L2 penalty", "What does the formula do to each weight?")
def squares(weights, lam):
    return lam / 2 * sum((w**2).sum() for w in weights)


@exercise.misconception("forgets all layers but the last", "What becomes of the layers before the last in your loop?")
def last_layer_only(weights, lam):
    for w in weights:
        penalty = lam * w.abs().sum()
    return penalty


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
