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
    gradients=True,
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from gradschool.autoencoders import variational

exercise = Exercise(
    question,
    variational.interpolate,
    points=2,
    noise=1e-6,  # shares counted in float32, as linspace gives them unless told, are right
)


def mixed(a, b, t):
    t = t.to(a).reshape(-1, *[1] * a.ndim)
    return a + t * (b - a)


def evenly(first, last, gaps):
    """first, …, last, each divided by the number of gaps."""
    return torch.arange(first, last + 1).double() / gaps


@exercise.misconception(
    "stops one step before the end",
    "Which share of b should the last point hold?",
    "Between 5 points, how many gaps are there?",
)
def without_the_end(a, b, steps):
    return mixed(a, b, evenly(0, steps - 1, steps))


@exercise.misconception("leaves out the start", "Which share of b should the first point hold?")
def without_the_start(a, b, steps):
    return mixed(a, b, evenly(1, steps, steps))


@exercise.misconception("gives only points between the ends", "Are `a` and `b` themselves among your points?")
def inner_points(a, b, steps):
    return mixed(a, b, evenly(1, steps, steps + 1))


@exercise.misconception("goes from b to a", "Which of the two ends comes first?")
def from_b_to_a(a, b, steps):
    return mixed(b, a, evenly(0, steps - 1, steps - 1))


@exercise.misconception(
    "returns one point too many: as many gaps as points were asked for",
    "How long is your result for steps = 5? Which of the two is counted, points or gaps?",
)
def gaps_for_points(a, b, steps):
    return mixed(a, b, evenly(0, steps, steps))


@exercise.misconception(
    "adds b's share and does not take a's away",
    "What is your last point? How much of `a` should be left in it?",
)
def a_stays(a, b, steps):
    return a + mixed(torch.zeros_like(a), b, evenly(0, steps - 1, steps - 1))


@exercise.misconception(
    "puts the points along the last axis, not along the first",
    "What is the shape of your result for codes of 3 numbers and 5 steps? Which axis should be the batch?",
)
def along_the_last_axis(a, b, steps):
    return mixed(a, b, evenly(0, steps - 1, steps - 1)).movedim(0, -1)


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
