"""Points at equal distances on the line between two codes, both ends among them."""

from autograder.spec import Case, Question

question = Question(
    cases=lambda draw: [
        (draw.normal(3), draw.normal(3), 5),
        (draw.normal(4), draw.normal(4), 4),
        Case((draw.normal(2), draw.normal(2), 2), note="both ends and nothing between"),
        Case((draw.normal(1), draw.normal(1), 7), note="one latent"),
        Case((draw.normal(2, 3), draw.normal(2, 3), 3), note="two codes on each side"),
    ],
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes.common import same
from gradschool.autoencoders import variational

exercise = Exercise(
    question,
    variational.interpolate,
    points=2,
    noise=1e-6,  # shares counted in float32, as linspace gives them unless told, are right
)


def evenly(first, last, gaps):
    """first, …, last, each divided by the number of gaps."""
    return torch.arange(first, last + 1).double() / gaps


def right(
    a, b, steps, *, shares=lambda steps: evenly(0, steps - 1, steps - 1), difference=lambda a, b: b - a, result=same
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    t = shares(steps).to(a).reshape(-1, *[1] * a.ndim)
    return result(a + t * difference(a, b))


wrong = exercise.variants(right)
wrong(
    "stops one step before the end",
    "Which share of b should the last point hold?",
    "Between 5 points, how many gaps are there?",
    shares=lambda steps: evenly(0, steps - 1, steps),
)
wrong(
    "leaves out the start",
    "Which share of b should the first point hold?",
    shares=lambda steps: evenly(1, steps, steps),
)
wrong(
    "gives only points between the ends",
    "Are `a` and `b` themselves among your points?",
    shares=lambda steps: evenly(1, steps, steps + 1),
)
wrong(
    "goes from b to a",
    "Which of the two ends comes first?",
    result=lambda points: points.flip(0),
)
wrong(
    "returns one point too many: as many gaps as points were asked for",
    "How long is your result for steps = 5? Which of the two is counted, points or gaps?",
    shares=lambda steps: evenly(0, steps, steps),
)
wrong(
    "adds b's share and does not take a's away",
    "What is your last point? How much of `a` should be left in it?",
    difference=lambda a, b: b,
)
wrong(
    "puts the points along the last axis, not along the first",
    "What is the shape of your result for codes of 3 numbers and 5 steps? Which axis should be the batch?",
    result=lambda points: points.movedim(0, -1),
)


@exercise.alternative
def by_lerp(a, b, steps):
    return torch.stack([torch.lerp(a, b, k / (steps - 1)) for k in range(steps)])


@exercise.alternative
def with_shares_in_float32(a, b, steps):
    return torch.stack([a * (1 - t) + b * t for t in torch.linspace(0, 1, steps)])


@exercise.alternative
def one_after_the_other(a, b, steps):
    return torch.stack([a * (1 - k / (steps - 1)) + b * (k / (steps - 1)) for k in range(steps)])


@exercise.alternative
def from_the_middle(a, b, steps):
    t = torch.linspace(-0.5, 0.5, steps, dtype=a.dtype, device=a.device)
    return (a + b) / 2 + torch.tensordot(t[:, None], (b - a)[None], dims=1)


@exercise.alternative
def with_einsum(a, b, steps):
    t = torch.linspace(0, 1, steps, dtype=a.dtype, device=a.device)
    return torch.einsum("s,...->s...", 1 - t, a) + torch.einsum("s,...->s...", t, b)
