"""Handwritten digits as LeNet-5 wants them: 32×32 pixels, in grey values whose mean is near 0 and variance near 1."""

from typing import Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from gradschool import data

SIDE, FIELD = 28, 32  # a digit's size, and that of the field around it
PAPER, INK = -0.1, 1.175  # grey values of the background and of a full stroke


def prepared(images: Float[Tensor, "samples 1 height width"]) -> Float[Tensor, "samples 1 32 32"]:
    """Bring digits to 28×28 pixels (bilinear), in the middle of a field of 32×32, and to the paper's grey values.

    The field is larger than the digit so that the end of a stroke can lie in the middle of a 5×5 window at every level.

    Args:
        images: grey values from 0, paper, to 1, ink.

    Source:
        LeCun, Bottou, Bengio & Haffner (1998), sections II.B and III.A.
    """
    grown = F.interpolate(images, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
    margin = (FIELD - SIDE) // 2
    return PAPER + (INK - PAPER) * F.pad(grown, (margin,) * 4)


def scans(
    split: Literal["stratified", "other writers"] = "stratified", dtype: torch.dtype = torch.float64
) -> data.Split:
    """The 1,797 real scans of `data.digits`, prepared; in double precision, so that results can be repeated."""
    train, test = data.digits(split, images=True)
    return data.Split(*(data.Labelled(prepared(part.x).to(dtype), part.y) for part in (train, test)))


def mnist_scans(train: int = 8000, test: int = 2000) -> data.Split:
    """The first so many of MNIST's 10,000 held-out digits to learn from, and the next so many to test, prepared.

    Only files in the folder `GRADSCHOOL_DATA` are used.

    Raises:
        DataNotAvailable: they are not there.
        ValueError: more digits asked for than there are.
    """
    images, classes = data.mnist(train=False, fetch=False)
    if train + test > len(classes):
        raise ValueError(f"{train} and {test} digits were asked for; there are {len(classes)}")
    x = prepared(images[: train + test])
    return data.Split(
        data.Labelled(x[:train], classes[:train]), data.Labelled(x[train:], classes[train : train + test])
    )
