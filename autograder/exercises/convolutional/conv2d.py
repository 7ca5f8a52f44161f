"""The convolution layer: batch, channels, stride, padding, bias, and no loop over any of them."""

from autograder.spec import Case, Question
from autograder.spec.probes import counted, growing


def layer(draw, batch, inputs, outputs, size, kernel, *settings):
    """Image, weight and bias of a layer, and its stride and padding."""
    return draw.normal(batch, inputs, *size), draw.normal(outputs, inputs, *kernel), draw.normal(outputs), *settings


question = Question(
    cases=lambda draw: [
        Case(layer(draw, 2, 3, 4, (5, 6), (3, 2), 1, 0), note="a kernel that is not square"),
        Case(layer(draw, 2, 2, 3, (5, 5), (3, 3), 1, 0), note="as many columns as output channels"),
        Case(layer(draw, 1, 2, 3, (7, 6), (2, 3), 2, 0), note="stride 2"),
        Case(layer(draw, 3, 1, 2, (4, 5), (3, 3), 1, 1), note="padding 1"),
        Case(layer(draw, 2, 3, 2, (5, 8), (3, 4), 3, 2), note="stride 3, padding 2"),
        Case(layer(draw, 1, 4, 1, (3, 2), (1, 1), 1, 0), note="a kernel of one pixel"),
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
        Case(layer(draw, 2, 2, 3, (5, 6), (3, 2)), note="no stride, no padding"),
        Case(layer(draw, 1, 3, 2, (7, 6), (2, 3), 2), note="no padding"),
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
from autograder.spec.probes import steady
from gradschool.convolutional import convolution

exercise = Exercise(
    question,
    convolution.conv2d,
    points=8,
    compare=steady("images", "channels", "pixels"),
)

wrong = exercise.variants(kinds.layer)
wrong(kinds.FLIPS_THE_KERNEL, kernels=kinds.turned)
wrong(kinds.TRANSPOSES_THE_KERNEL, kernels=kinds.transposed)
wrong(
    "takes strides downwards only, and single steps across",
    "How many columns has your result at stride 2? How many does conv_output_size give?",
    steps=lambda stride, weight: (stride, 1),
)
wrong(kinds.PADDING_ON_ONE_SIDE, border=lambda padding, weight: (padding, 0, padding, 0))
wrong(
    "repeats the border where it should add zeros",
    "What does `F.pad` fill the border with, unless told otherwise?",
    fill="replicate",
)
wrong(kinds.AVERAGES_PRODUCTS.told(of="over the input channels"), kernels=lambda weight: weight / weight.shape[1])
wrong(
    "looks at the first input channel only",
    "Over how many numbers of the image does one output pixel sum?",
    images=lambda x: x[:, :1],
    kernels=lambda weight: weight[:, :1],
)
wrong(
    "gives each input channel the sum of all its kernels, and so mixes the channels up",
    "Which kernel meets which channel? How many kernels does an output channel have?",
    images=lambda x: x.sum(dim=1, keepdim=True).expand_as(x),
)
wrong(kinds.FORGETS_THE_BIAS, added=kinds.without_bias)
wrong(
    "adds the biases along the columns, not along the channels",
    "With which axis does a vector meet a tensor of four axes when they are added?",
    "Which shape must bias have, to meet axis 1?",
    added=lambda bias, out: bias,
)
wrong(
    kinds.LAYS_WINDOWS_SIDE_BY_SIDE.told(when=" unless told otherwise"),
    unless_told=lambda weight: max(weight.shape[2:]),
)
wrong(kinds.IGNORES_THE_PADDING, border=lambda padding, weight: (0,) * 4)
wrong(kinds.IGNORES_THE_STRIDE, steps=lambda stride, weight: (1, 1))
wrong(
    "pads twice",
    "How many rows has the image after a padding of 1? How many after yours?",
    border=lambda padding, weight: (2 * padding,) * 4,
)
wrong(
    "puts the output channels before the batch",
    "Which axis comes first in the result that the task asks for?",
    result=lambda out: out.transpose(0, 1),
)
exercise.mistakes([kinds.over_images(kinds.layer)])


@exercise.mistake(kinds.LOOPS_OVER_POSITIONS.told(positions="output pixels"))
def loops_over_pixels(x, weight, bias, stride=1, padding=0):
    x, (kh, kw) = F.pad(x, (padding,) * 4), weight.shape[2:]
    rows, columns = (range(0, x.shape[a] - weight.shape[a] + 1, stride) for a in (2, 3))
    lines = [[kinds.layer(x[:, :, i : i + kh, j : j + kw], weight, bias) for j in columns] for i in rows]
    return torch.cat([torch.cat(line, dim=3) for line in lines], dim=2)


@exercise.misconception(
    "loops over the output channels",
    "In the sum over windows and weights, what would be one more letter in the subscripts of weight?",
)
def loops_over_channels(x, weight, bias, *settings):
    maps = [kinds.layer(x, w[None], b[None], *settings) for w, b in zip(weight, bias, strict=True)]
    return torch.cat(maps, dim=1)


def seen(x, weight, stride=1, padding=0):
    """All windows: (batch, inputs, rows, columns, kernel height, kernel width)."""
    return F.pad(x, (padding,) * 4).unfold(2, weight.shape[2], stride).unfold(3, weight.shape[3], stride)


@exercise.alternative
def im2col(x, weight, bias, stride=1, padding=0):
    columns = F.unfold(x, weight.shape[2:], padding=padding, stride=stride)  # (batch, inputs · kernel, positions)
    out = weight.flatten(1) @ columns
    rows = (x.shape[2] + 2 * padding - weight.shape[2]) // stride + 1
    return out.reshape(len(x), len(weight), rows, -1) + bias.reshape(1, -1, 1, 1)


@exercise.alternative
def loop_over_the_kernel(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    x = F.pad(x, (padding, padding, padding, padding))
    rows, columns = (x.shape[2] - kh) // stride + 1, (x.shape[3] - kw) // stride + 1
    out = bias.reshape(1, -1, 1, 1)
    for u in range(kh):
        for v in range(kw):
            shifted = x[:, :, u : u + stride * rows : stride, v : v + stride * columns : stride][..., :rows, :columns]
            out = out + torch.einsum("bihw,oi->bohw", shifted, weight[:, :, u, v])
    return out


@exercise.alternative
def with_strides(x, weight, bias, stride=1, padding=0):
    canvas = x.new_zeros(*x.shape[:2], x.shape[2] + 2 * padding, x.shape[3] + 2 * padding)
    canvas[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]] = x
    kh, kw = weight.shape[2:]
    b, i, h, w = canvas.stride()
    shape = (*x.shape[:2], (canvas.shape[2] - kh) // stride + 1, (canvas.shape[3] - kw) // stride + 1, kh, kw)
    view = canvas.as_strided(shape, (b, i, h * stride, w * stride, h, w))
    return torch.tensordot(view, weight, dims=([1, 4, 5], [1, 2, 3])).permute(0, 3, 1, 2) + bias[:, None, None]


@exercise.alternative
def broadcast_and_summed(x, weight, bias, stride=1, padding=0):
    view = seen(x, weight, stride, padding)[:, None]  # (batch, 1, inputs, rows, columns, kernel height, kernel width)
    return (view * weight[None, :, :, None, None]).sum(dim=(2, 5, 6)) + bias[None, :, None, None]
