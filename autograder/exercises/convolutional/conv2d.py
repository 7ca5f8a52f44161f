"""The convolution layer: batch, channels, stride, padding, bias, and no loop over any of them."""

from autograder.spec import Case, Question
from autograder.spec.probes import counted, growing


def layer(draw, batch, inputs, outputs, size, kernel, *settings):
    """Image, weight and bias of a layer, and its stride and padding."""
    return draw.normal(batch, inputs, *size), draw.normal(outputs, inputs, *kernel), draw.normal(outputs), *settings


question = Question(
    cases=lambda draw: [
        Case(layer(draw, 2, 3, 4, (5, 6), (3, 2)), note="a kernel that is not square"),
        Case(layer(draw, 2, 2, 3, (5, 5), (3, 3)), note="as many columns as output channels"),
        Case(layer(draw, 1, 2, 3, (7, 6), (2, 3), 2, 0), note="stride 2"),
        Case(layer(draw, 3, 1, 2, (4, 5), (3, 3), 1, 1), note="padding 1"),
        Case(layer(draw, 2, 3, 2, (5, 8), (3, 4), 3, 2), note="stride 3, padding 2"),
        Case(layer(draw, 1, 4, 1, (3, 2), (1, 1)), note="a kernel of one pixel"),
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
    probe=counted(),
    gradients=True,
    forbids=["convolution"],
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.probes import steady
from gradschool.convolutional import convolution

exercise = Exercise(
    question,
    convolution.conv2d,
    points=8,
    compare=steady("images", "channels", "pixels"),
)


def seen(x, weight, stride=1, padding=0):
    """All windows: (batch, inputs, rows, columns, kernel height, kernel width)."""
    kh, kw = weight.shape[2:]
    return F.pad(x, (padding,) * 4).unfold(2, kh, stride).unfold(3, kw, stride)


def right(x, weight, bias, stride=1, padding=0):
    return torch.einsum("bihwuv,oiuv->bohw", seen(x, weight, stride, padding), weight) + bias[:, None, None]


@exercise.misconception(
    "turns the kernels by 180 degrees",
    "Deep learning says convolution and means correlation. Which weight meets the upper left pixel of a window?",
)
def flipped(x, weight, bias, stride=1, padding=0):
    return right(x, weight.flip(2, 3), bias, stride, padding)


@exercise.misconception("swaps height and width of the kernel", "Which axis of weight runs down the image: 2 or 3?")
def height_for_width(x, weight, bias, stride=1, padding=0):
    return right(x, weight.transpose(2, 3), bias, stride, padding)


@exercise.misconception(
    "takes strides downwards only, and single steps across",
    "How many columns has your result at stride 2? How many does conv_output_size give?",
)
def stride_on_one_axis(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    view = F.pad(x, (padding,) * 4).unfold(2, kh, stride).unfold(3, kw, 1)
    return torch.einsum("bihwuv,oiuv->bohw", view, weight) + bias[:, None, None]


@exercise.misconception(
    "pads above and on the left only", "How many rows has the image after a padding of 1? How many after yours?"
)
def padding_on_one_side(x, weight, bias, stride=1, padding=0):
    return right(F.pad(x, (padding, 0, padding, 0)), weight, bias, stride)


@exercise.misconception(
    "repeats the border where it should add zeros",
    "What does `F.pad` fill the border with, unless told otherwise?",
)
def border_repeated(x, weight, bias, stride=1, padding=0):
    return right(F.pad(x, (padding,) * 4, mode="replicate"), weight, bias, stride)


@exercise.misconception(
    "averages over the input channels, where they should be summed",
    "Write the sum for one output pixel. By what is it divided?",
)
def mean_over_channels(x, weight, bias, stride=1, padding=0):
    return right(x, weight / weight.shape[1], bias, stride, padding)


@exercise.misconception(
    "looks at the first input channel only", "Over how many numbers of the image does one output pixel sum?"
)
def first_channel(x, weight, bias, stride=1, padding=0):
    return right(x[:, :1], weight[:, :1], bias, stride, padding)


@exercise.misconception(
    "gives each input channel the sum of all its kernels, and so mixes the channels up",
    "Which kernel meets which channel? How many kernels does an output channel have?",
)
def channels_summed_first(x, weight, bias, stride=1, padding=0):
    view = seen(x, weight, stride, padding).sum(dim=1)
    return torch.einsum("bhwuv,oiuv->bohw", view, weight) + bias[:, None, None]


@exercise.misconception("forgets the bias", "What should the layer give for an image of zeros?")
def without_bias(x, weight, bias, stride=1, padding=0):
    return right(x, weight, 0 * bias, stride, padding)


@exercise.misconception(
    "adds the biases along the columns, not along the channels",
    "With which axis does a vector meet a tensor of four axes when they are added?",
    "Which shape must bias have, to meet axis 1?",
)
def bias_along_columns(x, weight, bias, stride=1, padding=0):
    return right(x, weight, 0 * bias, stride, padding) + bias


@exercise.misconception(
    "lays the kernel side by side unless told otherwise", "Which stride does the task give where none is said?"
)
def kernel_for_stride(x, weight, bias, stride=None, padding=0):
    return right(x, weight, bias, stride or max(weight.shape[2:]), padding)


@exercise.misconception(
    "is right, and loops over the images of the batch",
    "What would change in your einsum, or in your product, if it had the batch axis as well?",
)
def loops_over_images(x, weight, bias, stride=1, padding=0):
    return torch.cat([right(image[None], weight, bias, stride, padding) for image in x])


@exercise.misconception(
    "is right, and loops over the output pixels",
    "Can all windows be laid beside each other in one tensor, without copying? Look at `Tensor.unfold`.",
    "A kernel has 9 pixels, an image 50,000. Over which of the two would a loop be cheap?",
)
def loops_over_pixels(x, weight, bias, stride=1, padding=0):
    kh, kw = weight.shape[2:]
    x = F.pad(x, (padding,) * 4)
    places = [(i, j) for i in range(0, x.shape[2] - kh + 1, stride) for j in range(0, x.shape[3] - kw + 1, stride)]
    out = [torch.einsum("biuv,oiuv->bo", x[:, :, i : i + kh, j : j + kw], weight) + bias for i, j in places]
    rows = (x.shape[2] - kh) // stride + 1
    return torch.stack(out, dim=2).reshape(x.shape[0], len(weight), rows, -1)


@exercise.misconception(
    "is right, and loops over the output channels",
    "In the sum over windows and weights, what would be one more letter in the subscripts of weight?",
)
def loops_over_channels(x, weight, bias, stride=1, padding=0):
    maps = [right(x, w[None], b[None], stride, padding) for w, b in zip(weight, bias, strict=True)]
    return torch.cat(maps, dim=1)


@exercise.misconception("ignores the padding", "How many rows has the result by the formula for its size?")
def without_padding(x, weight, bias, stride=1, padding=0):
    return right(x, weight, bias, stride)


@exercise.misconception("ignores the stride", "How many rows has the result by the formula for its size?")
def without_stride(x, weight, bias, stride=1, padding=0):
    return right(x, weight, bias, 1, padding)


@exercise.misconception("pads twice", "How many rows has the image after a padding of 1? How many after yours?")
def padded_twice(x, weight, bias, stride=1, padding=0):
    return right(x, weight, bias, stride, 2 * padding)


@exercise.misconception(
    "puts the output channels before the batch", "Which axis comes first in the result that the task asks for?"
)
def channels_first(x, weight, bias, stride=1, padding=0):
    return right(x, weight, bias, stride, padding).transpose(0, 1)


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
