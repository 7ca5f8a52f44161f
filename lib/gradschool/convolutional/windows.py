"""What convolution and pooling share: all windows of an image as one strided view, and the way back."""

from collections.abc import Sequence

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
        kernel, stride, padding, dilation: as in `conv2d`, along this axis; the padding is added at both ends.

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


def windows(
    x: Shaped[Tensor, "batch channels *image"], kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> Shaped[Tensor, "batch channels *positions_then_kernel"]:
    """Every window that a kernel sees: (batch, channels, *positions, *kernel). A view: no number is copied.

    `unfold` cuts one axis into overlapping pieces by strides alone; the slice leaves the gaps of a dilated kernel out.
    """
    axes = zip(kernel, stride, dilation, strict=True)
    for axis, (k, s, d) in enumerate(axes, start=2):
        x = x.unfold(axis, d * (k - 1) + 1, s)[..., ::d]
    return x


def overlap_add(
    parts: Shaped[Tensor, "batch channels rows columns kernel_height kernel_width"],
    size: tuple[int, int],
    stride: Sequence[int],
    dilation: Sequence[int],
) -> Shaped[Tensor, "batch channels height width"]:
    """Put windows back where `windows` took them from, on an image of this size; where they overlap, they add up.

    It is the transpose of `windows`. The loop runs over the kernel's pixels: each is one shifted, strided sum.
    """
    *batch, rows, columns, kernel_height, kernel_width = parts.shape
    out = parts.new_zeros(*batch, *size)
    for i in range(kernel_height):
        down = slice(i * dilation[0], i * dilation[0] + stride[0] * (rows - 1) + 1, stride[0])
        for j in range(kernel_width):
            across = slice(j * dilation[1], j * dilation[1] + stride[1] * (columns - 1) + 1, stride[1])
            out[:, :, down, across] += parts[..., i, j]
    return out
