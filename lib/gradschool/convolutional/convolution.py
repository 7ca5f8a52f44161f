"""Convolution as deep learning means it (cross-correlation), its backward pass, and the transposed convolution.

Stride and padding are one number for all axes, or one for each: (vertical, horizontal). Dilation and groups stand
beside these, in `grouped`.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from gradschool.convolutional.windows import (
    Size,
    check_channels,
    check_gradient,
    conv_output_size,
    conv_transpose_output_size,
    cropped,
    each_axis,
    overlap_add,
    padded,
    windows,
)

__all__ = ["conv2d", "conv2d_backward", "conv3d", "conv_output_size", "conv_transpose2d", "convolve2d", "correlate2d"]


def correlate2d(
    image: Float[Tensor, "height width"], kernel: Float[Tensor, "kernel_height kernel_width"]
) -> Float[Tensor, "rows columns"]:
    """Lay the kernel on every place where it fits whole, and sum the products.

    out[i, j] = Σ_{u,v} image[i + u, j + v] · kernel[u, v], with height - kernel_height + 1 rows.

    Raises:
        ValueError: a kernel larger than the image.

    Source: Goodfellow, Bengio & Courville (2016), eq. 9.6.
    """
    return conv2d(image[None, None], kernel[None, None])[0, 0]


def convolve2d(
    image: Float[Tensor, "height width"], kernel: Float[Tensor, "kernel_height kernel_width"]
) -> Float[Tensor, "rows columns"]:
    """The convolution of mathematics, where it needs no border: the kernel is turned by 180 degrees first.

    Raises:
        ValueError: a kernel larger than the image.

    Source: Goodfellow, Bengio & Courville (2016), eq. 9.4.
    """
    return correlate2d(image, kernel.flip(0, 1))


def conv2d(
    x: Float[Tensor, "batch in_channels height width"],
    weight: Float[Tensor, "out_channels in_channels kernel_height kernel_width"],
    bias: Float[Tensor, " out_channels"] | None = None,
    stride: Size = 1,
    padding: Size = 0,
) -> Float[Tensor, "batch out_channels rows columns"]:
    """Every output channel is the sum of its kernels' correlations with the input channels, plus one bias.

    Args:
        x: images.
        weight: one kernel for each output channel and each input channel.
        bias: one number for each output channel, the same at every position.
        stride: distance between neighbouring positions of the kernel.
        padding: zeros added on each side.

    Raises:
        ValueError: other channels than the weight expects, not one bias for each output channel, a stride below 1, a
            padding below 0, or a kernel larger than the padded image.

    Source:
        Goodfellow, Bengio & Courville (2016), eq. 9.7 and 9.8.
    """
    stride, padding = each_axis(stride), each_axis(padding)
    _output_size(x, weight, bias, stride, padding)
    (kernel_height, kernel_width), (down, across) = weight.shape[2:], stride
    seen = padded(x, padding).unfold(2, kernel_height, down).unfold(3, kernel_width, across)
    # (batch, in_channels, rows, columns, kernel_height, kernel_width): a view, nothing is copied
    out = torch.einsum("bihwuv,oiuv->bohw", seen, weight)
    return out if bias is None else out + bias[:, None, None]


def conv2d_backward(
    dout: Float[Tensor, "batch out_channels rows columns"],
    x: Float[Tensor, "batch in_channels height width"],
    weight: Float[Tensor, "out_channels in_channels kernel_height kernel_width"],
    stride: Size = 1,
    padding: Size = 0,
) -> tuple[
    Float[Tensor, "batch in_channels height width"],
    Float[Tensor, "out_channels in_channels kernel_height kernel_width"],
    Float[Tensor, " out_channels"],
]:
    """Gradients of the loss with respect to input, weight and bias of `conv2d`: (dx, dweight, dbias).

    A weight meets one pixel at each position, so its gradient sums over batch and positions. A pixel lies under
    several windows, and collects from all of them; what the padding collects is cut off.

    Raises:
        ValueError: as `conv2d`; or a gradient that has not the shape of its result.

    Source: LeCun et al. (1998), section II, for shared weights; Dumoulin & Visin (2016), chapter 4, for dx.
    """
    stride, padding = each_axis(stride), each_axis(padding)
    check_gradient(dout, (len(x), len(weight), *_output_size(x, weight, None, stride, padding)))
    image = padded(x, padding)
    dweight = torch.einsum("bohw,bihwuv->oiuv", dout, windows(image, weight.shape[2:], stride))
    parts = torch.einsum("bohw,oiuv->bihwuv", dout, weight)  # what each window gets back
    dx = cropped(overlap_add(parts, (image.shape[2], image.shape[3]), stride), padding)
    return dx, dweight, dout.sum(dim=(0, 2, 3))


def conv3d(
    x: Float[Tensor, "batch in_channels depth height width"],
    weight: Float[Tensor, "out_channels in_channels kernel_depth kernel_height kernel_width"],
    bias: Float[Tensor, " out_channels"] | None = None,
    stride: Size = 1,
    padding: Size = 0,
) -> Float[Tensor, "batch out_channels slices rows columns"]:
    """`conv2d` with one axis more: time in a film, depth in a scan. Arguments and errors as there.

    Source: Ji, Xu, Yang & Yu (2013), 3D convolutional neural networks for human action recognition.
    """
    stride, padding = each_axis(stride, axes=3), each_axis(padding, axes=3)
    _output_size(x, weight, bias, stride, padding)
    seen = windows(padded(x, padding), weight.shape[2:], stride, (1, 1, 1))
    out = torch.einsum("bithwsuv,oisuv->bothw", seen, weight)
    return out if bias is None else out + bias[:, None, None, None]


def conv_transpose2d(
    x: Float[Tensor, "batch in_channels height width"],
    weight: Float[Tensor, "in_channels out_channels kernel_height kernel_width"],
    bias: Float[Tensor, " out_channels"] | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
) -> Float[Tensor, "batch out_channels rows columns"]:
    """Every pixel stamps its kernel, times its value, onto a larger image; where stamps overlap, they add up.

    Along an axis the image grows from n to (n - 1) s - 2p + k + output_padding. It is how `conv2d_backward` finds dx,
    used as a layer: the transpose of a convolution, not its inverse.

    Args:
        weight: one kernel for each input channel and each output channel; note the order.
        stride: distance between neighbouring stamps.
        padding: how much is cut off on each side.
        output_padding: rows and columns added at the lower right, to choose among the sizes that a stride maps to one.

    Raises:
        ValueError: other channels than the weight expects, not one bias for each output channel, a stride below 1, a
            padding below 0 or so large that nothing is left, an output padding that is not below the stride.

    Source:
        Zeiler, Krishnan, Taylor & Fergus (2010), Deconvolutional networks; Dumoulin & Visin (2016), chapter 4.
    """
    stride, (top, left), more = each_axis(stride), each_axis(padding), each_axis(output_padding)
    check_channels(x.shape[1], weight.shape[1], weight.shape[0], bias)
    sizes = zip(x.shape[2:], weight.shape[2:], stride, (top, left), more, strict=True)
    rows, columns = (conv_transpose_output_size(*axis) for axis in sizes)
    stamps = torch.einsum("bihw,iouv->bohwuv", x, weight)
    out = cropped(overlap_add(stamps, (rows + 2 * top, columns + 2 * left), stride), (top, left))
    return out if bias is None else out + bias[:, None, None]


def _output_size(
    x: Tensor, weight: Tensor, bias: Tensor | None, stride: tuple[int, ...], padding: tuple[int, ...]
) -> list[int]:
    """Positions of the kernel along each axis; an error for what does not fit together."""
    check_channels(x.shape[1], weight.shape[0], weight.shape[1], bias)
    return [conv_output_size(*axis) for axis in zip(x.shape[2:], weight.shape[2:], stride, padding, strict=True)]


# The same in torch: F.conv2d, F.conv3d and F.conv_transpose2d, with these arguments in this order. nn.Conv2d, nn.Conv3d
# and nn.ConvTranspose2d hold weight and bias. torch.nn.grad.conv2d_input and conv2d_weight give the gradients.
