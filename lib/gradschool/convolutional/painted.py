"""Digits in the open: real scans in random colours on pieces of real photographs."""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from gradschool import data

SIDE = 75  # of a scene; a crop of 67 leaves room for 9 × 9 places
DIGIT = 55  # side of the square that the digit fills
SEAM = 420  # the photographs' columns to the left are for training, those to the right for testing


def scenes(
    scans: Float[Tensor, "samples 1 8 8"], generator: torch.Generator, held_out: bool = False, noise: float = 0.0
) -> Float[Tensor, "samples 3 75 75"]:
    """Paint each scan, enlarged and in a colour drawn for it, on a piece of a photograph drawn for it.

    The colour lies at least a third of the range from the piece's mean, so that the digit can be seen.

    Args:
        scans: digits as `data.digits(images=True)` has them: 0 paper, 1 ink.
        generator: where chance comes from.
        held_out: take the pieces from the part of the photographs that training scenes never show.
        noise: standard deviation of what is added to every value, as an old sensor would.

    Returns:
        Images from 0 to 1; the digit's square is `DIGIT` wide, in the middle.
    """
    n = len(scans)
    pieces = _pieces(n, generator, held_out)  # (samples, 3, 75, 75)
    pieces = 0.6 * pieces
    color = 0.7 + 0.3 * torch.rand(n, 3, 1, 1, generator=generator)
    grown = F.interpolate(scans.float(), size=(DIGIT, DIGIT), mode="bilinear", align_corners=False)
    ink = F.pad(grown, ((SIDE - DIGIT) // 2,) * 4)  # (samples, 1, 75, 75)
    painted = pieces * (1 - ink) + color * ink
    return (painted + noise * torch.randn(painted.shape, generator=generator)).clamp(0, 1)


def _pieces(n: int, generator: torch.Generator, held_out: bool) -> Float[Tensor, "samples 3 75 75"]:
    """Squares from both photographs, at half their resolution, on one side of the seam."""
    photographs = torch.stack([data.photograph("china"), data.photograph("flower")])  # (2, 3, 427, 640)
    half = photographs[..., SEAM:] if held_out else photographs[..., :SEAM]
    small = F.avg_pool2d(half, 2)
    windows = small.unfold(2, SIDE, 1).unfold(3, SIDE, 1)  # (2, 3, rows, columns, 75, 75): a view, nothing is copied
    which = torch.randint(2, (n,), generator=generator)
    row = torch.randint(windows.shape[2], (n,), generator=generator)
    column = torch.randint(windows.shape[3], (n,), generator=generator)
    return windows[which, :, row, column]
