"""Average pooling."""

from autograder.spec import Case, Question
from autograder.spec.probes import counted, growing

question = Question(
    cases=lambda draw: [
        Case((draw.normal(2, 3, 4, 6), 2), note="windows of 2 that touch"),
        Case((draw.normal(2, 2, 7, 5), 3, 2), note="windows of 3 that overlap"),
        Case((draw.normal(1, 2, 5, 8), 3), note="rows and columns left over"),
        Case((draw.normal(2, 1, 4, 5), 3, 2, 1), note="padding 1"),
        Case((draw.normal(1, 1, 3, 4), 1), note="windows of one pixel"),
        Case((draw.normal(2, 1, 5, 6), 4, 3, 2), note="padding 2, windows of an even size"),
        Case(
            growing(
                *(draw.normal(2, 2, 6, 7), 3, 2, 1),
                images=(draw.normal(4, 2, 6, 7), 3, 2, 1),
                channels=(draw.normal(2, 4, 6, 7), 3, 2, 1),
                pixels=(draw.normal(2, 2, 10, 13), 3, 2, 1),
            ),
            note="overlap and padding 1",
        ),
    ],
    defaults=lambda draw: [
        Case((draw.normal(1, 2, 5, 7), 2), note="no stride, no padding"),
        Case((draw.normal(2, 1, 6, 5), 3, 1), note="no padding"),
    ],
    probe=counted(),
    gradients=True,
    forbids=["pooling", "convolution"],
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes import pooling as kinds
from autograder.spec.mistakes.convolution import LOOPS_OVER_POSITIONS
from autograder.spec.mistakes.reductions import SUMS_FOR_MEAN
from autograder.spec.probes import steady
from gradschool.convolutional import pooling

exercise = Exercise(
    question,
    pooling.avg_pool2d,
    points=3,
    compare=steady("images", "channels", "pixels"),
)


def right(x, k, stride=None, padding=0, *, pooled=lambda windows: windows.mean(dim=(4, 5)), **settings):
    return pooled(kinds.windows(x, k, stride, padding, **settings))


exercise.mistakes(kinds.misplaced_windows(right))
wrong = exercise.variants(right)
wrong(
    SUMS_FOR_MEAN.told(of="the window", example="a window of nine ones"), pooled=lambda windows: windows.sum(dim=(4, 5))
)
wrong(kinds.TAKES_THE_LARGEST.told(window="window"), pooled=lambda windows: windows.amax(dim=(4, 5)))
wrong(
    "divides by the width of the window, not by its number of pixels",
    "How many pixels does a window of 3 have?",
    pooled=lambda windows: windows.sum(dim=(4, 5)) / windows.shape[5],
)


@exercise.misconception(
    "leaves the padding out when it counts the pixels",
    "By what should the sum in a padded corner be divided, says the task?",
)
def without_the_padding(x, *settings):
    return right(x, *settings) / right(torch.ones_like(x), *settings)


@exercise.mistake(LOOPS_OVER_POSITIONS.told(positions="windows"))
def loops_over_windows(x, *settings):
    view = kinds.windows(x, *settings)
    rows = [torch.stack([window.mean(dim=(2, 3)) for window in row.unbind(2)], dim=2) for row in view.unbind(2)]
    return torch.stack(rows, dim=2)


@exercise.alternative
def shifted_and_added(x, k, stride=None, padding=0):
    stride = stride or k
    wide = F.pad(x, (padding,) * 4)
    rows, columns = ((n - k) // stride * stride + 1 for n in wide.shape[2:])
    total = 0
    for u in range(k):
        for v in range(k):
            total = total + wide[:, :, u : u + rows : stride, v : v + columns : stride]
    return total / k**2


@exercise.alternative
def through_unfold(x, k, stride=None, padding=0):
    stride = stride or k
    columns = (x.shape[3] + 2 * padding - k) // stride + 1
    patches = F.unfold(x, k, padding=padding, stride=stride).unflatten(1, (x.shape[1], k * k))
    return patches.mean(dim=2).reshape(*x.shape[:2], -1, columns)


@exercise.alternative
def one_axis_after_the_other(x, k, stride=None, padding=0):
    stride = stride or k
    down = F.pad(x, (padding,) * 4).unfold(2, k, stride).mean(dim=-1)
    return down.unfold(3, k, stride).mean(dim=-1)


@exercise.alternative
def with_running_sums(x, k, stride=None, padding=0):
    """The integral image: the sum over a window from its four corners."""
    stride = stride or k
    sums = F.pad(F.pad(x, (padding,) * 4), (1, 0, 1, 0)).cumsum(dim=2).cumsum(dim=3)
    box = sums[:, :, k:, k:] - sums[:, :, :-k, k:] - sums[:, :, k:, :-k] + sums[:, :, :-k, :-k]
    return box[:, :, ::stride, ::stride] / (k * k)
