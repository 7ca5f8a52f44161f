"""What is done to images before a network sees them, and to test what it makes of them."""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from gradschool.precision import wide


def to_gray(image: Float[Tensor, "*batch 3 height width"]) -> Float[Tensor, "*batch height width"]:
    """How bright an eye finds each pixel: 0.299 red + 0.587 green + 0.114 blue.

    Source: ITU-R BT.601.
    """
    return torch.einsum("...chw,c->...hw", image, image.new_tensor([0.299, 0.587, 0.114]))


def quantize(image: Float[Tensor, "*shape"], bits: int) -> Float[Tensor, "*shape"]:
    """The nearest of 2^bits evenly spaced values from 0 to 1.

    Raises:
        ValueError: no bits.
    """
    if bits < 1:
        raise ValueError(f"a pixel needs at least one bit; got {bits}")
    levels = float(2**bits - 1)
    return ((wide(image) * levels).round() / levels).to(image.dtype)


def moved(
    images: Float[Tensor, "batch channels height width"], angle: float = 0.0, scale: float = 1.0
) -> Float[Tensor, "batch channels height width"]:
    """Images turned counter-clockwise by `angle` degrees and enlarged about their middle; black comes in from outside.

    Bilinear interpolation: each new pixel asks where it came from.

    Raises:
        ValueError: a scale that is not positive.
    """
    if not scale > 0:
        raise ValueError(f"scale is positive; got {scale}")
    (height, width), a = images.shape[2:], math.radians(angle)
    cos, sin = math.cos(a) / scale, math.sin(a) / scale
    # in units of half an image: a turn of pixels needs the ratio of the sides
    rows = [[cos, -sin * height / width, 0.0], [sin * width / height, cos, 0.0]]
    wider = wide(images)  # places of pixels need more than 16 bits
    grid = F.affine_grid(wider.new_tensor([rows]).expand(len(images), 2, 3), list(images.shape), align_corners=False)
    return F.grid_sample(wider, grid, align_corners=False).to(images.dtype)


def shifted(
    images: Float[Tensor, "*batch height width"], down: int = 0, right: int = 0
) -> Float[Tensor, "*batch height width"]:
    """Images moved by whole pixels; black comes in where they came from."""
    height, width = images.shape[-2:]
    wide = F.pad(images, (max(right, 0), max(-right, 0), max(down, 0), max(-down, 0)))
    top, left = max(-down, 0), max(-right, 0)
    return wide[..., top : top + height, left : left + width]


# The same in torch: torchvision.transforms.functional has rgb_to_grayscale, posterize, rotate, affine.
