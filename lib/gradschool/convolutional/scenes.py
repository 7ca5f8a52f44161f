"""Digits scattered on a canvas, with their boxes, classes and masks: a detection problem made of real scans."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from gradschool.data import Labelled

INK = 0.25  # a pixel darker than this belongs to its digit


class Scene(NamedTuple):
    """One canvas and what is on it.

    Attributes:
        image: (1, side, side), from 0 to 1.
        boxes: (objects, 4), x1, y1, x2, y2 in pixels, tight around each digit's ink.
        kinds: (objects,), the digits.
        masks: (objects, side, side), the pixels of each digit.
    """

    image: Float[Tensor, "1 side side"]
    boxes: Float[Tensor, "objects 4"]
    kinds: Int[Tensor, " objects"]
    masks: Float[Tensor, "objects side side"]


def scene(
    digits: Labelled,
    generator: torch.Generator,
    side: int = 40,
    most: int = 4,
    noise: float = 0.05,
    touch: int = 2,
    least: int = 10,
    largest: int = 16,
) -> Scene:
    """Draw one canvas with 1 to `most` digits, which may come as near as to share `touch` pixels.

    Args:
        digits: images (samples, 1, height, width) and classes to draw from.
        generator: where chance comes from.
        side: of the canvas, in pixels.
        most: digits at the most; fewer where no room is found.
        noise: standard deviation of what is added to every pixel.
        touch: two boxes may share a strip of so many pixels, and no more.
        least, largest: side to which a scan of 8×8 pixels grows; the digit on it is narrower.
    """
    canvas = torch.zeros(side, side)
    boxes: list[list[int]] = []
    kinds: list[int] = []
    masks: list[Tensor] = []

    def _whole(low: int, high: int) -> int:
        return int(torch.randint(low, high, (), generator=generator))

    wanted = _whole(1, most + 1)
    for _ in range(5 * most):
        if len(boxes) == wanted:
            break
        k = _whole(0, len(digits.y))
        ink = _cut(_resized(digits.x[k], _whole(least, largest + 1)))
        height, width = ink.shape
        top, left = _whole(0, side - height + 1), _whole(0, side - width + 1)
        box = [left, top, left + width, top + height]
        if any(_shared(box, other) > touch for other in boxes):
            continue
        mask = torch.zeros(side, side)
        mask[top : top + height, left : left + width] = (ink > INK).float()
        place = canvas[top : top + height, left : left + width]
        place.copy_(torch.maximum(place, ink))
        boxes.append(box)
        kinds.append(int(digits.y[k]))
        masks.append(mask)
    canvas = (canvas + noise * torch.randn(side, side, generator=generator)).clamp(0, 1)
    return Scene(canvas[None], torch.tensor(boxes).float(), torch.tensor(kinds), torch.stack(masks))


def scenes(digits: Labelled, n: int, seed: int, **settings: float) -> list[Scene]:
    """`n` canvases from one seed."""
    chance = torch.Generator().manual_seed(seed)
    return [scene(digits, chance, **settings) for _ in range(n)]  # type: ignore[arg-type]


def _resized(image: Tensor, side: int) -> Tensor:
    return F.interpolate(image[None], size=(side, side), mode="bilinear", align_corners=False)[0, 0]


def _cut(image: Tensor) -> Tensor:
    """The rectangle that holds the ink."""
    rows, columns = ((image > INK).any(dim=d).nonzero().flatten() for d in (1, 0))
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _shared(a: list[int], b: list[int]) -> int:
    """Width of the strip that two boxes share, the narrower way; negative where they are apart."""
    return min(min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1]))
