"""The earth mover's distance between two samples on a line."""

import torch

from autograder.spec import Case, Question
from autograder.spec.comparison import close


def ties():
    """The same place several times, on one side and on both."""
    return torch.tensor([1.0, 0.0, 1.0, 1.0]).double(), torch.tensor([2.0, 3.0, 0.0, 3.0, 1.0, 0.0]).double()


def shuffled(draw, x):
    """The same samples in another order: nothing is to be carried."""
    return x, x[draw.permutation(len(x))]


question = Question(
    cases=lambda draw: [
        (draw.normal(7), draw.normal(7) + 0.5),
        Case((draw.normal(6), 3 * draw.normal(4) - 1), note="6 samples against 4"),
        Case((draw.normal(5), draw.normal(15)), note="5 samples against 15"),
        Case((draw.normal(9) + 4, draw.normal(9) - 4), note="far apart"),
        Case((draw.normal(1), draw.normal(1)), note="one sample each"),
        Case((draw.normal(1), draw.normal(8)), note="one sample against 8"),
        Case((draw.normal(8), draw.normal(1)), note="8 samples against one"),
        Case(ties(), compare=close, note="several samples at one place"),
        Case(shuffled(draw, draw.normal(6)), compare=close, note="the same samples on both sides"),
    ],
    gradients=True,
    gives="one number, a tensor without axes",
    forbids=["wasserstein"],
)

# %% what is right, and what is wrong
from itertools import pairwise

from autograder.spec import Exercise
from autograder.spec.mistakes.common import same
from gradschool.adversarial import wasserstein

exercise = Exercise(question, wasserstein.wasserstein_1d, points=4)


def cut(x, y, *, order=lambda x: x.sort().values, cost=torch.abs, total=torch.mean):
    """Right for equal numbers of samples; what the longer one has more is dropped."""
    n = min(len(x), len(y))
    return total(cost(order(x)[:n] - order(y)[:n]))


wrong = exercise.variants(cut)
wrong(
    "compares the samples in the order in which they come",
    "Shuffle one of the two. Should the distance change?",
    "Which grain of earth should be carried to which hole, so that the least is carried in all?",
    order=same,
)
wrong(
    "squares the distances",
    "The earth mover pays for weight times distance. In which unit does your result come out?",
    cost=torch.square,
)
wrong(
    "drops what one side has more than the other",
    "With 6 samples against 4, what does the sixth contribute to your result?",
    "Each of the 4 holes takes a quarter of the earth. How much is one of the 6 grains?",
)
wrong(
    "adds the distances up where each grain weighs 1/n",
    "Give both samples twice. Should the distance change?",
    total=torch.sum,
)


@exercise.misconception(
    "compares the means alone",
    "Two samples with one mean, one narrow, one wide: is nothing to be carried?",
)
def difference_of_means(x, y):
    return (x.mean() - y.mean()).abs()


@exercise.misconception(
    "measures the mean distance of all pairs",
    "What is your distance between a sample and itself?",
)
def all_pairs(x, y):
    return (x[:, None] - y).abs().mean()


@exercise.misconception(
    "carries each sample to its nearest neighbour on the other side",
    "May two grains go into one hole, and a third hole stay empty?",
)
def nearest(x, y):
    return (x[:, None] - y).abs().amin(dim=1).mean()


@exercise.alternative
def on_common_shares(x, y):
    """Each grain cut into as many equal parts as make both sides equally many."""
    both = torch.lcm(torch.tensor(len(x)), torch.tensor(len(y))).item()
    a = x.sort().values.repeat_interleave(both // len(x))
    b = y.sort().values.repeat_interleave(both // len(y))
    return (a - b).abs().mean()


@exercise.alternative
def carried_by_hand(x, y):
    """Two heaps, emptied from the left."""
    xs, ys = x.sort().values, y.sort().values
    i = j = 0
    left, right = len(y), len(x)  # in shares of 1 / (n m)
    cost = 0 * xs[0]
    while i < len(xs) and j < len(ys):
        carried = min(left, right)
        cost = cost + carried * (xs[i] - ys[j]).abs()
        left, right = left - carried, right - carried
        if not left:
            i, left = i + 1, len(y)
        if not right:
            j, right = j + 1, len(x)
    return cost / (len(x) * len(y))


@exercise.alternative
def area_between_quantile_functions(x, y):
    xs, ys = torch.sort(x)[0], torch.sort(y)[0]
    n, m = len(x), len(y)
    cuts = sorted({i * m for i in range(n + 1)} | {j * n for j in range(m + 1)})
    parts = [(b - a) / (n * m) * (xs[a // m] - ys[a // n]).abs() for a, b in pairwise(cuts)]
    return torch.stack(parts).sum()
