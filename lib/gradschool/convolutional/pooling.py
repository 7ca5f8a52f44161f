"""Pooling: one number for each window of each channel, and what goes back through it."""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int, Integer
from torch import Tensor

from gradschool.convolutional.windows import Size, each_axis, windows


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
        padding: border of -∞ on each side, which never wins; at most half a window.
        dilation: distance between the pixels of a window.

    Returns:
        (out, indices): an index counts the pixels of its unpadded channel row by row, row · width + column. Of equal
        values the first counts.

    Raises:
        ValueError: a padding of more than half the window: some windows would see nothing else.

    Source:
        Ranzato, Huang, Boureau & LeCun (2007); overlapping windows: Krizhevsky et al. (2012), section 3.4.
    """
    (kh, kw), (ph, pw), (dh, dw) = each_axis(k), each_axis(padding), each_axis(dilation)
    sh, sw = (kh, kw) if stride is None else each_axis(stride)
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError(f"padding is at most half the window; got padding {ph, pw} for a window of {kh, kw}")
    padded = F.pad(x, (pw, pw, ph, ph), value=-math.inf)
    out, place = windows(padded, (kh, kw), (sh, sw), (dh, dw)).flatten(-2).max(dim=-1)
    row = sh * torch.arange(out.shape[2], device=x.device)[:, None] + dh * (place // kw) - ph
    column = sw * torch.arange(out.shape[3], device=x.device) + dw * (place % kw) - pw
    return out, row * x.shape[3] + column


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
    """
    dx = dout.new_zeros(*dout.shape[:2], size[0] * size[1])
    return dx.scatter_add(2, indices.flatten(2), dout.flatten(2)).view(*dout.shape[:2], *size)


def max_unpool2d(
    x: Float[Tensor, "batch channels rows columns"],
    indices: Integer[Tensor, "batch channels rows columns"],
    size: tuple[int, int],
) -> Float[Tensor, "batch channels height width"]:
    """Put every value back to where the largest stood, zeros elsewhere: for windows that do not overlap.

    Source: Zeiler & Fergus (2014), section 2.1, whose "switches" are the indices; Noh, Hong & Han (2015).
    """
    out = x.new_zeros(*x.shape[:2], size[0] * size[1])
    return out.scatter(2, indices.flatten(2), x.flatten(2)).view(*x.shape[:2], *size)


def avg_pool2d(
    x: Float[Tensor, "batch channels height width"], k: Size, stride: Size | None = None, padding: Size = 0
) -> Float[Tensor, "batch channels rows columns"]:
    """The mean of each window; the zeros of the padding count as pixels, as in torch.

    Source: LeCun et al. (1998), section II.B, where the mean is also scaled and shifted by trained numbers.
    """
    (ph, pw), kernel = each_axis(padding), each_axis(k)
    step = kernel if stride is None else each_axis(stride)
    return windows(F.pad(x, (pw, pw, ph, ph)), kernel, step, (1, 1)).mean(dim=(-2, -1))


def global_avg_pool(x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch channels"]:
    """One number for each channel, the mean over all positions: the image may have any size.

    Source: Lin, Chen & Yan (2014), Network in network, section 3.2.
    """
    return x.mean(dim=(2, 3))


def global_max_pool(x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch channels"]:
    """One number for each channel, the largest: whether something is in the image, wherever it is."""
    return x.amax(dim=(2, 3))


# The same in torch: F.max_pool2d(x, k, stride, padding, dilation, return_indices=True), F.avg_pool2d,
# F.max_unpool2d(x, indices, k, output_size=size), F.adaptive_avg_pool2d(x, 1) and F.adaptive_max_pool2d(x, 1).
