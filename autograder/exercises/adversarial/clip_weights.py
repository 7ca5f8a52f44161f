"""Weights cut off at a bound."""

import torch

from autograder.spec import Case, Question


def at_the_bound():
    """Numbers without rounding: on the bound, beside it, and 0; one tensor has nothing to be cut off."""
    return [torch.tensor([0.5, -0.5, 0.75, -0.75, 0.0]).double(), torch.tensor([[0.25, -0.5]]).double()]


question = Question(
    cases=lambda draw: [
        ([draw.normal(3, 2), draw.normal(3)], 0.5),
        ([0.01 * draw.normal(2, 2), 3 * draw.normal(4), draw.normal(1, 3)], 0.02),
        Case(([draw.normal(2, 3)], 10.0), note="nothing to cut"),
        Case((at_the_bound(), 0.5), note="weights on the bound"),
        Case(([draw.normal(2, 2), draw.normal(3)], 0.0), note="c = 0"),
        Case(([draw.normal(2, 1, 3, 2), draw.normal(1).squeeze()], 0.3), note="four axes, and none"),
    ],
    returns=("clipped",),
    fresh=("clipped",),
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes import writes_into
from gradschool.adversarial import wasserstein

exercise = Exercise(question, wasserstein.clip_weights, points=1)


@exercise.misconception(
    "shrinks a tensor whose norm is too large, where single weights are cut off",
    "That is how gradients are clipped. What does the task ask of a weight of 0.3 with c = 0.5?",
)
def by_norm(weights, c):
    return [w * min(1.0, c / float(w.norm())) for w in weights]


@exercise.misconception("cuts off above only", "What becomes of a weight of -3?")
def above_only(weights, c):
    return [w.clamp(max=c) for w in weights]


@exercise.misconception(
    "scales all weights of a tensor so that the largest is c", "What becomes of a weight that was within the bound?"
)
def scaled(weights, c):
    return [w * (c / w.abs().max()) for w in weights]


@exercise.misconception("sets weights beyond the bound to 0", "Which number within the bound is nearest to 3?")
def zeroed(weights, c):
    return [torch.where(w.abs() > c, 0.0, w) for w in weights]


@exercise.misconception("keeps weights from 0 to c", "May a weight be negative after the clipping?")
def positive(weights, c):
    return [w.clamp(0, c) for w in weights]


@exercise.mistake(writes_into("weights", "w"))
def in_place(weights, c):
    for w in weights:
        w.clamp_(-c, c)
    return weights


@exercise.alternative
def minimum_and_maximum(weights, c):
    return [torch.minimum(torch.maximum(w, torch.full_like(w, -c)), torch.full_like(w, c)) for w in weights]


@exercise.alternative
def with_where(weights, c):
    clipped = []
    for w in weights:
        w = torch.where(w > c, c, w)
        clipped.append(torch.where(w < -c, -c, w))
    return clipped


@exercise.alternative
def by_sign(weights, c):
    return list(map(lambda w: w.sign() * torch.minimum(w.abs(), w.abs().new_tensor(c)), weights))
