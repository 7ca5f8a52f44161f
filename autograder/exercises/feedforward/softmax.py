"""Softmax over the last axis, stable at any scores."""

import torch

from autograder.spec import Case, Question

question = Question(
    cases=lambda draw: [
        draw.normal(3),
        draw.normal(4, 5),
        draw.normal(4, 4),
        draw.normal(2, 3, 4),
        Case((draw.normal(1, 1),), note="one class"),
        Case((draw.normal(1, 6),), note="a batch of one"),
        Case((torch.full((2, 4), 0.7).double(),), note="all scores equal"),
    ],
    extremes=lambda draw: [
        Case((draw.normal(3, 5) + 1000,), note="exp alone overflows"),
        Case((draw.normal(2, 3) + torch.tensor([[1e4], [-1e4]]).double(),), note="all scores near ±10,000"),
        Case((torch.cat([1e4 * draw.away_from_zero(3, 4, gap=1), draw.normal(1, 4)]),), note="scores of ten thousand"),
        Case((torch.cat([draw.normal(2, 3), draw.normal(2, 3) - 1000]),), note="one row far below another"),
    ],
    bears="scores of ±10,000",
    gradients=True,
    forbids=["softmax"],
    keeps_dtype=True,
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.softmax import of_classes
from gradschool.feedforward import activations

exercise = Exercise(question, activations.softmax, points=4)


exercise.mistakes(of_classes(lambda z, softmax: softmax(z), normalises="sums to one"))


@exercise.misconception(
    "sums to one over axis 1, wherever the classes are",
    "Where are the classes in an array with one axis, or with three?",
    "How do you count axes from the end?",
)
def over_axis_one(z):
    e = (z - z.amax(1, keepdim=True)).exp()
    return e / e.sum(1, keepdim=True)


@exercise.misconception(
    "sums to one over the whole array", "Sum one row of your result.", "Which axes may not be summed away?"
)
def over_everything(z):
    e = (z - z.max()).exp()
    return e / e.sum()


@exercise.misconception(
    "gives the largest score the smallest probability",
    "What stands inside your exp for the largest score, and what for the smallest?",
)
def sign_of_the_shift(z):
    e = (z.amax(-1, keepdim=True) - z).exp()
    return e / e.sum(-1, keepdim=True)


@exercise.misconception("divides the scores without exponentiating", "What does your answer give for a negative score?")
def divides_the_scores(z):
    return z / z.sum(-1, keepdim=True)


@exercise.misconception(
    "loses the last axis when it sums, and divides columns by the sums of rows",
    "What are the shapes of numerator and denominator for z of shape (4, 5)? And for (4, 4)?",
    "Which argument of sum keeps the axis at length one?",
)
def axis_lost(z):
    e = (z - z.amax(-1, keepdim=True)).exp()
    return e / e.sum(-1)


@exercise.misconception("returns the logarithms of the probabilities", "Are your results positive? Do they sum to one?")
def log_probabilities(z):
    shifted = z - z.amax(-1, keepdim=True)
    return shifted - shifted.exp().sum(-1, keepdim=True).log()


@exercise.alternative
def row_by_row(z):
    flat = z.reshape(-1, z.shape[-1])
    rows = [(r - r.max()).exp() / (r - r.max()).exp().sum() for r in flat]
    return torch.stack(rows).reshape(z.shape)


@exercise.alternative
def with_einsum(z):
    e = (z - z.max(dim=-1, keepdim=True).values).exp()
    return e / torch.einsum("...c->...", e).unsqueeze(-1)


@exercise.alternative
def shifted_by_a_constant(z):
    log_weights = z - z.detach().amax(-1, keepdim=True)
    return (log_weights - log_weights.exp().sum(-1, keepdim=True).log()).exp()


@exercise.alternative
def classes_first(z):
    scores = z.movedim(-1, 0)
    e = torch.exp(scores - scores.max(0).values)
    return (e / e.sum(0)).movedim(0, -1)


@exercise.alternative
def pairwise_differences(z):
    """1 / Σ_j exp(z_j - z_i): the sum overflows only where the probability is 0."""
    differences = (z.unsqueeze(-2) - z.unsqueeze(-1)).clamp(max=80)
    return 1 / differences.exp().sum(-1)
