"""Gradients of a convolution with respect to its input, its weight and its bias."""

from autograder.spec import Case, Question
from autograder.spec.probes import counted, growing


def layer(draw, batch, inputs, outputs, size, kernel, stride=1, padding=0):
    rows, columns = ((n + 2 * padding - k) // stride + 1 for n, k in zip(size, kernel, strict=True))
    x, weight = draw.normal(batch, inputs, *size), draw.normal(outputs, inputs, *kernel)
    return draw.normal(batch, outputs, rows, columns), x, weight, stride, padding


question = Question(
    cases=lambda draw: [
        Case(layer(draw, 2, 3, 2, (5, 4), (2, 3)), note="a kernel that is not square"),
        Case(layer(draw, 3, 2, 2, (4, 4), (3, 3)), note="square, as many channels out as in"),
        Case(layer(draw, 2, 1, 3, (7, 5), (3, 3), 2), note="stride 2"),
        Case(layer(draw, 1, 2, 3, (6, 8), (3, 2), 2), note="stride 2, a row is left over"),
        Case(layer(draw, 2, 2, 3, (4, 5), (3, 3), 1, 1), note="padding 1"),
        Case(layer(draw, 1, 3, 1, (3, 4), (1, 1)), note="a kernel of one pixel"),
        Case(
            growing(
                *layer(draw, 2, 2, 3, (5, 6), (2, 3), 2, 1),
                images=layer(draw, 4, 2, 3, (5, 6), (2, 3), 2, 1),
                channels=layer(draw, 2, 4, 5, (5, 6), (2, 3), 2, 1),
                pixels=layer(draw, 2, 2, 3, (9, 10), (2, 3), 2, 1),
            ),
            note="stride 2, padding 1",
        ),
    ],
    defaults=lambda draw: [
        Case(layer(draw, 2, 2, 3, (5, 4), (3, 2))[:3], note="no stride, no padding"),
        Case(layer(draw, 1, 2, 2, (6, 7), (2, 3), 2)[:4], note="no padding"),
    ],
    returns=("dx", "dweight", "dbias"),
    probe=counted(),
    forbids=["convolution", "autograd"],
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes import convolution as kinds
from autograder.spec.mistakes.common import same
from autograder.spec.probes import steady
from gradschool.convolutional import convolution

exercise = Exercise(
    question,
    convolution.conv2d_backward,
    points=8,
    compare=steady("images", "channels", "pixels"),
)


def for_weight(dout, x, weight, stride, padding):
    windows = F.pad(x, (padding,) * 4).unfold(2, weight.shape[2], stride).unfold(3, weight.shape[3], stride)
    return torch.einsum("bohw,bihwuv->oiuv", dout[:, :, : windows.shape[2], : windows.shape[3]], windows)


def onto_padded(dout, x, weight, stride, padding):
    """Gradient with respect to the padded image."""
    dx = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * padding, x.shape[3] + 2 * padding)
    rows, columns = ((n - 1) * stride + 1 for n in dout.shape[2:])
    for u in range(weight.shape[2]):
        for v in range(weight.shape[3]):
            part = torch.einsum("bohw,oi->bihw", dout, weight[:, :, u, v])
            dx[:, :, u : u + rows : stride, v : v + columns : stride] += part
    return dx


def cut(dx, padding):
    return dx[:, :, padding : dx.shape[2] - padding, padding : dx.shape[3] - padding]


def right(
    dout, x, weight, stride=1, padding=0, *, kernels=same, step=same, trim=cut, of_weight=for_weight, dweight=same,
    of_bias=lambda dout: dout.sum(dim=(0, 2, 3)),
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    dx = trim(onto_padded(dout, x, kernels(weight), step(stride), padding), padding)
    return dx, dweight(of_weight(dout, x, weight, stride, padding)), of_bias(dout)


wrong = exercise.variants(right)
wrong(
    "averages the bias gradient over batch and positions",
    "By which amount do the outputs of a channel change, one and all, when its bias grows by 1?",
    of_bias=lambda dout: dout.mean(dim=(0, 2, 3)),
)
wrong(
    "sums the bias gradient over the batch only, and keeps a number for each position",
    "How many biases has a channel? At how many positions is the same one added?",
    of_bias=lambda dout: dout.sum(dim=0),
)
wrong(
    "averages the weight's gradient over the batch",
    "The loss holds its 1/batch already: where is it by the time dout reaches you?",
    of_weight=lambda dout, *others: for_weight(dout, *others) / len(dout),
)
wrong(
    "correlates dout with the kernel as it is, where dx needs it turned around",
    "The pixel at the upper left of a window met weight[0, 0]. Which output positions did the pixel right of it reach, "
    "and through which weights?",
    kernels=kinds.turned,
)
wrong(
    "turns the gradient of the weight by 180 degrees",
    "Raise weight[0, 0] a little: which pixel of each window counts a little more?",
    dweight=kinds.turned,
)
wrong(
    kinds.PADDING_ON_ONE_SIDE.hinted("With padding 1, at which row of the padded image does row 0 of x stand?"),
    trim=lambda dx, padding: dx[:, :, : dx.shape[2] - 2 * padding, : dx.shape[3] - 2 * padding],
)
wrong(kinds.PADDING_LEFT_ON, trim=lambda dx, padding: dx)
wrong(
    "puts what goes back at neighbouring pixels, whatever the stride",
    "At stride 2, how far apart are the windows that neighbouring outputs looked at?",
    step=lambda stride: 1,
)
wrong(kinds.EMPTY_SLICE, trim=lambda dx, padding: dx[:, :, padding:-padding, padding:-padding])
wrong(
    "leaves the padding out when it finds the weight's gradient",
    "Which pixels did the first window of the forward pass see?",
    of_weight=lambda dout, x, weight, stride, padding: for_weight(dout, x, weight, stride, 0),
)


@exercise.mistake(kinds.LOOPS_OVER_IMAGES.told(and_more=" of the batch"))
def loops_over_images(dout, x, *others):
    each = [right(d[None], image[None], *others) for d, image in zip(dout, x, strict=True)]
    return torch.cat([e[0] for e in each]), sum(e[1] for e in each), sum(e[2] for e in each)


def position_by_position(dout, x, weight, stride, padding, *, add):
    padded = F.pad(x, (padding,) * 4)
    dx, dweight = torch.zeros_like(padded), torch.zeros_like(weight)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            down, across = (slice(n * stride, n * stride + k) for n, k in zip((i, j), weight.shape[2:], strict=True))
            part = torch.einsum("bo,oiuv->biuv", dout[:, :, i, j], weight)
            dx[:, :, down, across] = dx[:, :, down, across] + part if add else part
            dweight += torch.einsum("bo,biuv->oiuv", dout[:, :, i, j], padded[:, :, down, across])
    return cut(dx, padding), dweight, dout.sum(dim=(0, 2, 3))


@exercise.mistake(kinds.LOOPS_OVER_POSITIONS.told(positions="positions of the kernel on the image"))
def loops_over_positions(dout, x, weight, stride=1, padding=0):
    return position_by_position(dout, x, weight, stride, padding, add=True)


@exercise.mistake(kinds.OVERWRITES_OVERLAPS)
def overwritten(dout, x, weight, stride=1, padding=0):
    dx = position_by_position(dout, x, weight, stride, padding, add=False)[0]
    return dx, *right(dout, x, weight, stride, padding)[1:]


@exercise.alternative
def through_unfold_and_fold(dout, x, weight, stride=1, padding=0):
    kernel, flat = weight.shape[2:], dout.flatten(2)  # (batch, outputs, positions)
    columns = F.unfold(x, kernel, padding=padding, stride=stride)  # (batch, inputs · kernel, positions)
    dweight = (flat @ columns.transpose(1, 2)).sum(dim=0).reshape(weight.shape)
    dcolumns = weight.flatten(1).T @ flat
    dx = F.fold(dcolumns, x.shape[2:], kernel, padding=padding, stride=stride)
    return dx, dweight, flat.sum(dim=(0, 2))


@exercise.alternative
def as_a_convolution_of_the_spread_gradient(dout, x, weight, stride=1, padding=0):
    """dout with stride - 1 zeros between its numbers, a wide border, and the kernel turned around."""
    kh, kw = weight.shape[2:]
    spread = dout.new_zeros(*dout.shape[:2], x.shape[2] + 2 * padding - kh + 1, x.shape[3] + 2 * padding - kw + 1)
    spread[:, :, ::stride, ::stride][:, :, : dout.shape[2], : dout.shape[3]] = dout
    view = F.pad(spread, (kw - 1, kw - 1, kh - 1, kh - 1)).unfold(2, kh, 1).unfold(3, kw, 1)
    dx = torch.einsum("bohwuv,oiuv->bihw", view, weight.flip(2, 3))
    return cut(dx, padding), for_weight(dout, x, weight, stride, padding), dout.sum(dim=(0, 2, 3))


@exercise.alternative
def loop_over_the_kernel(dout, x, weight, stride=1, padding=0):
    padded = F.pad(x, (padding,) * 4)
    dpadded, dweight = torch.zeros_like(padded), torch.zeros_like(weight)
    rows, columns = ((n - 1) * stride + 1 for n in dout.shape[2:])
    for u in range(weight.shape[2]):
        for v in range(weight.shape[3]):
            place = (slice(None), slice(None), slice(u, u + rows, stride), slice(v, v + columns, stride))
            dweight[:, :, u, v] = torch.einsum("bohw,bihw->oi", dout, padded[place])
            dpadded[place] += torch.einsum("bohw,oi->bihw", dout, weight[:, :, u, v])
    end = (padded.shape[2] - padding, padded.shape[3] - padding)
    return dpadded[:, :, padding : end[0], padding : end[1]], dweight, dout.sum((0, 2, 3))
