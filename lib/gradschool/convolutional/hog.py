"""What came before learned features: histograms of oriented gradients, for a linear classifier."""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from gradschool.precision import wide


def hog(x: Float[Tensor, "samples 1 height width"], cell: int = 8, bins: int = 9) -> Float[Tensor, "samples features"]:
    """Histograms of oriented gradients: in each cell, how much edge runs in each direction.

    The gradient at each pixel is a central difference, at the border a one-sided one of half the size. Its size is
    shared between the two bins nearest to its direction; a direction and its opposite are the same. Four cells at a
    time form a block, blocks overlap by half, and each is divided by its length, which takes the contrast out.

    Args:
        x: grey images.
        cell: side of a cell in pixels; height and width are multiples of it, two at least.
        bins: directions that are told apart in half a turn.

    Returns:
        One row for each image: (rows - 1) · (columns - 1) blocks of bins · 4 numbers.

    Raises:
        ValueError: images that do not divide into cells; a cell or a number of bins below 1.

    Source:
        Dalal & Triggs (2005), Histograms of oriented gradients for human detection (here without their weighting
        within a cell and within a block).
    """
    (height, width), x = x.shape[-2:], wide(x)
    if cell < 1 or bins < 1:
        raise ValueError(f"a cell is at least 1 pixel wide, and there is at least 1 bin; got {cell} and {bins}")
    if height % cell or width % cell or min(height, width) < 2 * cell:
        raise ValueError(f"height and width must be multiples of the cell, {cell}, two at least; got {height}×{width}")
    dx = F.pad(x, (1, 1, 0, 0), mode="replicate").diff(dim=-1)
    dy = F.pad(x, (0, 0, 1, 1), mode="replicate").diff(dim=-2)
    dx, dy = (dx[..., 1:] + dx[..., :-1]) / 2, (dy[..., 1:, :] + dy[..., :-1, :]) / 2
    size = torch.stack([dx, dy]).norm(dim=0)  # (samples, 1, height, width)
    # where nothing changes there is no direction; any will do, one with a slope
    direction = torch.remainder(torch.atan2(dy, torch.where(size > 0, dx, 1)), math.pi) / math.pi * bins
    below = direction.floor()
    share = direction - below  # of the bin above
    votes = x.new_zeros(len(x), bins, height, width)
    votes = votes.scatter_add(1, below.long() % bins, size * (1 - share))
    votes = votes.scatter_add(1, (below.long() + 1) % bins, size * share)
    cells = cell**2 * F.avg_pool2d(votes, cell)  # (samples, bins, rows, columns)
    blocks = cells.unfold(2, 2, 1).unfold(3, 2, 1)  # (samples, bins, rows - 1, columns - 1, 2, 2)
    length = (blocks.square().sum(dim=(1, 4, 5), keepdim=True) + 1e-6).sqrt()
    return (blocks / length).movedim(1, 3).flatten(1)


# The same in a library: skimage.feature.hog(image, orientations=9, pixels_per_cell=(8, 8), cells_per_block=(2, 2)).
