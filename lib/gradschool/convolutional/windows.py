"""What convolution and pooling share: windows of an image as a strided view, the way back, borders, groups, errors."""

from collections.abc import Sequence

import torch.nn.functional as F
from jaxtyping import Shaped
from torch import Tensor

Size = int | Sequence[int]  # one number for all axes, or one for each


def each_axis(value: Size, axes: int = 2) -> tuple[int, ...]:
    """One number for each axis: 3 becomes (3, 3).

    Raises:
        ValueError: neither a number nor as many as there are axes.
    """
    sizes = (value,) * axes if isinstance(value, int) else tuple(value)
    if len(sizes) != axes:
        raise ValueError(f"expected one whole number, or {axes} of them, one for each axis; got {value!r}")
    return sizes


def conv_output_size(n: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """How many positions a kernel finds along one axis: ⌊(n + 2p - d (k - 1) - 1) / s⌋ + 1.

    Args:
        n: size of the image along the axis.
        kernel, stride, padding: as in `conv2d`, along this axis; the padding is added at both ends.
        dilation: distance between the pixels that neighbouring weights meet.

    Raises:
        ValueError: a size below 1 or a negative padding; a kernel that is wider than the padded image.

    Source:
        Dumoulin & Visin (2016), A guide to convolution arithmetic, relationship 6, with dilation.
    """
    if min(n, kernel, stride, dilation) < 1 or padding < 0:
        raise ValueError(
            f"sizes, stride and dilation are at least 1, padding at least 0; got image {n}, kernel {kernel}, "
            f"stride {stride}, padding {padding}, dilation {dilation}"
        )
    reach = dilation * (kernel - 1) + 1  # from the kernel's first pixel to its last
    if reach > n + 2 * padding:
        raise ValueError(f"a kernel that reaches over {reach} pixels does not fit into {n} with padding {padding}")
    return (n + 2 * padding - reach) // stride + 1


def conv_transpose_output_size(
    n: int, kernel: int, stride: int = 1, padding: int = 0, output_padding: int = 0, dilation: int = 1
) -> int:
    """To what size `conv_transpose2d` makes n pixels grow: (n - 1) s - 2p + d (k - 1) + 1 + output_padding.

    Raises:
        ValueError: a size below 1 or a negative padding; an output padding that is not below the stride (or the
            dilation, if that is larger): no such size would shrink back to n; a padding that cuts everything off.

    Source:
        Dumoulin & Visin (2016), relationship 14, with dilation.
    """
    if min(n, kernel, stride, dilation) < 1 or padding < 0:
        raise ValueError(
            f"sizes, stride and dilation are at least 1, padding at least 0; got image {n}, kernel {kernel}, "
            f"stride {stride}, padding {padding}, dilation {dilation}"
        )
    if not 0 <= output_padding < max(stride, dilation):
        raise ValueError(
            f"output_padding is at least 0 and below stride or dilation; got {output_padding} "
            f"for stride {stride}, dilation {dilation}"
        )
    size = (n - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1 + output_padding
    if size < 1:
        raise ValueError(f"a padding of {padding} cuts off all that a kernel of {kernel} makes of {n}: nothing is left")
    return size


def windows(
    x: Shaped[Tensor, "batch channels *image"],
    kernel_size: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int] = (1, 1),
) -> Shaped[Tensor, "batch channels *positions_then_kernel"]:
    """Every window that a kernel sees: (batch, channels, *positions, *kernel). A view: no number is copied.

    `unfold` cuts one axis into overlapping pieces by strides alone; the slice leaves the gaps of a dilated kernel out.
    """
    axes = zip(kernel_size, stride, dilation, strict=True)
    for axis, (k, s, d) in enumerate(axes, start=2):
        x = x.unfold(axis, d * (k - 1) + 1, s)[..., ::d]
    return x


def overlap_add(
    parts: Shaped[Tensor, "batch channels rows columns kernel_height kernel_width"],
    size: tuple[int, int],
    stride: Sequence[int],
    dilation: Sequence[int] = (1, 1),
) -> Shaped[Tensor, "batch channels height width"]:
    """Put windows back where `windows` took them from, on an image of this size; where they overlap, they add up.

    It is the transpose of `windows`.
    """
    return add_windows(parts.new_zeros(*parts.shape[:2], *size), parts, stride, dilation)


def add_windows(
    onto: Shaped[Tensor, "batch channels height width"],
    parts: Shaped[Tensor, "batch channels rows columns kernel_height kernel_width"],
    stride: Sequence[int],
    dilation: Sequence[int],
) -> Shaped[Tensor, "batch channels height width"]:
    """`overlap_add` onto an image that is there, in place. Returns the image.

    The loop runs over the kernel's pixels: each is one shifted, strided sum.
    """
    rows, columns, kernel_height, kernel_width = parts.shape[2:]
    for i in range(kernel_height):
        down = slice(i * dilation[0], i * dilation[0] + stride[0] * (rows - 1) + 1, stride[0])
        for j in range(kernel_width):
            across = slice(j * dilation[1], j * dilation[1] + stride[1] * (columns - 1) + 1, stride[1])
            onto[:, :, down, across] += parts[..., i, j]
    return onto


def grouped(t: Shaped[Tensor, "*axes"], axis: int, groups: int) -> Shaped[Tensor, "*more_axes"]:
    """A view in which the channels, along this axis, are two axes: (groups, channels of a group)."""
    return t.view(*t.shape[:axis], groups, t.shape[axis] // groups, *t.shape[axis + 1 :])


def padded(
    x: Shaped[Tensor, "batch channels *image"], padding: Sequence[int], value: float = 0
) -> Shaped[Tensor, "batch channels *larger"]:
    """A border of one value on both sides of each of the last axes: zeros, unless another is given."""
    return F.pad(x, [p for p in reversed(padding) for _ in range(2)], value=value)


def cropped(
    x: Shaped[Tensor, "batch channels larger_height larger_width"], padding: Sequence[int]
) -> Shaped[Tensor, "batch channels height width"]:
    """Take the padding of the last two axes off again."""
    (top, left), (height, width) = padding, x.shape[2:]
    return x[:, :, top : height - top, left : width - left]


def check_channels(
    in_channels: int, out_channels: int, expected: int, bias: Shaped[Tensor, "..."] | None, groups: int = 1
) -> None:
    """Refuse channels that do not fit together.

    Args:
        in_channels, out_channels: of the image and of the result.
        expected: input channels that the weight holds kernels for, in all groups together.
        bias: one number for each output channel, or none at all.

    Raises:
        ValueError: channels that do not divide into the groups, or are not those that the weight expects; not one bias
            for each output channel.
    """
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(
            f"{in_channels} input and {out_channels} output channels do not fall into {groups} equal groups"
        )
    if in_channels != expected:
        raise ValueError(
            f"the weight expects {expected // groups} input channels in each of {groups} groups; x has {in_channels}"
        )
    if bias is not None and bias.shape != (out_channels,):
        raise ValueError(f"expected one bias for each of {out_channels} output channels; got {tuple(bias.shape)}")


def check_gradient(dout: Shaped[Tensor, "..."], expected: Sequence[int]) -> None:
    """Refuse a gradient that has not the shape of what it belongs to.

    Raises:
        ValueError: another shape.
    """
    if dout.shape != tuple(expected):
        raise ValueError(f"dout has the shape of the result, {tuple(expected)}; got {tuple(dout.shape)}")
