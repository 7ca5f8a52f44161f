"""Pooling for speed: first along the rows of each window, then along its columns, all windows at once.

A k×k window costs 2 (k - 1) shifted comparisons of whole images in place of k², and no window is ever copied out.
"""

import functools
import math
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from gradschool.convolutional import pooling
from gradschool.convolutional.windows import Size, conv_output_size, cropped, each_axis
from gradschool.differentiation import by_autograd

Pair = tuple[int, ...]


def max_pool2d(
    x: Float[Tensor, "batch channels height width"],
    k: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
) -> tuple[Float[Tensor, "batch channels rows columns"], Int[Tensor, "batch channels rows columns"]]:
    """`pooling.max_pool2d`: arguments, errors and results as there, but the index of a NaN, which is unspecified."""
    (kh, kw), (ph, pw) = each_axis(k), each_axis(padding)
    if 2 * ph > kh or 2 * pw > kw:
        raise ValueError(f"padding is at most half the window; got padding {ph, pw} for a window of {kh, kw}")
    step = (kh, kw) if stride is None else each_axis(stride)
    out, indices = _MaxPool2d.apply(x, (kh, kw), step, (ph, pw), each_axis(dilation))  # type: ignore[no-untyped-call]
    return out, indices


def avg_pool2d(
    x: Float[Tensor, "batch channels height width"], k: Size, stride: Size | None = None, padding: Size = 0
) -> Float[Tensor, "batch channels rows columns"]:
    """`pooling.avg_pool2d`: arguments and result as there."""
    kernel = each_axis(k)
    out: Tensor = _AvgPool2d.apply(x, kernel, kernel if stride is None else each_axis(stride), each_axis(padding))  # type: ignore[no-untyped-call]
    return out


def _shifted(x: Tensor, axis: int, count: int, stride: int, dilation: int, kernel: int) -> list[Tensor]:
    """What each of a window's places sees along an axis, over all `count` positions: views."""
    reach = stride * (count - 1) + 1
    places = [(slice(None),) * axis + (slice(i * dilation, i * dilation + reach, stride),) for i in range(kernel)]
    return [x[place] for place in places]


class _MaxPool2d(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x: Tensor, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair
    ) -> tuple[Tensor, Tensor]:
        """What the textbook form gives; keeps what the way back needs."""
        (kh, kw), (sh, sw), (ph, pw), (dh, dw) = kernel, stride, padding, dilation
        sizes = zip(x.shape[2:], kernel, stride, padding, dilation, strict=True)
        h, w = (conv_output_size(*axis) for axis in sizes)
        image = F.pad(x, (pw, pw, ph, ph), value=-math.inf) if ph or pw else x
        # of equal values the first row's counts, and in it the first column's: so columns are compared first
        seen = _shifted(image, 3, w, sw, dw, kw)
        best = seen[0].clone(memory_format=torch.contiguous_format)
        place = torch.zeros(best.shape, dtype=torch.int16, device=x.device)  # row · kw + column, within the window
        for j in range(1, kw):
            place.masked_fill_(seen[j] > best, j)
            torch.maximum(best, seen[j], out=best)
        rows, places = _shifted(best, 2, h, sh, dh, kh), _shifted(place, 2, h, sh, dh, kh)
        best, place = rows[0].clone(), places[0].clone()
        for i in range(1, kh):
            place = torch.where(rows[i] > best, places[i] + i * kw, place)
            torch.maximum(best, rows[i], out=best)
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
        return pooling.max_pool2d_backward(dout, indices, tuple(ctx.size)), None, None, None, None


class _AvgPool2d(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, kernel: Pair, stride: Pair, padding: Pair) -> Tensor:
        """What the textbook form gives; keeps what the way back needs."""
        ctx.save_for_backward(x)
        ctx.options = kernel, stride, padding
        (kh, kw), (sh, sw), (ph, pw) = kernel, stride, padding
        h, w = (conv_output_size(*axis) for axis in zip(x.shape[2:], kernel, stride, padding, strict=True))
        image = F.pad(x, (pw, pw, ph, ph)) if ph or pw else x
        rows = functools.reduce(torch.add, _shifted(image, 2, h, sh, 1, kh))
        return functools.reduce(torch.add, _shifted(rows, 3, w, sw, 1, kw)) / (kh * kw)

    @staticmethod
    def backward(ctx: Any, dout: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of the arguments, in their order; None for those that have none."""
        (x,), (kernel, stride, padding) = ctx.saved_tensors, ctx.options
        if torch.is_grad_enabled():  # a gradient's gradient is wanted
            f = lambda images: pooling.avg_pool2d(images, *ctx.options)  # noqa: E731
            return *by_autograd(f, (x,), (dout,), (True,)), None, None, None
        height, width = (n + 2 * p for n, p in zip(x.shape[2:], padding, strict=True))
        rows = dout.new_zeros(*dout.shape[:3], width)
        for part in _shifted(rows, 3, dout.shape[3], stride[1], 1, kernel[1]):
            part += dout / (kernel[0] * kernel[1])
        dx = dout.new_zeros(*dout.shape[:2], height, width)
        for part in _shifted(dx, 2, dout.shape[2], stride[0], 1, kernel[0]):
            part += rows
        return cropped(dx, padding), None, None, None
