"""How many positions a kernel finds along one axis."""

from autograder.spec import Case, Question


def drawn(draw):
    """A kernel that fits, whatever it is."""
    kernel, stride, padding = draw.integer(1, 6), draw.integer(1, 5), draw.integer(0, 4)
    dilation = draw.integer(1, 4)
    n = dilation * (kernel - 1) + 1 + draw.integer(0, 30)
    return Case((n, kernel, stride, padding, dilation), note="drawn at random")


question = Question(
    cases=lambda draw: [
        Case((32, 5, 1, 0, 1), note="nothing but a kernel"),
        Case((7, 3, 2, 0, 1), note="stride 2, no rest"),
        Case((8, 3, 2, 0, 1), note="stride 2, a column is left over"),
        Case((11, 3, 3, 0, 1), note="stride 3, two columns are left over"),
        Case((9, 4, 3, 1, 1), note="stride 3 and padding"),
        Case((5, 3, 1, 1, 1), note="padding that keeps the size"),
        Case((10, 3, 1, 0, 2), note="dilation 2"),
        Case((12, 4, 2, 2, 3), note="everything at once"),
        Case((4, 4, 1, 0, 1), note="the kernel is as large as the image"),
        Case((6, 1, 4, 0, 1), note="a kernel of one pixel"),
        Case((3, 5, 1, 1, 1), note="a kernel that fits on the padded image alone"),
        *(drawn(draw) for _ in range(6)),
    ],
    defaults=lambda draw: [
        Case((12, 5), note="no stride, no padding, no dilation"),
        Case((12, 5, 3), note="no padding, no dilation"),
        Case((12, 5, 3, 2), note="no dilation"),
    ],
)

# %% what is right, and what is wrong
import math

from autograder.spec import Exercise
from autograder.spec.mistakes import convolution as kinds
from autograder.spec.mistakes.common import same
from gradschool.convolutional import convolution

exercise = Exercise(
    question,
    convolution.conv_output_size,
    points=2,
)


def size(
    n, kernel, stride=1, padding=0, dilation=1, *, rounded=math.floor, reach=lambda k, d: d * (k - 1) + 1, sides=2, first=1
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    return rounded((n + sides * padding - reach(kernel, dilation)) / stride) + first


wrong = exercise.variants(size)
wrong(
    "returns a fraction where the stride does not divide evenly",
    "How many positions are there, when half of the last one hangs over the border?",
    rounded=same,
)
wrong(kinds.HANGS_OVER_THE_BORDER, rounded=math.ceil)
wrong(
    "rounds to the nearest whole number",
    "2.7 steps of the kernel fit. How many of them can it make?",
    rounded=round,
)
wrong(kinds.PADDING_ON_ONE_SIDE, sides=1)
wrong(kinds.IGNORES_THE_PADDING.hinted(kinds.PADDING_ON_ONE_SIDE.hints[0]), sides=0)
wrong(
    "forgets the first position, and counts only the steps", "On 4 pixels, how often does a kernel of 4 fit?", first=0
)
wrong(
    "ignores the dilation",
    "From the first to the last pixel that it meets, how far does a kernel of 3 reach at dilation 2?",
    reach=lambda kernel, dilation: kernel,
)
wrong(
    "lets a dilated kernel reach too far",
    "How many gaps are there between 3 pixels?",
    reach=lambda kernel, dilation: kernel * dilation,
)
wrong(
    "divides the image by the stride, wherever the kernel begins and ends",
    "On 7 pixels a kernel of 3 in steps of 2: write down the positions.",
    reach=lambda kernel, dilation: 0,
    first=0,
)
wrong(
    "counts one pixel too few under the kernel",
    "On 4 pixels, at how many places does a kernel of 4 fit? How many does your formula give?",
    reach=lambda kernel, dilation: dilation * (kernel - 1),
)


@exercise.alternative
def counted(n, kernel, stride=1, padding=0, dilation=1):
    last = n + padding - dilation * (kernel - 1) - 1
    return len(range(-padding, last + 1, stride))


@exercise.alternative
def with_math(n, kernel, stride=1, padding=0, dilation=1):
    return math.floor((n + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1)


@exercise.alternative
def stepped(n, kernel, stride=1, padding=0, dilation=1):
    start, count = -padding, 0
    while start + dilation * (kernel - 1) < n + padding:
        count, start = count + 1, start + stride
    return count
