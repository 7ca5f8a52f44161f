"""Convolution with groups and dilation, out of the plain one.

Groups are convolutions side by side, each with its own share of the channels. A dilated kernel is a larger kernel, with
zeros in its gaps.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from gradschool.convolutional.convolution import conv2d, conv2d_backward, conv_transpose2d
from gradschool.convolutional.windows import (
    Size,
    check_channels,
    check_gradient,
    conv_output_size,
    conv_transpose_output_size,
    cropped,
    each_axis,
)


def stretched(
    weight: Float[Tensor, "first second kernel_height kernel_width"], dilation: Size
) -> Float[Tensor, "first second stretched_height stretched_width"]:
    """Kernels with dilation - 1 rows and columns of zeros between neighbouring weights."""
    down, across = each_axis(dilation)
    height, width = weight.shape[2:]
    larger = weight.new_zeros(*weight.shape[:2], down * (height - 1) + 1, across * (width - 1) + 1)
    larger[:, :, ::down, ::across] = weight
    return larger


def grouped_conv2d(
    x: Float[Tensor, "batch in_channels height width"],
    weight: Float[Tensor, "out_channels in_channels_of_group kernel_height kernel_width"],
    bias: Float[Tensor, " out_channels"] | None = None,
    stride: Size = 1,
    padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Float[Tensor, "batch out_channels rows columns"]:
    """`conv2d` whose channels fall into groups that do not see each other, and whose kernels may have gaps.

    Args:
        x, bias, stride, padding: as in `conv2d`.
        weight: one kernel for each output channel and each input channel of its group.
        dilation: distance between the pixels that neighbouring weights meet.
        groups: how many; the first output channels see the first input channels, and so on.

    Raises:
        ValueError: as `conv2d`; a dilation below 1; channels that do not divide into the groups.

    Source:
        Krizhevsky et al. (2012), section 3.5, for the groups; Yu & Koltun (2016), eq. 2, for dilation.
    """
    convolution_size(x, weight, bias, stride, padding, dilation, groups)
    images, kernels = x.chunk(groups, dim=1), stretched(weight, dilation).chunk(groups)
    maps = [conv2d(image, k, None, stride, padding) for image, k in zip(images, kernels, strict=True)]
    out = torch.cat(maps, dim=1)
    return out if bias is None else out + bias[:, None, None]


def grouped_conv2d_backward(
    dout: Float[Tensor, "batch out_channels rows columns"],
    x: Float[Tensor, "batch in_channels height width"],
    weight: Float[Tensor, "out_channels in_channels_of_group kernel_height kernel_width"],
    stride: Size = 1,
    padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> tuple[
    Float[Tensor, "batch in_channels height width"],
    Float[Tensor, "out_channels in_channels_of_group kernel_height kernel_width"],
    Float[Tensor, " out_channels"],
]:
    """Gradients of the loss with respect to input, weight and bias of `grouped_conv2d`: (dx, dweight, dbias).

    Raises:
        ValueError: as `grouped_conv2d`; or a gradient that has not the shape of its result.
    """
    positions = convolution_size(x, weight, None, stride, padding, dilation, groups)
    check_gradient(dout, (len(x), len(weight), *positions))
    parts = zip(dout.chunk(groups, 1), x.chunk(groups, 1), stretched(weight, dilation).chunk(groups), strict=True)
    dx, dlarger, dbias = zip(*(conv2d_backward(*part, stride, padding) for part in parts), strict=True)
    down, across = each_axis(dilation)
    return torch.cat(dx, dim=1), torch.cat(dlarger)[:, :, ::down, ::across], torch.cat(dbias)


def grouped_conv_transpose2d(
    x: Float[Tensor, "batch in_channels height width"],
    weight: Float[Tensor, "in_channels out_channels_of_group kernel_height kernel_width"],
    bias: Float[Tensor, " out_channels"] | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Float[Tensor, "batch out_channels rows columns"]:
    """`conv_transpose2d` whose channels fall into groups, and whose stamps may have gaps.

    Args:
        x, bias, stride, padding: as in `conv_transpose2d`.
        weight: one kernel for each input channel and each output channel of its group.
        output_padding: as in `conv_transpose2d`; below the stride, or the dilation if that is larger.
        dilation, groups: as in `grouped_conv2d`.

    Raises:
        ValueError: as `conv_transpose2d`; a dilation below 1; channels that do not divide into the groups.
    """
    transposed_size(x, weight, bias, stride, padding, output_padding, dilation, groups)
    images, kernels = x.chunk(groups, dim=1), stretched(weight, dilation).chunk(groups)
    maps = [conv_transpose2d(image, k, None, stride) for image, k in zip(images, kernels, strict=True)]
    below, right = each_axis(output_padding)
    out = cropped(F.pad(torch.cat(maps, dim=1), (0, right, 0, below)), each_axis(padding))
    return out if bias is None else out + bias[:, None, None]


def convolution_size(
    x: Float[Tensor, "batch in_channels height width"],
    weight: Float[Tensor, "out_channels in_channels_of_group kernel_height kernel_width"],
    bias: Float[Tensor, "..."] | None,
    stride: Size,
    padding: Size,
    dilation: Size,
    groups: int,
) -> list[int]:
    """Rows and columns of `grouped_conv2d`; an error for what does not fit together, see there."""
    check_channels(x.shape[1], weight.shape[0], weight.shape[1] * groups, bias, groups)
    settings = (each_axis(value) for value in (stride, padding, dilation))
    return [conv_output_size(*axis) for axis in zip(x.shape[2:], weight.shape[2:], *settings, strict=True)]


def transposed_size(
    x: Float[Tensor, "batch in_channels height width"],
    weight: Float[Tensor, "in_channels out_channels_of_group kernel_height kernel_width"],
    bias: Float[Tensor, "..."] | None,
    stride: Size,
    padding: Size,
    output_padding: Size,
    dilation: Size,
    groups: int,
) -> list[int]:
    """Rows and columns of `grouped_conv_transpose2d`; an error for what does not fit together, see there."""
    check_channels(x.shape[1], weight.shape[1] * groups, weight.shape[0], bias, groups)
    settings = (each_axis(value) for value in (stride, padding, output_padding, dilation))
    return [conv_transpose_output_size(*axis) for axis in zip(x.shape[2:], weight.shape[2:], *settings, strict=True)]


# The same in torch: F.conv2d, with these arguments in this order; F.conv_transpose2d, with groups before dilation.
