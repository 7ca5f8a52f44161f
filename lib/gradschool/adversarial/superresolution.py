"""Small images into large ones: shuffled channels, and pyramids of what each scale adds."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor


def pixel_shuffle(
    x: Float[Tensor, "batch channels_and_places height width"], r: int
) -> Float[Tensor, "batch channels taller wider"]:
    """Turn r² channels into the r×r pixels of one: (batch, c r², h, w) becomes (batch, c, r h, r w).

    Channel c r² + i r + j becomes the pixels in row i and column j of each block of channel c. The numbers stay: only
    their places change.

    Raises:
        ValueError: a number of channels that r² does not divide.

    Source: Shi et al. (2016), Real-time single image and video super-resolution using an efficient sub-pixel
        convolutional neural network, eq. 4; with the order of channels that torch has.
    """
    batch, channels, height, width = x.shape
    if r < 1 or channels % (r * r):
        raise ValueError(f"the number of channels is a multiple of r² = {r * r}; got {channels}")
    blocks = x.reshape(batch, channels // (r * r), r, r, height, width)
    return blocks.permute(0, 1, 4, 2, 5, 3).reshape(batch, channels // (r * r), r * height, r * width)


def down(x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch channels half_height half_width"]:
    """Half the height and width: each pixel is the mean of four."""
    batch, channels, height, width = x.shape
    if height % 2 or width % 2:
        raise ValueError(f"an image to be halved has even sides; got {height}×{width}")
    return x.reshape(batch, channels, height // 2, 2, width // 2, 2).mean(dim=(3, 5))


def up(x: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch channels taller wider"]:
    """Twice the height and width: each pixel four times."""
    return x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)


def laplacian_pyramid(
    x: Float[Tensor, "batch channels height width"], levels: int
) -> list[Float[Tensor, "batch channels _h _w"]]:
    """What each scale adds to the next coarser one, finest first; the last entry is the coarsest image itself.

    Args:
        x: sides that 2 divides `levels` - 1 times.
        levels: entries of the pyramid; 1 gives the image alone.

    Raises:
        ValueError: no level, or sides that cannot be halved so often.

    Source: Burt & Adelson (1983), The Laplacian pyramid as a compact image code, with means of four for their
        weighting; Denton, Chintala, Szlam & Fergus (2015), section 2.2.
    """
    if levels < 1:
        raise ValueError(f"a pyramid has at least one level; got {levels}")
    entries = []
    for _ in range(levels - 1):
        coarse = down(x)
        entries.append(x - up(coarse))
        x = coarse
    return [*entries, x]


def reconstruct_from_pyramid(
    pyramid: Sequence[Float[Tensor, "batch channels _h _w"]],
) -> Float[Tensor, "batch channels _h _w"]:
    """The image that a pyramid was made of: from the coarsest entry up, doubled and the next detail added.

    Raises:
        ValueError: a pyramid without entries.
    """
    if not pyramid:
        raise ValueError("a pyramid has at least one entry")
    x = pyramid[-1]
    for detail in reversed(pyramid[:-1]):
        x = up(x) + detail
    return x


# The same in torch: nn.PixelShuffle(r); F.avg_pool2d(x, 2) and F.interpolate(x, scale_factor=2) for a pyramid's steps.
