"""The trapezoidal rule on equally spaced samples, along the last axis."""

import numpy as np

from autograder.spec import Case, Question
from autograder.spec.probes import array_function

question = Question(
    cases=lambda draw: [
        (draw.normal(3, 7), draw.uniform(0.1, 2.0).item()),
        (draw.normal(6), 0.5),
        (draw.normal(4, 4), 0.25),
        (draw.normal(2, 3, 5), 1.0),
        Case((draw.normal(2), 0.3), note="two samples"),
        Case((draw.normal(1), 0.3), note="one sample: no area"),
        Case((np.full(9, 2.0), 0.125), note="the same value everywhere"),
    ],
    probe=array_function,
    forbids=["numpy.trapezoid", "scipy.integrate.trapezoid"],
)

# %% what is right, and what is wrong
from numerics import integration

from autograder.spec import Exercise

exercise = Exercise(question, integration.trapezoid, points=3)


@exercise.misconception(
    "counts the first and the last sample in full",
    "How many of the pieces does the first sample belong to, and how many the second?",
    "Add up two pieces on paper: with which factor does each of the three samples come in?",
)
def ends_in_full(y, h):
    return h * y.sum(axis=-1)


@exercise.misconception(
    "takes rectangles that are as high as their left end",
    "Which heights does the line over one piece have? Which height does its average?",
)
def left_ends(y, h):
    return h * y[..., :-1].sum(axis=-1)


@exercise.misconception(
    "takes rectangles that are as high as their right end",
    "Which heights does the line over one piece have? Which height does its average?",
)
def right_ends(y, h):
    return h * y[..., 1:].sum(axis=-1)


@exercise.misconception(
    "leaves the width of the pieces out",
    "What happens to the area when the samples stand twice as far apart?",
)
def without_width(y, h):
    return y.sum(axis=-1) - (y[..., 0] + y[..., -1]) / 2


@exercise.misconception(
    "adds up over the first axis",
    "Which axis holds the samples of one curve when y has shape (3, 7)?",
    "How do you count axes from the end?",
)
def first_axis(y, h):
    return h * (y.sum(axis=0) - (y[0] + y[-1]) / 2)


@exercise.misconception(
    "adds up all curves together",
    "How many areas belong to three curves?",
)
def all_together(y, h):
    return h * (y.sum() - (y[..., 0] + y[..., -1]).sum() / 2)


@exercise.alternative
def piece_by_piece(y, h):
    return (h * (y[..., :-1] + y[..., 1:]) / 2).sum(axis=-1)


@exercise.alternative
def with_weights(y, h):
    weights = np.ones(y.shape[-1])
    weights[0] -= 0.5
    weights[-1] -= 0.5
    return h * (y @ weights)


@exercise.alternative
def in_a_loop(y, h):
    area = np.zeros(y.shape[:-1])
    for i in range(y.shape[-1] - 1):
        area = area + h * (y[..., i] + y[..., i + 1]) / 2
    return area
