"""Pooling for speed: first along the rows of each window, then along its columns, all windows at once.

A k×k window costs 2 (k - 1) shifted comparisons of whole images in place of k², and no window is ever copied out.
"""

import functools
import math
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor

from gradschool.convolutional import pooling
from gradschool.convolutional.pooling import Layout
from gradschool.convolutional.windows import Size, cropped, padded
from gradschool.differentiation import by_autograd, in_full, transformed
from gradschool.precision import wide


def max_pool2d(
    x: Float[Tensor, "batch channels height width"],
    k: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
) -> tuple[Float[Tensor, "batch channels rows columns"], Int[Tensor, "batch channels rows columns"]]:
    """`pooling.max_pool2d`: arguments, errors and results as there."""
    if transformed():
        return pooling.max_pool2d(x, k, stride, padding, dilation)
    out, indices = _MaxPool2d.apply(x, pooling.layout(x, k, stride, padding, dilation))  # type: ignore[no-untyped-call]
    return out, indices


def avg_pool2d(
    x: Float[Tensor, "batch channels height width"], k: Size, stride: Size | None = None, padding: Size = 0
) -> Float[Tensor, "batch channels rows columns"]:
    """`pooling.avg_pool2d`: arguments, errors and result as there."""
    if transformed():
        return pooling.avg_pool2d(x, k, stride, padding)
    out: Tensor = _AvgPool2d.apply(x, pooling.layout(x, k, stride, padding))  # type: ignore[no-untyped-call]
    return out


def _shifted(x: Tensor, axis: int, count: int, stride: int, dilation: int, kernel: int) -> list[Tensor]:
    """What each of a window's places sees along an axis, over all `count` positions: views."""
    reach = stride * (count - 1) + 1
    places = [(slice(None),) * axis + (slice(i * dilation, i * dilation + reach, stride),) for i in range(kernel)]
    return [x[place] for place in places]


def _largest(seen: list[Tensor], places: list[Tensor] | None, step: int) -> tuple[Tensor, Tensor]:
    """The largest of the views, pixel by pixel, and its place: its view's number times `step`, plus its place there.

    Of equal values the first counts, so the last view comes first; a NaN is larger than all, and the first NaN stays.
    """
    last = len(seen) - 1
    best = seen[last].clone(memory_format=torch.contiguous_format)
    # within the window: 16 bits do for all but huge ones
    small = torch.int16 if last * step < 1 << 15 else torch.int32
    place = torch.full_like(best, last * step, dtype=small) if places is None else places[last] + last * step
    for i in reversed(range(last)):
        wins = (seen[i] >= best) | seen[i].isnan()
        place = place.masked_fill_(wins, i) if places is None else torch.where(wins, places[i] + i * step, place)
        torch.maximum(best, seen[i], out=best)
    return best, place


def _first_inside(x: Tensor, layout: Layout) -> Tensor:
    """The place within each window where it first meets the image: (rows, columns)."""
    row, column = (
        (p - s * torch.arange(n, device=x.device)).clamp(min=0).add_(d - 1).div_(d, rounding_mode="floor")
        for s, p, d, n in zip(*layout[1:], strict=True)
    )
    return row[:, None] * layout.kernel_size[1] + column


class _MaxPool2d(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, layout: Layout) -> tuple[Tensor, Tensor]:
        """What the textbook form gives; keeps what the way back needs."""
        (kh, kw), (sh, sw), (ph, pw), (dh, dw), (h, w) = layout
        image = padded(x, layout.padding, -math.inf) if ph or pw else x
        # in a window the first row's counts, and in it the first column's: so columns are compared first
        best, place = _largest(_shifted(image, 3, w, sw, dw, kw), None, 1)
        best, place = _largest(_shifted(best, 2, h, sh, dh, kh), _shifted(place.int(), 2, h, sh, dh, kh), kw)
        if ph or pw:  # where all is -∞, the border stands first, and must not win
            place = torch.where(best == -math.inf, _first_inside(x, layout), place)
        inside = torch.arange(kh * kw, device=x.device)
        inside = dh * (inside // kw) * x.shape[3] + dw * (inside % kw)  # the place's distance from the window's corner
        corner_row = sh * torch.arange(h, device=x.device)[:, None] - ph
        corner = corner_row * x.shape[3] + sw * torch.arange(w, device=x.device) - pw
        indices = inside[place.int()].add_(corner)
        ctx.save_for_backward(indices)
        ctx.mark_non_differentiable(indices)
        ctx.size = x.shape[2:]
        return best, indices

    @staticmethod
    def backward(ctx: Any, dout: Tensor, _: Any) -> tuple[Tensor | None, ...]:
        """The gradients of the arguments, in their order; None for those that have none."""
        (indices,) = ctx.saved_tensors
        return pooling.max_pool2d_backward(dout, indices, tuple(ctx.size)), None


class _AvgPool2d(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, layout: Layout) -> Tensor:
        """What the textbook form gives; keeps what the way back needs."""
        ctx.save_for_backward(x)
        ctx.layout = layout
        (kh, kw), (sh, sw), _, _, (h, w) = layout
        image = wide(padded(x, layout.padding) if any(layout.padding) else x)  # sums, for which 16 bits are too few
        rows = functools.reduce(torch.add, _shifted(image, 2, h, sh, 1, kh))
        return (functools.reduce(torch.add, _shifted(rows, 3, w, sw, 1, kw)) / (kh * kw)).to(x.dtype)

    @staticmethod
    @in_full
    def backward(ctx: Any, dout: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of the arguments, in their order; None for those that have none."""
        (x,), (kernel_size, stride, padding, _, _) = ctx.saved_tensors, ctx.layout
        if torch.is_grad_enabled():  # a gradient's gradient is wanted
            f = lambda images: pooling.avg_pool2d(images, kernel_size, stride, padding)  # noqa: E731
            return *by_autograd(f, (x,), (dout,), (True,)), None
        height, width = (n + 2 * p for n, p in zip(x.shape[2:], padding, strict=True))
        share = wide(dout) / (kernel_size[0] * kernel_size[1])
        rows = share.new_zeros(*dout.shape[:3], width)
        for part in _shifted(rows, 3, dout.shape[3], stride[1], 1, kernel_size[1]):
            part += share
        dx = share.new_zeros(*dout.shape[:2], height, width)
        for part in _shifted(dx, 2, dout.shape[2], stride[0], 1, kernel_size[0]):
            part += rows
        return cropped(dx, padding).to(x.dtype), None
