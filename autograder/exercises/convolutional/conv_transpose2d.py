"""The transposed convolution: every pixel stamps its kernel onto a larger image."""

from autograder.spec import Case, Question
from autograder.spec.probes import counted, growing


def layer(draw, batch, inputs, outputs, size, kernel, *settings):
    return draw.normal(batch, inputs, *size), draw.normal(inputs, outputs, *kernel), draw.normal(outputs), *settings


question = Question(
    cases=lambda draw: [
        Case(layer(draw, 2, 3, 2, (3, 4), (3, 2), 1, 0), note="a kernel that is not square"),
        Case(layer(draw, 2, 2, 2, (3, 3), (3, 3), 1, 0), note="as many channels out as in"),
        Case(layer(draw, 1, 2, 3, (3, 2), (2, 2), 2, 0), note="stamps that touch"),
        Case(layer(draw, 2, 2, 2, (3, 4), (3, 4), 2, 0), note="stride 2, stamps that overlap"),
        Case(layer(draw, 1, 1, 2, (2, 3), (2, 1), 3, 0), note="stride 3, gaps between the stamps"),
        Case(layer(draw, 2, 2, 3, (3, 4), (4, 3), 2, 1), note="stride 2, padding 1"),
        Case(layer(draw, 1, 3, 1, (1, 1), (2, 3), 1, 0), note="a single pixel"),
        Case(
            growing(
                *layer(draw, 2, 2, 3, (3, 4), (2, 3), 2, 1),
                images=layer(draw, 4, 2, 3, (3, 4), (2, 3), 2, 1),
                channels=layer(draw, 2, 4, 5, (3, 4), (2, 3), 2, 1),
                pixels=layer(draw, 2, 2, 3, (6, 7), (2, 3), 2, 1),
            ),
            note="stride 2, padding 1",
        ),
    ],
    defaults=lambda draw: [
        Case(layer(draw, 2, 2, 3, (3, 4), (3, 2)), note="no stride, no padding"),
        Case(layer(draw, 1, 3, 2, (3, 2), (2, 3), 2), note="no padding"),
    ],
    probe=counted(),
    gradients=True,
    forbids=["convolution"],
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
    convolution.conv_transpose2d,
    points=5,
    compare=steady("images", "channels", "pixels"),
)


def stamped(x, weight, stride):
    """The whole image, before the padding is cut off."""
    kh, kw = weight.shape[2:]
    rows, columns = ((n - 1) * stride + 1 for n in x.shape[2:])
    out = x.new_zeros(x.shape[0], weight.shape[1], rows + kh - 1, columns + kw - 1)
    for u in range(kh):
        for v in range(kw):
            part = torch.einsum("bihw,io->bohw", x, weight[:, :, u, v])
            out[:, :, u : u + rows : stride, v : v + columns : stride] += part
    return out


def cut(out, padding, stride=1):
    return out[:, :, padding : out.shape[2] - padding, padding : out.shape[3] - padding]


def right(x, weight, bias, stride=1, padding=0, *, kernels=same, step=same, trim=cut, added=kinds.to_channels):
    """The right way, with what students get wrong as settings."""
    out = trim(stamped(x, kernels(weight), step(stride)), padding, stride)
    return out + added(bias, out)


wrong = exercise.variants(right)
wrong(
    kinds.FLIPS_THE_KERNEL.hinted("An image of one pixel, a one: what does the layer paint? And yours?"),
    kernels=kinds.turned,
)
wrong(
    "takes the first axis of weight for the output channels, as in conv2d",
    "Which axis of weight is as long as x has channels? Read its shape in the task once more.",
    kernels=lambda weight: weight.transpose(0, 1),
)
wrong(
    kinds.IGNORES_THE_STRIDE.hinted("How far apart are the stamps of neighbouring pixels at stride 2?"),
    step=lambda stride: 1,
)
wrong(
    "adds the padding, where it should be cut off",
    "conv2d's padding makes its image larger before it looks. What does the way back do with it?",
    "How many rows has the result by the formula of the task?",
    trim=lambda out, padding, stride: F.pad(out, (padding,) * 4),
)
wrong(kinds.IGNORES_THE_PADDING, trim=lambda out, padding, stride: out)
wrong(
    kinds.PADDING_ON_ONE_SIDE,
    trim=lambda out, padding, stride: out[:, :, : out.shape[2] - 2 * padding, : out.shape[3] - 2 * padding],
)
wrong(kinds.FORGETS_THE_BIAS, added=kinds.without_bias)
wrong(
    "leaves room behind the last stamp for one more",
    "From the first stamp to the last of n pixels, how many strides is it?",
    trim=lambda out, padding, stride: cut(F.pad(out, (0, stride - 1, 0, stride - 1)), padding),
)
wrong(kinds.EMPTY_SLICE, trim=lambda out, padding, stride: out[:, :, padding:-padding, padding:-padding])
exercise.mistakes([kinds.over_images(right)])


def pixel_by_pixel(x, weight, bias, stride, padding, *, add):
    kh, kw = weight.shape[2:]
    out = torch.zeros_like(stamped(x, weight, stride))
    for i in range(x.shape[2]):
        for j in range(x.shape[3]):
            place = (..., slice(i * stride, i * stride + kh), slice(j * stride, j * stride + kw))
            stamp = torch.einsum("bi,iouv->bouv", x[:, :, i, j], weight)
            out[place] = out[place] + stamp if add else stamp
    return cut(out, padding) + bias[:, None, None]


@exercise.mistake(kinds.OVERWRITES_OVERLAPS)
def overwritten(x, weight, bias, stride=1, padding=0):
    return pixel_by_pixel(x, weight, bias, stride, padding, add=False)


@exercise.mistake(kinds.LOOPS_OVER_POSITIONS.told(positions="pixels").hinted(kinds.LOOPS_OVER_POSITIONS.hints[0]))
def loops_over_pixels(x, weight, bias, stride=1, padding=0):
    return pixel_by_pixel(x, weight, bias, stride, padding, add=True)


@exercise.misconception(
    "adds the bias with every stamp, so that it counts twice where stamps overlap",
    "How often is a channel's bias added to one output pixel?",
)
def bias_in_every_stamp(x, weight, bias, stride=1, padding=0):
    stamps = stamped(torch.ones_like(x[:, :1]), torch.ones_like(weight[:1, :1]), stride)
    return cut(stamped(x, weight, stride) + stamps * bias[:, None, None], padding)


@exercise.alternative
def through_fold(x, weight, bias, stride=1, padding=0):
    rows, columns = ((n - 1) * stride - 2 * padding + k for n, k in zip(x.shape[2:], weight.shape[2:], strict=True))
    columns_of_stamps = weight.flatten(1).T @ x.flatten(2)  # (batch, outputs · kernel, pixels)
    out = F.fold(columns_of_stamps, (rows, columns), weight.shape[2:], padding=padding, stride=stride)
    return out + bias.reshape(1, -1, 1, 1)


@exercise.alternative
def as_a_convolution_of_the_spread_image(x, weight, bias, stride=1, padding=0):
    """Zeros between the pixels, a wide border, and the kernel turned around."""
    kh, kw = weight.shape[2:]
    spread = x.new_zeros(*x.shape[:2], *((n - 1) * stride + 1 for n in x.shape[2:]))
    spread[:, :, ::stride, ::stride] = x
    view = F.pad(spread, (kw - 1, kw - 1, kh - 1, kh - 1)).unfold(2, kh, 1).unfold(3, kw, 1)
    return cut(torch.einsum("bihwuv,iouv->bohw", view, weight.flip(2, 3)), padding) + bias[:, None, None]


@exercise.alternative
def shifted_canvases(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    spread = x.new_zeros(*x.shape[:2], *((n - 1) * stride + 1 for n in x.shape[2:]))
    spread[:, :, ::stride, ::stride] = x
    canvases = [
        F.pad(torch.einsum("bihw,io->bohw", spread, weight[:, :, u, v]), (v, kw - 1 - v, u, kh - 1 - u))
        for u in range(kh)
        for v in range(kw)
    ]
    return cut(sum(canvases), padding) + bias[:, None, None]
