"""Simpson's rule on an odd number of equally spaced samples, along the last axis."""

import numpy as np

from autograder.spec import Case, Question
from autograder.spec.probes import array_function

question = Question(
    cases=lambda draw: [
        (draw.normal(3, 5), draw.uniform(0.1, 2.0).item()),
        (draw.normal(7), 0.5),
        (draw.normal(2, 3, 9), 1.0),
        Case((draw.normal(3), 0.3), note="one parabola"),
        Case((np.linspace(0.0, 1.0, 5) ** 3, 0.25), note="x³ from 0 to 1, where the rule is exact"),
    ],
    probe=array_function,
    forbids=["scipy.integrate.simpson"],
)

# %% what is right, and what is wrong
from numerics import integration

from autograder.spec import Exercise

exercise = Exercise(question, integration.simpson, points=4)


def weighed(odd, even, part):
    """An answer with other weights: of the samples in the middle of a parabola, of those between two, of the whole."""

    def answer(y, h):
        middle = odd * y[..., 1:-1:2].sum(axis=-1) + even * y[..., 2:-1:2].sum(axis=-1)
        return h * part * (y[..., 0] + middle + y[..., -1])

    return answer


@exercise.misconception(
    "exchanges the weights 4 and 2",
    "Which weight does the sample in the middle of a parabola have?",
    "Try three samples: there is no sample between two parabolas.",
)
def exchanged(y, h):
    return weighed(2, 4, 1 / 3)(y, h)


@exercise.misconception(
    "divides by 6 where h is the distance of neighbours",
    "How wide is one parabola, in units of h?",
    "What does your answer give for a curve that is 1 everywhere?",
)
def by_six(y, h):
    return weighed(4, 2, 1 / 6)(y, h)


@exercise.misconception(
    "counts samples between two parabolas once",
    "To how many parabolas does the third of five samples belong?",
)
def between_once(y, h):
    return weighed(4, 1, 1 / 3)(y, h)


@exercise.misconception(
    "is the trapezoidal rule",
    "Does your answer treat the second and the third sample alike?",
)
def straight_lines(y, h):
    return weighed(2, 2, 1 / 2)(y, h)


@exercise.misconception(
    "gives the last sample a weight in the middle as well",
    "Where does your slice with a step of 2 end? Is the last sample in it?",
)
def last_sample_again(y, h):
    return weighed(4, 2, 1 / 3)(y, h) + 2 * h / 3 * y[..., -1]


@exercise.alternative
def parabola_by_parabola(y, h):
    return (h / 3 * (y[..., :-2:2] + 4 * y[..., 1:-1:2] + y[..., 2::2])).sum(axis=-1)


@exercise.alternative
def with_weights(y, h):
    weights = np.where(np.arange(y.shape[-1]) % 2 == 1, 4.0, 2.0)
    weights[[0, -1]] = 1.0
    return (y * weights).sum(axis=-1) * h / 3


@exercise.alternative
def from_two_trapezoids(y, h):
    fine = h * (y.sum(axis=-1) - (y[..., 0] + y[..., -1]) / 2)
    coarse = 2 * h * (y[..., ::2].sum(axis=-1) - (y[..., 0] + y[..., -1]) / 2)
    return (4 * fine - coarse) / 3
