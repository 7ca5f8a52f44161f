"""Pooling: one number for each window of each channel, and what goes back through it."""

import math
from typing import NamedTuple

import torch
from jaxtyping import Float, Int, Integer
from torch import Tensor

from gradschool.checks import check_indices
from gradschool.convolutional.windows import Size, check_gradient, conv_output_size, each_axis, padded, windows


def max_pool2d(
    x: Float[Tensor, "batch channels height width"],
    k: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
) -> tuple[Float[Tensor, "batch channels rows columns"], Int[Tensor, "batch channels rows columns"]]:
    """The largest value of each window, and where it stood.

    Args:
        x: images.
        k: the window's size.
        stride: distance between windows; the window's size unless given, so that windows touch. Smaller: they overlap.
        padding: border of -∞ on each side, which never wins, not even where the image is -∞ too; at most half a window.
        dilation: distance between the pixels of a window.

    Returns:
        (out, indices): an index counts the pixels of its unpadded channel row by row, row · width + column. Of equal
        values the first counts.

    Raises:
        ValueError: a padding of more than half the window: some windows would see nothing else.

    Source:
        Ranzato, Huang, Boureau & LeCun (2007); overlapping windows: Krizhevsky et al. (2012), section 3.4.
    """
    kernel_size, stride, padding, dilation, _ = layout(x, k, stride, padding, dilation)
    pixels = torch.arange(x.shape[2] * x.shape[3], device=x.device).view(1, 1, *x.shape[2:])
    seen = windows(padded(x, padding, -math.inf), kernel_size, stride, dilation).flatten(-2)
    number = windows(padded(pixels, padding, -1), kernel_size, stride, dilation).flatten(-2)  # -1 in the border
    largest = (seen == seen.amax(dim=-1, keepdim=True)) | seen.isnan()
    place = (largest & (number >= 0)).int().argmax(dim=-1, keepdim=True)  # the first of those that win
    return seen.gather(-1, place).squeeze(-1), number.expand_as(seen).gather(-1, place).squeeze(-1)


class Layout(NamedTuple):
    """How windows lie on an image: each number for both axes, and how many windows there are."""

    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    positions: tuple[int, ...]


def layout(
    x: Float[Tensor, "batch channels height width"], k: Size, stride: Size | None, padding: Size, dilation: Size = 1
) -> Layout:
    """What the arguments of a pooling say; an error for windows that do not fit, see `max_pool2d`."""
    kernel_size, border, gaps = each_axis(k), each_axis(padding), each_axis(dilation)
    step = kernel_size if stride is None else each_axis(stride)
    sizes = list(zip(x.shape[2:], kernel_size, step, border, gaps, strict=True))
    positions = tuple(conv_output_size(*axis) for axis in sizes)
    if any(2 * p > size for size, p in zip(kernel_size, border, strict=True)):
        raise ValueError(f"padding is at most half the window; got padding {border} for a window of {kernel_size}")
    if any(p > 0 and d > n for n, _, _, p, d in sizes):
        raise ValueError(f"a dilation of {gaps} steps over the whole image: a window would see nothing but its border")
    return Layout(kernel_size, step, border, gaps, positions)


def max_pool2d_backward(
    dout: Float[Tensor, "batch channels rows columns"],
    indices: Integer[Tensor, "batch channels rows columns"],
    size: tuple[int, int],
) -> Float[Tensor, "batch channels height width"]:
    """Gradient with respect to the input of `max_pool2d`: each window's goes to its winner alone, and adds up there.

    Args:
        dout: gradient with respect to the pooled values.
        indices: as `max_pool2d` returned them.
        size: height and width of the pooled image.

    Raises:
        ValueError: not one index for each value, or an index outside of the image.
    """
    check_gradient(dout, indices.shape)
    check_indices(indices, size[0] * size[1], "indices")
    dx = dout.new_zeros(*dout.shape[:2], size[0] * size[1])
    return dx.scatter_add(2, indices.flatten(2), dout.flatten(2)).view(*dout.shape[:2], *size)


def max_unpool2d(
    x: Float[Tensor, "batch channels rows columns"],
    indices: Integer[Tensor, "batch channels rows columns"],
    size: tuple[int, int],
) -> Float[Tensor, "batch channels height width"]:
    """Put every value back to where the largest stood, zeros elsewhere: for windows that do not overlap.

    Raises:
        ValueError: not one index for each value, or an index outside of the image.

    Source: Zeiler & Fergus (2014), section 2.1, whose "switches" are the indices; Noh, Hong & Han (2015).
    """
    if x.shape != indices.shape:
        raise ValueError(f"expected one index for each value; got {tuple(indices.shape)} for {tuple(x.shape)}")
    check_indices(indices, size[0] * size[1], "indices")
    out = x.new_zeros(*x.shape[:2], size[0] * size[1])
    return out.scatter(2, indices.flatten(2), x.flatten(2)).view(*x.shape[:2], *size)


def avg_pool2d(
    x: Float[Tensor, "batch channels height width"], k: Size, stride: Size | None = None, padding: Size = 0
) -> Float[Tensor, "batch channels rows columns"]:
    """The mean of each window; the zeros of the padding count as pixels, as in torch.

    Arguments and errors as for `max_pool2d`.

    Source: LeCun et al. (1998), section II.B, where the mean is also scaled and shifted by trained numbers.
    """
    kernel_size, stride, padding, *_ = layout(x, k, stride, padding)
    return windows(padded(x, padding), kernel_size, stride).mean(dim=(-2, -1))


def global_avg_pool(x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch channels"]:
    """One number for each channel, the mean over all positions: the image may have any size.

    Source: Lin, Chen & Yan (2014), Network in network, section 3.2.
    """
    return x.mean(dim=(2, 3))


def global_max_pool(x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch channels"]:
    """One number for each channel, the largest: whether something is in the image, wherever it is.

    Of equal values the first counts: to it alone goes the gradient.
    """
    return x.flatten(2).max(dim=2).values


# The same in torch: F.max_pool2d(x, k, stride, padding, dilation, return_indices=True), F.avg_pool2d,
# F.max_unpool2d(x, indices, k, output_size=size), F.adaptive_avg_pool2d(x, 1) and F.adaptive_max_pool2d(x, 1).
