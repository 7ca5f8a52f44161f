"""Convolution as deep learning means it (cross-correlation), its backward pass, and the transposed convolution.

Stride, padding and dilation are one number for all axes, or one for each: (vertical, horizontal).
"""

import torch
from jaxtyping import Float
from torch import Tensor

from gradschool.convolutional.windows import (
    Size,
    check_channels,
    conv_output_size,
    cropped,
    each_axis,
    grouped,
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

    Source: Goodfellow, Bengio & Courville (2016), eq. 9.6.
    """
    return conv2d(image[None, None], kernel[None, None])[0, 0]


def convolve2d(
    image: Float[Tensor, "height width"], kernel: Float[Tensor, "kernel_height kernel_width"]
) -> Float[Tensor, "rows columns"]:
    """The convolution of mathematics, where it needs no border: the kernel is turned by 180 degrees first.

    Source: Goodfellow, Bengio & Courville (2016), eq. 9.4.
    """
    return correlate2d(image, kernel.flip(0, 1))


def conv2d(
    x: Float[Tensor, "batch inputs height width"],
    weight: Float[Tensor, "outputs inputs_of_group kernel_height kernel_width"],
    bias: Float[Tensor, " outputs"] | None = None,
    stride: Size = 1,
    padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Float[Tensor, "batch outputs rows columns"]:
    """Every output channel is the sum of its kernels' correlations with the input channels, plus one bias.

    Args:
        x: images.
        weight: one kernel for each output channel and each input channel that it sees.
        bias: one number for each output channel, the same at every position.
        stride: distance between neighbouring positions of the kernel.
        padding: zeros added on each side.
        dilation: distance between the pixels that neighbouring weights meet.
        groups: into how many parts the channels fall that do not see each other.

    Raises:
        ValueError: channels that do not divide into the groups, or not into those that the weight expects.

    Source:
        Goodfellow, Bengio & Courville (2016), eq. 9.7 and 9.8; Krizhevsky et al. (2012) for the groups.
    """
    check_channels(x.shape[1], weight.shape[0], weight.shape[1], groups)
    stride, padding, dilation = each_axis(stride), each_axis(padding), each_axis(dilation)
    seen = grouped(windows(padded(x, padding), weight.shape[2:], stride, dilation), 1, groups)
    kernels = grouped(weight, 0, groups)
    out = torch.einsum("bgihwuv,goiuv->bgohw", seen, kernels).flatten(1, 2)
    return out if bias is None else out + bias[:, None, None]


def conv2d_backward(
    dout: Float[Tensor, "batch outputs rows columns"],
    x: Float[Tensor, "batch inputs height width"],
    weight: Float[Tensor, "outputs inputs_of_group kernel_height kernel_width"],
    stride: Size = 1,
    padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> tuple[
    Float[Tensor, "batch inputs height width"],
    Float[Tensor, "outputs inputs_of_group kernel_height kernel_width"],
    Float[Tensor, " outputs"],
]:
    """Gradients of the loss with respect to input, weight and bias of `conv2d`: (dx, dweight, dbias).

    A weight meets one pixel at each position, so its gradient sums over batch and positions. A pixel lies under
    several windows, and collects from all of them; what the padding collects is cut off.

    Source: LeCun et al. (1998), section II, for shared weights; Dumoulin & Visin (2016), chapter 4, for dx.
    """
    check_channels(x.shape[1], weight.shape[0], weight.shape[1], groups)
    stride, padding, dilation = each_axis(stride), each_axis(padding), each_axis(dilation)
    image = padded(x, padding)
    seen = grouped(windows(image, weight.shape[2:], stride, dilation), 1, groups)
    above = grouped(dout, 1, groups)
    dweight = torch.einsum("bgohw,bgihwuv->goiuv", above, seen).flatten(0, 1)
    parts = torch.einsum("bgohw,goiuv->bgihwuv", above, grouped(weight, 0, groups)).flatten(1, 2)
    dpadded = overlap_add(parts, (image.shape[2], image.shape[3]), stride, dilation)
    return cropped(dpadded, padding), dweight, dout.sum(dim=(0, 2, 3))


def conv3d(
    x: Float[Tensor, "batch inputs depth height width"],
    weight: Float[Tensor, "outputs inputs_of_group kernel_depth kernel_height kernel_width"],
    bias: Float[Tensor, " outputs"] | None = None,
    stride: Size = 1,
    padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Float[Tensor, "batch outputs slices rows columns"]:
    """`conv2d` with one axis more: time in a film, depth in a scan. Arguments as there.

    Source: Ji, Xu, Yang & Yu (2013), 3D convolutional neural networks for human action recognition.
    """
    check_channels(x.shape[1], weight.shape[0], weight.shape[1], groups)
    stride, padding, dilation = (each_axis(value, axes=3) for value in (stride, padding, dilation))
    seen = grouped(windows(padded(x, padding), weight.shape[2:], stride, dilation), 1, groups)
    kernels = grouped(weight, 0, groups)
    out = torch.einsum("bgithwsuv,goisuv->bgothw", seen, kernels).flatten(1, 2)
    return out if bias is None else out + bias[:, None, None, None]


def conv_transpose2d(
    x: Float[Tensor, "batch inputs height width"],
    weight: Float[Tensor, "inputs outputs_of_group kernel_height kernel_width"],
    bias: Float[Tensor, " outputs"] | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Float[Tensor, "batch outputs rows columns"]:
    """Every pixel stamps its kernel, times its value, onto a larger image; where stamps overlap, they add up.

    Along an axis the image grows from n to (n - 1) s - 2p + d (k - 1) + 1 + output_padding. It is how `conv2d_backward`
    finds dx, used as a layer: the transpose of a convolution, not its inverse.

    Args:
        weight: one kernel for each input channel and each output channel; note the order.
        stride: distance between neighbouring stamps.
        padding: how much is cut off on each side.
        output_padding: rows and columns added at the lower right, to choose among the sizes that a stride maps to one.

    Source:
        Zeiler, Krishnan, Taylor & Fergus (2010), Deconvolutional networks; Dumoulin & Visin (2016), chapter 4.
    """
    check_channels(x.shape[1], x.shape[1], weight.shape[0] // groups, groups)
    stride, padding, dilation = each_axis(stride), each_axis(padding), each_axis(dilation)
    kernels = grouped(weight, 0, groups)
    stamps = torch.einsum("bgihw,giouv->bgohwuv", grouped(x, 1, groups), kernels).flatten(1, 2)
    shape = zip(x.shape[2:], weight.shape[2:], stride, dilation, each_axis(output_padding), strict=True)
    rows, columns = ((n - 1) * s + d * (k - 1) + 1 + more for n, k, s, d, more in shape)
    out = cropped(overlap_add(stamps, (rows, columns), stride, dilation), padding)
    return out if bias is None else out + bias[:, None, None]


# The same in torch: F.conv2d and F.conv3d, with these arguments in this order; F.conv_transpose2d, with groups before
# dilation. nn.Conv2d, nn.Conv3d and nn.ConvTranspose2d hold weight and bias. torch.nn.grad.conv2d_input and
# conv2d_weight give the gradients.
