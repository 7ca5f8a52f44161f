"""Convolution for speed: a few images at a time, each batch of windows as the columns of one matrix.

The textbook form hands the windows of all images to one `einsum`, which copies them out: each pixel once for every
weight that meets it, and again on the way back. Here the windows of a few images at a time are laid out as columns, as
many as stay in the processor's cache, and meet the kernels in one product. The way back lays them out again instead of
keeping them, so that memory beyond inputs and outputs is small and does not grow with the batch.

Source: Chellapilla, Puri & Simard (2006), High performance convolutional neural networks for document processing.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from gradschool.convolutional.grouped import (
    convolution_size,
    grouped_conv2d,
    grouped_conv2d_backward,
    grouped_conv_transpose2d,
    transposed_size,
)
from gradschool.convolutional.windows import (
    Size,
    add_windows,
    check_gradient,
    cropped,
    each_axis,
    grouped,
    padded,
    windows,
)
from gradschool.differentiation import autocast_type, by_autograd, in_full, lowered, transformed
from gradschool.precision import wide

#: Numbers in one matrix of columns: 4 MiB in float32 on a CPU. A GPU has many cores to keep busy: 1 GiB there.
CACHED = {"cpu": 1 << 20, "cuda": 1 << 28}


def conv2d(
    x: Float[Tensor, "batch in_channels height width"],
    weight: Float[Tensor, "out_channels in_channels_of_group kernel_height kernel_width"],
    bias: Float[Tensor, " out_channels"] | None = None,
    stride: Size = 1,
    padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Float[Tensor, "batch out_channels rows columns"]:
    """`convolution.conv2d`, and `grouped.grouped_conv2d`: arguments, errors and result as there."""
    if transformed():
        return grouped_conv2d(x, weight, bias, stride, padding, dilation, groups)
    if low := autocast_type(x):
        with torch.autocast(x.device.type, enabled=False):
            product = conv2d(lowered(x, low), lowered(weight, low), None, stride, padding, dilation, groups)
        return product if bias is None else product + bias[:, None, None]
    size = convolution_size(x, weight, bias, stride, padding, dilation, groups)
    out: Tensor = _Conv2d.apply(x, weight, bias, size, _layer(weight, stride, padding, dilation, groups))  # type: ignore[no-untyped-call]
    return out


def conv2d_backward(
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
    """`convolution.conv2d_backward`, and `grouped.grouped_conv2d_backward`: arguments, errors and results as there.

    Where these are to be differentiated themselves, those forms work them out.
    """
    wanted = torch.is_grad_enabled() and any(t.requires_grad for t in (dout, x, weight))
    if wanted or transformed() or autocast_type(x):
        return grouped_conv2d_backward(dout, x, weight, stride, padding, dilation, groups)
    positions = convolution_size(x, weight, None, stride, padding, dilation, groups)
    check_gradient(dout, (len(x), len(weight), *positions))
    layer = _layer(weight, stride, padding, dilation, groups)
    dx = _image_gradient(dout, weight, (x.shape[2], x.shape[3]), layer)
    return dx, _weight_gradient(dout, x, layer), dout.sum(dim=(0, 2, 3))


def conv_transpose2d(
    x: Float[Tensor, "batch in_channels height width"],
    weight: Float[Tensor, "in_channels out_channels_of_group kernel_height kernel_width"],
    bias: Float[Tensor, " out_channels"] | None = None,
    stride: Size = 1,
    padding: Size = 0,
    output_padding: Size = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Float[Tensor, "batch out_channels rows columns"]:
    """`convolution.conv_transpose2d`, and `grouped.grouped_conv_transpose2d`: arguments, errors and result as there.

    Forward it is what `conv2d` does backward with its image, and the other way round.
    """
    options = stride, padding, output_padding, dilation, groups
    if transformed():
        return grouped_conv_transpose2d(x, weight, bias, *options)
    if low := autocast_type(x):
        with torch.autocast(x.device.type, enabled=False):
            product = conv_transpose2d(lowered(x, low), lowered(weight, low), None, *options)
        return product if bias is None else product + bias[:, None, None]
    size = transposed_size(x, weight, bias, *options)
    more, layer = each_axis(output_padding), _layer(weight, stride, padding, dilation, groups)
    out: Tensor = _ConvTranspose2d.apply(x, weight, bias, size, more, layer)  # type: ignore[no-untyped-call]
    return out


class _Layer(NamedTuple):
    """What a convolution is, its weights and images aside."""

    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int

    @property
    def options(self) -> tuple[Any, ...]:
        """Stride, padding, dilation and groups, as `grouped.grouped_conv2d` takes them."""
        return self.stride, self.padding, self.dilation, self.groups


def _layer(weight: Tensor, stride: Size, padding: Size, dilation: Size, groups: int) -> _Layer:
    return _Layer(tuple(weight.shape[2:]), each_axis(stride), each_axis(padding), each_axis(dilation), groups)


def _pieces(images: Tensor, positions: int, layer: _Layer) -> Iterator[slice]:
    """So many images at a time that their columns stay in the cache: at least one."""
    kh, kw = layer.kernel_size
    size = max(1, CACHED.get(images.device.type, CACHED["cpu"]) // max(1, images.shape[1] * kh * kw * positions))
    return (slice(start, start + size) for start in range(0, len(images), size))


def _images_last(images: Tensor) -> Tensor:
    """The same images, in memory pixel by pixel of all images: long runs of numbers to copy, however small they are."""
    return images.permute(1, 2, 3, 0).contiguous().permute(3, 0, 1, 2)


def _columns(images: Tensor, positions: Sequence[int], layer: _Layer) -> Tensor:
    """The windows, one a column: (groups, inputs of a group · kernel, positions · images)."""
    images = _images_last(padded(images, layer.padding))
    seen = windows(images, layer.kernel_size, layer.stride, layer.dilation)[:, :, : positions[0], : positions[1]]
    b, c, h, w, u, v = seen.shape
    return seen.permute(1, 4, 5, 2, 3, 0).reshape(layer.groups, c // layer.groups * u * v, h * w * b)


def _rows(maps: Tensor, groups: int) -> Tensor:
    """Maps in the order of `_columns`: (groups, channels of a group, positions · images)."""
    return grouped(maps, 1, groups).permute(1, 2, 3, 4, 0).flatten(2)


def _correlate(x: Tensor, weight: Tensor, bias: Tensor | None, positions: Sequence[int], layer: _Layer) -> Tensor:
    """The forward pass: kernels times columns."""
    h, w = positions
    out = x.new_empty(len(x), weight.shape[0], h, w)
    kernels = grouped(weight, 0, layer.groups).flatten(2)  # (groups, outputs of a group, inputs of a group · kernel)
    for piece in _pieces(x, h * w, layer):
        product = kernels @ _columns(x[piece], positions, layer)  # (groups, outputs of a group, positions · images)
        if bias is not None:
            product += bias.view(layer.groups, -1, 1)
        out[piece] = product.view(-1, h, w, len(out[piece])).permute(3, 0, 1, 2)
    return out


def _image_gradient(dout: Tensor, weight: Tensor, size: tuple[int, int], layer: _Layer) -> Tensor:
    """The gradient of the image: transposed kernels times what comes back, each column added to where it came from."""
    (kh, kw), (top, left), (h, w) = layer.kernel_size, layer.padding, dout.shape[2:]
    in_channels = layer.groups * weight.shape[1]
    dx = dout.new_empty(len(dout), in_channels, *size)
    kernels = grouped(weight, 0, layer.groups).flatten(2).mT.contiguous()
    for piece in _pieces(dx, h * w, layer):
        parts = kernels @ _rows(dout[piece], layer.groups)  # as `_columns`
        b = len(dx[piece])
        parts = parts.view(in_channels, kh, kw, h, w, b).permute(5, 0, 3, 4, 1, 2)
        larger = dout.new_zeros(in_channels, size[0] + 2 * top, size[1] + 2 * left, b).permute(3, 0, 1, 2)
        dx[piece] = cropped(add_windows(larger, parts, layer.stride, layer.dilation), layer.padding)
    return dx


def _weight_gradient(dout: Tensor, x: Tensor, layer: _Layer) -> Tensor:
    """The gradient of the kernels: what comes back times the columns, over all images and positions."""
    out_channels, in_channels = dout.shape[1], x.shape[1] // layer.groups
    shape = layer.groups, out_channels // layer.groups, in_channels * layer.kernel_size[0] * layer.kernel_size[1]
    total = wide(x).new_zeros(shape)  # 16 bits forget the small parts of a long sum
    for piece in _pieces(x, dout.shape[2] * dout.shape[3], layer):
        total += _rows(dout[piece], layer.groups) @ _columns(x[piece], dout.shape[2:], layer).mT
    return total.to(x.dtype).view(out_channels, in_channels, *layer.kernel_size)


class _Conv2d(torch.autograd.Function):
    """Keeps its arguments for the way back, and nothing else."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, size: Sequence[int], layer: _Layer) -> Tensor:
        """What the textbook form gives; keeps what the way back needs."""
        ctx.save_for_backward(x, weight, bias)
        ctx.layer = layer
        return _correlate(x, weight, bias, size, layer)

    @staticmethod
    @in_full
    def backward(ctx: Any, dout: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of the arguments, in their order; None for those that have none."""
        (x, weight, bias), layer = ctx.saved_tensors, ctx.layer
        wanted = ctx.needs_input_grad[:3]
        if torch.is_grad_enabled():  # a gradient's gradient is wanted
            f = lambda *given: grouped_conv2d(*given, *layer.options)  # noqa: E731
            return *by_autograd(f, (x, weight, bias), (dout,), wanted), None, None
        dx = _image_gradient(dout, weight, (x.shape[2], x.shape[3]), layer) if wanted[0] else None
        dweight = _weight_gradient(dout, x, layer) if wanted[1] else None
        return dx, dweight, dout.sum(dim=(0, 2, 3)) if wanted[2] else None, None, None


class _ConvTranspose2d(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        size: Sequence[int],
        more: tuple[int, ...],
        layer: _Layer,
    ) -> Tensor:
        """What the textbook form gives; keeps what the way back needs."""
        ctx.save_for_backward(x, weight, bias)
        ctx.more, ctx.layer = more, layer
        out = _image_gradient(x, weight, (size[0], size[1]), layer)
        return out if bias is None else out.add_(bias[:, None, None])

    @staticmethod
    @in_full
    def backward(ctx: Any, dout: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of the arguments, in their order; None for those that have none."""
        (x, weight, bias), layer = ctx.saved_tensors, ctx.layer
        wanted = ctx.needs_input_grad[:3]
        if torch.is_grad_enabled():  # a gradient's gradient is wanted
            s, p, d, g = layer.options
            f = lambda x, w, b: grouped_conv_transpose2d(x, w, b, s, p, ctx.more, d, g)  # noqa: E731
            return *by_autograd(f, (x, weight, bias), (dout,), wanted), None, None, None
        dx = _correlate(dout, weight, None, x.shape[2:], layer) if wanted[0] else None
        dweight = _weight_gradient(x, dout, layer) if wanted[1] else None
        return dx, dweight, dout.sum(dim=(0, 2, 3)) if wanted[2] else None, None, None, None
