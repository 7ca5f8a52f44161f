"""Softmax over the last axis, stable at any logits."""

import torch

from autograder.exercise import Exercise
from gradschool.feedforward import activations

exercise = Exercise(
    reference=activations.softmax,
    points=4,
    cases=lambda draw: [
        draw.normal(3),
        draw.normal(4, 5),
        draw.normal(2, 3, 4),
        draw.normal(1, 1),
        draw.normal(3, 5) + 1000,  # exp alone overflows
        torch.cat([draw.normal(2, 3), draw.normal(2, 3) - 1000]),  # one maximum for all underflows
    ],
    gradients=True,
    forbids=["softmax"],
)


@exercise.misconception(
    "sums to one over the batch, not over the classes", "Along which axis do your probabilities sum to one?"
)
def over_the_batch(z):
    e = (z - z.amax(0, keepdim=True)).exp()
    return e / e.sum(0, keepdim=True)


@exercise.misconception(
    "sums to one over the whole array", "Sum one row of your result.", "Only the last axis may be summed away."
)
def over_everything(z):
    e = (z - z.max()).exp()
    return e / e.sum()


@exercise.misconception(
    "overflows for large scores",
    "What is exp(1000)?",
    "What can you take from every score of a row without changing the result?",
)
def overflows(z):
    return z.exp() / z.exp().sum(-1, keepdim=True)


@exercise.misconception(
    "subtracts one maximum for the whole batch", "Try a row whose scores all lie 1000 below another row's."
)
def one_maximum_for_all(z):
    e = (z - z.max()).exp()
    return e / e.sum(-1, keepdim=True)


@exercise.misconception("gives the largest score the smallest probability", "Look at the sign inside exp.")
def sign_of_the_shift(z):
    e = (z.amax(-1, keepdim=True) - z).exp()
    return e / e.sum(-1, keepdim=True)


@exercise.misconception("divides the scores without exponentiating", "What does your answer give for a negative score?")
def divides_the_scores(z):
    return z / z.sum(-1, keepdim=True)


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
