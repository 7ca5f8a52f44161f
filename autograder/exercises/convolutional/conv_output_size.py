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
        Case((32, 5), note="nothing but a kernel"),
        Case((7, 3, 2), note="stride 2, no rest"),
        Case((8, 3, 2), note="stride 2, a column is left over"),
        Case((11, 3, 3), note="stride 3, two columns are left over"),
        Case((9, 4, 3, 1), note="stride 3 and padding"),
        Case((5, 3, 1, 1), note="padding that keeps the size"),
        Case((10, 3, 1, 0, 2), note="dilation 2"),
        Case((12, 4, 2, 2, 3), note="everything at once"),
        Case((4, 4), note="the kernel is as large as the image"),
        Case((6, 1, 4), note="a kernel of one pixel"),
        *(drawn(draw) for _ in range(6)),
    ],
)

# %% what is right, and what is wrong
import math

from autograder.spec import Exercise
from gradschool.convolutional import convolution

exercise = Exercise(
    question,
    convolution.conv_output_size,
    points=2,
)


@exercise.misconception(
    "returns a fraction where the stride does not divide evenly",
    "How many positions are there, when half of the last one hangs over the border?",
)
def not_rounded(n, kernel, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1


@exercise.misconception(
    "counts a last position that hangs over the border",
    "Lay a kernel of 3 on 8 pixels in steps of 2. Where does it begin the last time that it fits?",
)
def rounded_up(n, kernel, stride=1, padding=0, dilation=1):
    return math.ceil((n + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1


@exercise.misconception(
    "adds the padding at one end only", "By how much does an image grow when each side gets one column of zeros?"
)
def padding_once(n, kernel, stride=1, padding=0, dilation=1):
    return (n + padding - dilation * (kernel - 1) - 1) // stride + 1


@exercise.misconception(
    "forgets the first position, and counts only the steps", "On 4 pixels, how often does a kernel of 4 fit?"
)
def steps_only(n, kernel, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (kernel - 1) - 1) // stride


@exercise.misconception(
    "ignores the dilation",
    "From the first to the last pixel that it meets, how far does a kernel of 3 reach at dilation 2?",
)
def undilated(n, kernel, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - kernel) // stride + 1


@exercise.misconception(
    "lets a dilated kernel reach too far",
    "How many gaps are there between 3 pixels?",
)
def gap_after_the_last(n, kernel, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * kernel) // stride + 1


@exercise.misconception(
    "divides the image by the stride, wherever the kernel begins and ends",
    "On 7 pixels a kernel of 3 in steps of 2: write down the positions.",
)
def by_the_stride_alone(n, kernel, stride=1, padding=0, dilation=1):
    return (n + 2 * padding) // stride


@exercise.misconception(
    "ignores the padding", "By how much does an image grow when each side gets one column of zeros?"
)
def unpadded(n, kernel, stride=1, padding=0, dilation=1):
    return (n - dilation * (kernel - 1) - 1) // stride + 1


@exercise.misconception(
    "counts one pixel too few under the kernel",
    "On 4 pixels, at how many places does a kernel of 4 fit? How many does your formula give?",
)
def reach_too_short(n, kernel, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * (kernel - 1)) // stride + 1


@exercise.misconception(
    "rounds to the nearest whole number",
    "2.7 steps of the kernel fit. How many of them can it make?",
)
def to_the_nearest(n, kernel, stride=1, padding=0, dilation=1):
    return round((n + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1


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
