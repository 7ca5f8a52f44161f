"""Max pooling, overlapping or not, with the places of the winners."""

from autograder.spec import Case, Question
from autograder.spec.comparison import exact
from autograder.spec.probes import counted, growing


def below_zero(draw, *shape):
    return -draw.uniform(0.5, 5, *shape)


question = Question(
    cases=lambda draw: [
        Case((draw.normal(2, 3, 4, 6), 2), note="windows of 2 that touch"),
        Case((draw.normal(2, 2, 7, 5), 3, 2), note="windows of 3 that overlap"),
        Case((draw.normal(1, 2, 5, 8), 3), note="rows and columns left over"),
        Case((below_zero(draw, 2, 1, 4, 5), 3, 2, 1), note="nothing but negative numbers, padding 1"),
        Case((draw.normal(1, 1, 3, 4), 1), note="windows of one pixel"),
        Case((draw.integers(0, 2, 2, 2, 4, 6).double(), 2), compare=exact, note="many equal numbers"),
        Case(
            (draw.integers(-2, 1, 2, 1, 7, 6).double(), 3, 2, 1),
            compare=exact,
            note="many equal numbers, overlap and padding 1",
        ),
        Case((below_zero(draw, 1, 2, 6, 5), 4, 3, 2), note="padding 2, windows of an even size"),
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
    returns=("out", "indices"),
    probe=counted(),
    gradients=True,
    forbids=["pooling"],
)

# %% what is right, and what is wrong
import math

import torch
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes import pooling as kinds
from autograder.spec.mistakes.common import same
from autograder.spec.mistakes.convolution import HANGS_OVER_THE_BORDER, LOOPS_OVER_IMAGES, LOOPS_OVER_POSITIONS
from autograder.spec.probes import steady
from gradschool.convolutional import pooling

exercise = Exercise(
    question,
    pooling.max_pool2d,
    points=6,
    compare=steady("images", "channels", "pixels"),
)


def right(
    x, k, stride=None, padding=0, *, value=-math.inf, step=kinds.own_size_unless_told, border=same,
    best=lambda view: view.max(dim=4), index=lambda row, column, place, x, padding: row * x.shape[3] + column,
):  # fmt: skip
    """The right way, with what students get wrong as settings; `index` is asked of row and column in the image."""
    view = kinds.windows(x, k, stride, padding, value=value, step=step, border=border).flatten(4)
    out, place = best(view)
    stride, padding = step(k, stride), border(padding)
    rows = torch.arange(place.shape[2], device=place.device)[:, None] * stride - padding
    columns = torch.arange(place.shape[3], device=place.device) * stride - padding
    return out, index(rows + place // k, columns + place % k, place, x, padding)


def last_largest(view):
    out, place = view.flip(4).max(dim=4)
    return out, view.shape[4] - 1 - place


def largest_size(view):
    place = view.abs().argmax(dim=4, keepdim=True)
    return view.gather(4, place)[..., 0], place[..., 0]


def counted_through(row, column, place, x, padding):
    maps = torch.arange(x.shape[0] * x.shape[1], device=x.device).reshape(*x.shape[:2], 1, 1)
    return row * x.shape[3] + column + maps * x.shape[2] * x.shape[3]


exercise.mistakes(kinds.misplaced_windows(right))
wrong = exercise.variants(right)
wrong(kinds.ZEROS_WIN, value=0.0)
wrong(
    "gives the place within the window, not within the channel",
    "How large is your largest index? How many pixels has a channel?",
    index=lambda row, column, place, x, padding: place,
)
wrong(
    "counts the indices on the padded image",
    "With padding 1, which index has the upper left pixel of x in your answer? Which should it have?",
    index=lambda row, column, place, x, padding: (row + padding) * (x.shape[3] + 2 * padding) + column + padding,
)
wrong(kinds.COLUMN_BY_COLUMN, index=lambda row, column, place, x, padding: column * x.shape[2] + row)
wrong("takes the largest size, whatever the sign", "Which is the larger number, -3 or 1?", value=0.0, best=largest_size)
wrong(
    "takes the last of equal values",
    "When two pixels of a window are equal, which one does the task name?",
    best=last_largest,
)
wrong(
    "goes on counting from channel to channel, and from image to image",
    "Which index has the first pixel of the second channel in your answer? Within which pixels does the task count?",
    index=counted_through,
)


@exercise.mistake(HANGS_OVER_THE_BORDER)
def hangs_over(x, k, stride=None, padding=0):
    more = [-(n + 2 * padding - k) % (stride or k) for n in x.shape[2:]]
    width = x.shape[3]
    wide = F.pad(x, (0, more[1], 0, more[0]), value=-math.inf)
    return right(wide, k, stride, padding, index=lambda row, column, *_: row * width + column)


@exercise.mistake(LOOPS_OVER_POSITIONS.told(positions="windows"))
def loops_over_windows(x, k, stride=None, padding=0):
    view = kinds.windows(x, k, stride, padding, value=-math.inf).flatten(4)
    largest = [[window.max(dim=2) for window in row.unbind(2)] for row in view.unbind(2)]
    out, place = (torch.stack([torch.stack([w[i] for w in row], dim=2) for row in largest], dim=2) for i in (0, 1))
    return out, right(x, k, stride, padding, best=lambda view: (out, place))[1]


@exercise.mistake(LOOPS_OVER_IMAGES.told(and_more=" and channels"))
def loops_over_channels(x, k, stride=None, padding=0):
    each = [right(c[None, None], k, stride, padding) for image in x for c in image]
    return tuple(torch.cat(part).reshape(*x.shape[:2], *part[0].shape[2:]) for part in zip(*each, strict=True))


@exercise.alternative
def indices_pooled_along(x, k, stride=None, padding=0):
    stride = stride or k
    numbers = torch.arange(x.shape[2] * x.shape[3], device=x.device).reshape(1, 1, *x.shape[2:])

    def all_windows(t, value):
        return F.pad(t, (padding,) * 4, value=value).unfold(2, k, stride).unfold(3, k, stride).flatten(4)

    view = all_windows(x, -math.inf)
    place = view.argmax(dim=4, keepdim=True)
    where = all_windows(numbers, -1).expand(*view.shape[:4], -1).gather(4, place)
    return view.gather(4, place).squeeze(4), where.squeeze(4)


@exercise.alternative
def loop_over_the_window(x, k, stride=None, padding=0):
    stride = stride or k
    wide = F.pad(x, (padding,) * 4, value=-math.inf)
    rows, columns = ((n - k) // stride + 1 for n in wide.shape[2:])
    down = torch.arange(rows, device=x.device)[:, None] * stride - padding
    across = torch.arange(columns, device=x.device)[None, :] * stride - padding
    out = wide[:, :, : stride * (rows - 1) + 1 : stride, : stride * (columns - 1) + 1 : stride].clone()
    indices = (down * x.shape[3] + across).expand(out.shape).clone()
    for u in range(k):
        for v in range(k):
            there = wide[:, :, u : u + stride * (rows - 1) + 1 : stride, v : v + stride * (columns - 1) + 1 : stride]
            better = there > out
            out = torch.where(better, there, out)
            indices = torch.where(better, (down + u) * x.shape[3] + across + v, indices)
    return out, indices


@exercise.alternative
def through_unfold(x, k, stride=None, padding=0):
    stride = stride or k
    wide = F.pad(x, (padding, padding, padding, padding), value=float("-inf"))
    patches = F.unfold(wide.flatten(0, 1).unsqueeze(1), k, stride=stride)  # (batch · channels, k², positions)
    out, place = patches.max(dim=1)
    columns = (wide.shape[3] - k) // stride + 1
    position = torch.arange(patches.shape[2], device=x.device)
    row = position // columns * stride + place // k - padding
    column = position % columns * stride + place % k - padding
    shape = (*x.shape[:2], -1, columns)
    return out.reshape(shape), (row * x.shape[3] + column).reshape(shape)
