"""A backward pass in which the padding is cut off on the wrong side: every layer below learns from shifted gradients."""

import torch
import torch.nn.functional as F

from autograder.checking.probes import mended
from autograder.exercise import Case, Exercise
from gradschool.convolutional import convolution


def case(draw, batch, inputs, outputs, size, kernel, padding, note=""):
    rows, columns = (n + 2 * padding - k + 1 for n, k in zip(size, kernel, strict=True))
    x, weight = draw.normal(batch, inputs, *size), draw.normal(outputs, inputs, *kernel)
    return Case((draw.normal(batch, outputs, rows, columns), x, weight, padding), note=note)


def mended_backward(dout, x, weight, padding):
    return convolution.conv2d_backward(dout, x, weight, padding=padding)


def reference():
    return "E", mended_backward


exercise = Exercise(
    reference=reference,
    points=5,
    returns=("dx", "dweight", "dbias"),
    cases=lambda draw: [
        case(draw, 2, 2, 3, (5, 6), (3, 3), 1, "padding 1"),
        case(draw, 2, 3, 2, (4, 4), (3, 3), 1, "a square image"),
        case(draw, 1, 2, 2, (4, 6), (3, 5), 2, "padding 2, a kernel that is not square"),
        case(draw, 3, 1, 2, (5, 4), (2, 3), 0, "no padding"),
    ],
    probe=mended(),
    shares={"fault": 6, "dx": 6, "dweight": 0.5, "dbias": 0.5},
)


def broken(dout, x, weight, padding, turn=True, cut=None):
    """The notebook's function, whose gradient of the input may be cut in several ways."""
    kh, kw = weight.shape[2:]
    padded = F.pad(x, (padding,) * 4)
    dweight = torch.einsum("bohw,bihwuv->oiuv", dout, padded.unfold(2, kh, 1).unfold(3, kw, 1))
    around = F.pad(dout, (kw - 1, kw - 1, kh - 1, kh - 1)).unfold(2, kh, 1).unfold(3, kw, 1)
    dpadded = torch.einsum("bohwuv,oiuv->bihw", around, weight.flip(2, 3) if turn else weight)
    height, width = x.shape[2:]
    start = {None: 0, "middle": padding, "end": 2 * padding}[cut]
    dx = dpadded[:, :, start : start + height, start : start + width]
    return dx, dweight, dout.sum(dim=(0, 2, 3))


def right(dout, x, weight, padding):
    return broken(dout, x, weight, padding, cut="middle")


@exercise.misconception(
    "blames the learning rate",
    "Compare with autograd before any step is taken. Does a learning rate enter these gradients?",
)
def the_learning_rate():
    return "A", right


@exercise.misconception(
    "blames the initial weights",
    "Both runs begin with the same weights. How do they differ?",
)
def the_initial_weights():
    return "B", right


@exercise.misconception(
    "blames the pooling layer's way back",
    "Two pooling layers use the same function. The gradients of which parameters come through the upper one? Are they right?",
)
def the_pooling():
    return "C", right


@exercise.misconception(
    "blames the gradient of the kernels",
    "Which kernels' gradients does the table call right? Which lines of the function make them?",
)
def the_kernels():
    return "D", right


@exercise.misconception(
    "names the fault and leaves it there: the gradient still lands on shifted pixels",
    "With padding 1, at which row of the padded image does row 0 of x stand? Which row does your function return first?",
)
def still_shifted():
    return "E", broken


@exercise.misconception(
    "cuts the padding off on the other side only",
    "On how many sides of x are there zeros?",
    "Move one pixel of x in your mind: where in the padded image did it lie?",
)
def the_other_side():
    return "E", lambda dout, x, weight, padding: broken(dout, x, weight, padding, cut="end")


@exercise.misconception(
    "leaves the padding on the gradient", "Which shape has x? A gradient has the shape of what it belongs to."
)
def uncut():
    def whole(dout, x, weight, padding):
        wide = F.pad(x, (padding,) * 4)
        dx = broken(dout, wide, weight, 0)[0]
        return dx, *broken(dout, x, weight, padding)[1:]

    return "E", whole


@exercise.misconception(
    "cuts the padding off in the right way, but no longer turns the kernel",
    "Which of the two things that the function does to find dx was wrong?",
)
def turned_no_more():
    return "E", lambda dout, x, weight, padding: broken(dout, x, weight, padding, turn=False, cut="middle")


@exercise.alternative
def one_slice():
    return "E", right


@exercise.alternative
def through_fold():
    def backward(dout, x, weight, padding):
        columns = weight.flatten(1).T @ dout.flatten(2)
        dx = F.fold(columns, x.shape[2:], weight.shape[2:], padding=padding)
        dweight = (dout.flatten(2) @ F.unfold(x, weight.shape[2:], padding=padding).transpose(1, 2)).sum(dim=0)
        return dx, dweight.reshape(weight.shape), dout.sum((0, 2, 3))

    return "e) the input's gradient", backward


@exercise.alternative
def a_narrower_border():
    """Where the padding will be cut off there is no need to work anything out."""

    def backward(dout, x, weight, padding):
        kh, kw = weight.shape[2:]
        border = (kw - 1 - padding, kw - 1 - padding, kh - 1 - padding, kh - 1 - padding)
        around = F.pad(dout, border).unfold(2, kh, 1).unfold(3, kw, 1)
        dx = torch.einsum("bohwuv,oiuv->bihw", around, weight.flip(2, 3))
        return dx, *broken(dout, x, weight, padding)[1:]

    return "E", backward
