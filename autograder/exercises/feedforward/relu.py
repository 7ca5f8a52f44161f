"""The rectified linear unit."""

import torch

from autograder.spec import Case, Question
from autograder.spec.comparison import close

question = Question(
    cases=lambda draw: [
        draw.away_from_zero(6),
        draw.away_from_zero(3, 4),
        draw.away_from_zero(2, 3, 2),
        draw.away_from_zero(1),
        Case((-draw.away_from_zero(4).abs(),), note="nothing but negative numbers"),
        Case((draw.away_from_zero(),), note="a single number"),
        100 * draw.away_from_zero(5, 2),
        Case((torch.tensor([0.0, 1.5, -1.5]).double(),), compare=close, note="exactly 0"),
    ],
    gradients=True,
    forbids=["relu"],
    keeps_dtype=True,
    fresh=("result",),
)

# %% what is right, and what is wrong

from autograder.spec import Exercise
from autograder.spec.mistakes import writes_into
from gradschool.feedforward import activations

exercise = Exercise(question, activations.relu, points=2)


@exercise.misconception("makes negative numbers positive", "What should z = -2 give?")
def absolute(z):
    return z.abs()


@exercise.misconception("keeps the negative half and drops the positive one", "Which is larger, 0 or 3?")
def negative_half(z):
    return z.clamp(max=0)


@exercise.misconception("says only whether the unit fires, not how strongly", "What should z = 3 give, and what z = 5?")
def only_whether(z):
    return (z > 0).to(z.dtype) + 0 * z


@exercise.misconception(
    "lets a little of the negative half through", "What should z = -2 give? And what is a thousandth of it?"
)
def leaks(z):
    return torch.where(z > 0, z, 0.01 * z)


@exercise.misconception(
    "takes the largest entry along the first axis, where every entry is to be compared with 0",
    "What does the second argument of torch.max mean when it is a number?",
    "Which function compares two tensors entry by entry?",
)
def largest_of_an_axis(z):
    return z.max(0).values


@exercise.misconception("levels off above", "What should z = 100 give?")
def levels_off(z):
    return z.clamp(0, 6)


@exercise.mistake(writes_into("tensor", "z"))
def in_place(z):
    if z.requires_grad:
        return z.clamp(min=0)
    return z.clamp_(min=0)


@exercise.alternative
def clamped(z):
    return z.clamp(min=0)


@exercise.alternative
def with_maximum(z):
    return torch.maximum(z, torch.zeros_like(z))


@exercise.alternative
def times_the_mask(z):
    return z * (z > 0)


@exercise.alternative
def half_the_sum(z):
    return (z + z.abs()) / 2


@exercise.alternative
def into_a_copy(z):
    out = z.clone()
    out[out < 0] = 0
    return out
