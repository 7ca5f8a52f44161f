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
            growing(
                *(draw.normal(2, 2, 6, 7), 3, 2, 1),
                images=(draw.normal(4, 2, 6, 7), 3, 2, 1),
                channels=(draw.normal(2, 4, 6, 7), 3, 2, 1),
                pixels=(draw.normal(2, 2, 10, 13), 3, 2, 1),
            ),
            note="overlap and padding 1",
        ),
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
from autograder.spec.probes import steady
from gradschool.convolutional import pooling

exercise = Exercise(
    question,
    pooling.max_pool2d,
    points=6,
    compare=steady("images", "channels", "pixels"),
)


def pooled(x, k, stride, padding, value=-math.inf):
    """The windows' largest values, and their places within the window."""
    view = F.pad(x, (padding,) * 4, value=value).unfold(2, k, stride).unfold(3, k, stride)
    return view.flatten(4).max(dim=4)


def positions(place, k, stride, padding):
    """Row and column of the winners in the image."""
    rows = torch.arange(place.shape[2], device=place.device)[:, None] * stride - padding
    columns = torch.arange(place.shape[3], device=place.device) * stride - padding
    return rows + place // k, columns + place % k


def right(x, k, stride=None, padding=0, value=-math.inf):
    stride = stride or k
    out, place = pooled(x, k, stride, padding, value)
    row, column = positions(place, k, stride, padding)
    return out, row * x.shape[3] + column


@exercise.misconception(
    "pads with zeros, which win over negative numbers",
    "All pixels are negative. Which number does your answer find in the corner?",
    "Which number is never the largest?",
)
def zeros_win(x, k, stride=None, padding=0):
    return right(x, k, stride, padding, value=0.0)


@exercise.misconception(
    "gives the place within the window, not within the channel",
    "How large is your largest index? How many pixels has a channel?",
)
def place_in_the_window(x, k, stride=None, padding=0):
    out, place = pooled(x, k, stride or k, padding)
    return out, place


@exercise.misconception(
    "counts the indices on the padded image",
    "With padding 1, which index has the upper left pixel of x in your answer? Which should it have?",
)
def place_with_the_border(x, k, stride=None, padding=0):
    out, place = pooled(x, k, stride or k, padding)
    row, column = positions(place, k, stride or k, 0)
    return out, row * (x.shape[3] + 2 * padding) + column


@exercise.misconception(
    "counts the pixels column by column",
    "Which pixel has index 1: the one to the right of the first, or the one below it?",
)
def column_by_column(x, k, stride=None, padding=0):
    out, place = pooled(x, k, stride or k, padding)
    row, column = positions(place, k, stride or k, padding)
    return out, column * x.shape[2] + row


@exercise.misconception(
    "moves the window by one pixel unless told otherwise", "Which stride does the task give where none is said?"
)
def stride_of_one(x, k, stride=None, padding=0):
    return right(x, k, stride or 1, padding)


@exercise.misconception("keeps a last window that hangs over the border", "How many windows of 3 fit on 5 pixels?")
def hangs_over(x, k, stride=None, padding=0):
    stride = stride or k
    more = [-(n + 2 * padding - k) % stride for n in x.shape[2:]]
    wide = F.pad(x, (padding, padding + more[1], padding, padding + more[0]), value=-math.inf)
    out, place = pooled(wide, k, stride, 0)
    row, column = positions(place, k, stride, padding)
    return out, row * x.shape[3] + column


@exercise.misconception("takes the largest size, whatever the sign", "Which is the larger number, -3 or 1?")
def largest_size(x, k, stride=None, padding=0):
    stride = stride or k
    view = F.pad(x, (padding,) * 4).unfold(2, k, stride).unfold(3, k, stride).flatten(4)
    place = view.abs().argmax(dim=4, keepdim=True)
    row, column = positions(place[..., 0], k, stride, padding)
    return view.gather(4, place)[..., 0], row * x.shape[3] + column


@exercise.misconception(
    "takes the last of equal values", "When two pixels of a window are equal, which one does the task name?"
)
def last_of_equals(x, k, stride=None, padding=0):
    stride = stride or k
    view = F.pad(x, (padding,) * 4, value=-math.inf).unfold(2, k, stride).unfold(3, k, stride)
    out, place = view.flatten(4).flip(4).max(dim=4)
    row, column = positions(k * k - 1 - place, k, stride, padding)
    return out, row * x.shape[3] + column


@exercise.misconception(
    "is right, and loops over the windows",
    "What would `Tensor.unfold` make of all windows at once?",
)
def loops_over_windows(x, k, stride=None, padding=0):
    stride = stride or k
    wide = F.pad(x, (padding,) * 4, value=-math.inf)
    rows, columns = ((n - k) // stride + 1 for n in wide.shape[2:])
    out, place = x.new_zeros(*x.shape[:2], rows, columns), torch.zeros(*x.shape[:2], rows, columns, dtype=torch.long)
    for i in range(rows):
        for j in range(columns):
            window = wide[:, :, i * stride : i * stride + k, j * stride : j * stride + k].flatten(2)
            out[:, :, i, j], place[:, :, i, j] = window.max(dim=2)
    row, column = positions(place, k, stride, padding)
    return out, row * x.shape[3] + column


@exercise.misconception(
    "is right, and loops over images and channels",
    "Which of your lines needs to know that there are two images, and not one of twice the channels?",
)
def loops_over_channels(x, k, stride=None, padding=0):
    each = [right(c[None, None], k, stride, padding) for image in x for c in image]
    shape = (*x.shape[:2], *each[0][0].shape[2:])
    return torch.cat([e[0] for e in each]).reshape(shape), torch.cat([e[1] for e in each]).reshape(shape)


@exercise.misconception(
    "ignores the stride, and lets windows touch always", "At stride 2, where does the second window of 3 begin?"
)
def always_touching(x, k, stride=None, padding=0):
    return right(x, k, k, padding)


@exercise.misconception("ignores the padding", "How many rows has the result by the formula for its size?")
def without_padding(x, k, stride=None, padding=0):
    return right(x, k, stride, 0)


@exercise.misconception(
    "goes on counting from channel to channel, and from image to image",
    "Which index has the first pixel of the second channel in your answer? Within which pixels does the task count?",
)
def counts_through(x, k, stride=None, padding=0):
    out, indices = right(x, k, stride, padding)
    maps = torch.arange(x.shape[0] * x.shape[1], device=x.device).reshape(*x.shape[:2], 1, 1)
    return out, indices + maps * x.shape[2] * x.shape[3]


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
