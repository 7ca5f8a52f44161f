"""Richardson's extrapolation from two values, the second with half the distance of samples."""

from autograder.spec import Case, Question
from autograder.spec.probes import array_function

question = Question(
    cases=lambda draw: [
        (draw.normal(4), draw.normal(4), 4),
        (draw.normal(2, 3), draw.normal(2, 3), 1),
        (draw.normal(5), draw.normal(5), 2),
        Case((1.0, 1.25, 3), note="two numbers"),
        Case((draw.normal(3), draw.normal(3), 6), note="an order of 6"),
    ],
    defaults=lambda draw: [Case((draw.normal(3), draw.normal(3)), note="order left out")],
    probe=array_function,
)

# %% what is right, and what is wrong
from numerics import integration

from autograder.spec import Exercise

exercise = Exercise(question, integration.richardson, points=3)


@exercise.misconception(
    "exchanges the two values",
    "Which of the two values is nearer to the truth? Should the result lie on its side?",
)
def exchanged(coarse, fine, order=2):
    return coarse + (coarse - fine) / (2**order - 1)


@exercise.misconception(
    "goes away from the truth: the correction has the wrong sign",
    "The fine value lies between the coarse one and the truth. In which direction does the truth lie?",
)
def wrong_sign(coarse, fine, order=2):
    return fine - (fine - coarse) / (2**order - 1)


@exercise.misconception(
    "divides by 2ᵖ, not by 2ᵖ - 1",
    "If the error of coarse is 4 and that of fine is 1, how far apart are they, in units of fine's error?",
)
def by_two_to_the_order(coarse, fine, order=2):
    return fine + (fine - coarse) / 2**order


@exercise.misconception(
    "divides by the order times 2, less 1",
    "By how much does h⁴ fall when h is halved: to an eighth, or to a sixteenth?",
)
def order_as_factor(coarse, fine, order=2):
    return fine + (fine - coarse) / (2 * order - 1)


@exercise.misconception(
    "takes the order to be 2 always",
    "What does your answer do with the argument `order`?",
)
def always_two(coarse, fine, order=2):
    return fine + (fine - coarse) / 3


@exercise.alternative
def as_a_fraction(coarse, fine, order=2):
    return (2**order * fine - coarse) / (2**order - 1)


@exercise.alternative
def as_weights(coarse, fine, order=2):
    share = 1 / (2**order - 1)
    return (1 + share) * fine - share * coarse


@exercise.alternative
def error_first(coarse, fine, order=2):
    ratio = 0.5**order
    error = (coarse - fine) * ratio / (1 - ratio)
    return fine - error
