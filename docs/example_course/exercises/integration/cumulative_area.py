"""The area from the first sample up to each of them, by the trapezoidal rule."""

import numpy as np

from autograder.spec import Case, Question
from autograder.spec.probes import array_function

question = Question(
    cases=lambda draw: [
        (draw.normal(6), 0.5),
        (draw.normal(3, 7), draw.uniform(0.1, 2.0).item()),
        (draw.normal(5, 5), 0.25),
        (draw.normal(2, 3, 4), 2.0),
        Case((draw.normal(2), 0.3), note="two samples"),
        Case((draw.normal(1), 0.3), note="one sample: no area"),
    ],
    probe=array_function,
    forbids=["scipy.integrate.cumulative_trapezoid"],
)

# %% what is right, and what is wrong
from numerics import integration

from autograder.spec import Exercise

exercise = Exercise(question, integration.cumulative_area, points=3)


def pieces(y, h):
    return h * (y[..., :-1] + y[..., 1:]) / 2


@exercise.misconception(
    "has no area of 0 at the first sample",
    "How large is the area from the first sample to the first sample?",
    "How many numbers come back for six samples?",
)
def without_zero(y, h):
    return pieces(y, h).cumsum(axis=-1)


@exercise.misconception(
    "adds up samples, not pieces",
    "How large is the area up to the first sample? How large does your answer say it is?",
)
def sums_of_samples(y, h):
    return h * y.cumsum(axis=-1)


@exercise.misconception(
    "gives the areas of single pieces, which are not added up",
    "What is asked: the area of one piece, or of all up to a sample?",
)
def single_pieces(y, h):
    return np.concatenate([np.zeros_like(y[..., :1]), pieces(y, h)], axis=-1)


@exercise.misconception(
    "takes rectangles that are as high as their left end",
    "Which two samples does one piece lie between?",
)
def left_rectangles(y, h):
    return np.concatenate([np.zeros_like(y[..., :1]), h * y[..., :-1].cumsum(axis=-1)], axis=-1)


@exercise.misconception(
    "counts the area from the last sample backwards",
    "At which sample is the area 0?",
)
def from_the_end(y, h):
    return np.concatenate([pieces(y, h)[..., ::-1].cumsum(axis=-1)[..., ::-1], np.zeros_like(y[..., :1])], axis=-1)


@exercise.alternative
def sample_by_sample(y, h):
    areas = np.zeros(y.shape)
    for i in range(1, y.shape[-1]):
        areas[..., i] = areas[..., i - 1] + h * (y[..., i - 1] + y[..., i]) / 2
    return areas


@exercise.alternative
def from_sums(y, h):
    return h * (y.cumsum(axis=-1) - (y + y[..., :1]) / 2)


@exercise.alternative
def with_a_matrix(y, h):
    n = y.shape[-1]
    sums = h * (np.tri(n) - np.eye(n) / 2)
    sums[:, 0] -= h / 2
    return y @ sums.T
