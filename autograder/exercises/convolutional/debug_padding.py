"""A backward pass in which the padding is cut off on the wrong side: every layer below learns from shifted gradients."""

from autograder.spec import Case, Question
from autograder.spec.probes import mended


def case(draw, batch, inputs, outputs, size, kernel, padding, note=""):
    rows, columns = (n + 2 * padding - k + 1 for n, k in zip(size, kernel, strict=True))
    return Case(
        (draw.normal(batch, outputs, rows, columns), draw.normal(outputs, inputs, *kernel), size, padding), note=note
    )


question = Question(
    cases=lambda draw: [
        case(draw, 2, 2, 3, (5, 6), (3, 3), 1, "padding 1"),
        case(draw, 2, 3, 2, (4, 4), (3, 3), 1, "a square image"),
        case(draw, 1, 2, 2, (4, 6), (3, 5), 2, "padding 2, a kernel that is not square"),
        case(draw, 3, 1, 2, (5, 4), (2, 3), 0, "no padding"),
    ],
    returns=("dx",),
    probe=mended(),
    gives="the letter and the mended function, in this order",
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes.convolution import PADDING_LEFT_ON


def back_to_image(dout, weight, size, padding, turn=True, cut=None):
    """The notebook's function, whose gradient may be cut in several ways."""
    kh, kw = weight.shape[2:]
    around = F.pad(dout, (kw - 1, kw - 1, kh - 1, kh - 1)).unfold(2, kh, 1).unfold(3, kw, 1)
    dpadded = torch.einsum("bohwuv,oiuv->bihw", around, weight.flip(2, 3) if turn else weight)
    start = {None: 0, "middle": padding, "end": 2 * padding}[cut]
    return dpadded[:, :, start : start + size[0], start : start + size[1]]


def right(dout, weight, size, padding):
    return back_to_image(dout, weight, size, padding, cut="middle")


def reference():
    return "E", right


exercise = Exercise(question, reference, points=5, shares={"fault": 6, "dx": 6})


exercise.blames(
    right,
    {
        "A": (
            "the learning rate",
            "Compare with autograd before any step is taken. Does a learning rate enter these gradients?",
        ),
        "B": ("the initial weights", "Both runs begin with the same weights. How do they differ?"),
        "C": (
            "the pooling layer's way back",
            "Two pooling layers use the same function. The gradients of which parameters come through the upper one? Are they right?",
        ),
        "D": (
            "the turning of the kernel",
            "One axis, three pixels, a kernel of two: through which weight did each pixel reach each output?",
        ),
    },
)


@exercise.misconception(
    "leaves the fault in: the gradient still lands on shifted pixels",
    "With padding 1, at which row of the padded image does row 0 of x stand? Which row does your function return first?",
)
def still_shifted():
    return "E", back_to_image


@exercise.misconception(
    "cuts the padding off on the other side only",
    "On how many sides of x are there zeros?",
    "Move one pixel of x in your mind: where in the padded image did it lie?",
)
def the_other_side():
    return "E", lambda dout, weight, size, padding: back_to_image(dout, weight, size, padding, cut="end")


@exercise.mistake(PADDING_LEFT_ON)
def uncut():
    def whole(dout, weight, size, padding):
        return back_to_image(dout, weight, (size[0] + 2 * padding, size[1] + 2 * padding), padding)

    return "E", whole


@exercise.misconception(
    "cuts the padding off in the right way, but no longer turns the kernel",
    "Which of the two things that the function does to find dx was wrong?",
)
def turned_no_more():
    return "E", lambda dout, weight, size, padding: back_to_image(dout, weight, size, padding, turn=False, cut="middle")


@exercise.misconception(
    "blames the turning of the kernel, and takes it away",
    "One axis, three pixels, a kernel of two: through which weight did each pixel reach each output?",
    "The table of gradients compares with autograd. Does your function agree with it?",
)
def turn_blamed_and_removed():
    return "D", lambda dout, weight, size, padding: back_to_image(dout, weight, size, padding, turn=False)


@exercise.alternative
def one_slice():
    return "E", right


@exercise.alternative
def through_fold():
    def backward(dout, weight, size, padding):
        return F.fold(weight.flatten(1).T @ dout.flatten(2), tuple(size), weight.shape[2:], padding=padding)

    return "e) the input's gradient", backward


@exercise.alternative
def a_narrower_border():
    """Where the padding will be cut off there is no need to work anything out."""

    def backward(dout, weight, size, padding):
        kh, kw = weight.shape[2:]
        border = (kw - 1 - padding, kw - 1 - padding, kh - 1 - padding, kh - 1 - padding)
        around = F.pad(dout, border).unfold(2, kh, 1).unfold(3, kw, 1)
        return torch.einsum("bohwuv,oiuv->bihw", around, weight.flip(2, 3))

    return "E", backward


@exercise.alternative
def adding_up():
    def backward(dout, weight, size, padding):
        dx = dout.new_zeros(len(dout), weight.shape[1], size[0] + 2 * padding, size[1] + 2 * padding)
        for u in range(weight.shape[2]):
            for v in range(weight.shape[3]):
                part = torch.einsum("bohw,oi->bihw", dout, weight[:, :, u, v])
                dx[:, :, u : u + dout.shape[2], v : v + dout.shape[3]] += part
        return dx[:, :, padding : padding + size[0], padding : padding + size[1]]

    return "E", backward
