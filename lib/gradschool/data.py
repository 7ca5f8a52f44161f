"""Data sets: real ones that need no network, larger ones from files, and planar ones whose generator is the lesson.

Images are floats from 0 (dark) to 1, batch first, channels before height and width. Classes are integers.
"""

import math
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from PIL import Image
from torch import Tensor

from gradschool.idx import FASHION_MNIST, MNIST, BadIDX, DataNotAvailable, Source, find, read_idx

__all__ = [
    "BadIDX",
    "DataNotAvailable",
    "Labelled",
    "Split",
    "digits",
    "fashion_mnist",
    "mnist",
    "photograph",
    "planar",
    "read_idx",
]


class Labelled(NamedTuple):
    """Samples and their classes."""

    x: Float[Tensor, "samples ..."]
    y: Int[Tensor, " samples"]


class Split(NamedTuple):
    """Samples to learn from, and samples held out."""

    train: Labelled
    test: Labelled


def digits(split: Literal["stratified", "other writers"] = "stratified", images: bool = False) -> Split:
    """1,797 handwritten digits of 8×8 pixels, scanned from the forms of 13 people.

    Args:
        split: "stratified" holds out 360 test samples with the same share of each class, always the same ones; the
            people who wrote them are in the training set too. "other writers" holds out the last 360 samples in file
            order, which other people wrote.
        images: shape (samples, 1, 8, 8) instead of (samples, 64).

    Source:
        Alpaydin & Kaynak (1998), Optical recognition of handwritten digits, UCI Machine Learning Repository; the part
        that scikit-learn ships, and the split that its `train_test_split` draws with `random_state=0`.
    """
    # a file of our own: scikit-learn takes longer to import than torch (`scans/LICENSE`)
    with resources.files("gradschool").joinpath("scans", "digits.npz").open("rb") as file:
        stored = dict(np.load(file))
    pixels, classes = stored["pixels"], stored["classes"]  # (1797, 64), 0 … 16; (1797,)
    if split == "stratified":
        chosen = [stored["train"], stored["test"]]
    elif split == "other writers":
        chosen = np.split(np.arange(len(classes)), [-360])
    else:
        raise ValueError(f'split is "stratified" or "other writers", not {split!r}')
    x = torch.from_numpy(pixels).float() / 16
    x = x.reshape(-1, 1, 8, 8) if images else x
    y = torch.from_numpy(classes).long()
    train, test = (torch.from_numpy(indices.astype(np.int64)) for indices in chosen)
    return Split(Labelled(x[train], y[train]), Labelled(x[test], y[test]))


def photograph(name: Literal["china", "flower"] = "china") -> Float[Tensor, "3 height width"]:
    """A colour photograph of 427×640 pixels: a temple in China, or a flower. Ships with scikit-learn."""
    if name not in ("china", "flower"):
        raise ValueError(f'the photographs are "china" and "flower", not {name!r}')
    # the file where `sklearn.datasets.load_sample_image` finds it, without the import of scikit-learn
    sklearn = find_spec("sklearn")
    if sklearn is None or sklearn.origin is None:
        raise ModuleNotFoundError("the photographs ship with scikit-learn, which is missing: pip install scikit-learn")
    with Image.open(Path(sklearn.origin).parent / "datasets" / "images" / f"{name}.jpg") as image:
        pixels = torch.from_numpy(np.array(image))  # (height, width, 3), 0 … 255
    return pixels.permute(2, 0, 1).float() / 255


def mnist(train: bool = True, fetch: bool = True) -> Labelled:
    """MNIST: 60,000 handwritten digits of 28×28 pixels to learn from, or 10,000 held out.

    Args:
        train: the ones to learn from, or those held out.
        fetch: whether files that are not in the folder `GRADSCHOOL_DATA` may come over the network.

    Raises:
        DataNotAvailable: neither in the folder `GRADSCHOOL_DATA` nor to be fetched; the message says what to do.
        BadIDX: the files are damaged.

    Source:
        LeCun, Bottou, Bengio & Haffner (1998).
    """
    return _images_and_classes(MNIST, train, fetch)


def fashion_mnist(train: bool = True, fetch: bool = True) -> Labelled:
    """Fashion-MNIST: photographs of clothing in MNIST's format, 60,000 to learn from, or 10,000 held out.

    Args:
        train, fetch: as for `mnist`.

    Raises:
        DataNotAvailable, BadIDX: as for `mnist`.

    Source:
        Xiao, Rasul & Vollgraf (2017).
    """
    return _images_and_classes(FASHION_MNIST, train, fetch)


def _images_and_classes(source: Source, train: bool, fetch: bool) -> Labelled:
    part = "train" if train else "t10k"
    images_file = find(source, f"{part}-images-idx3-ubyte.gz", fetch)
    classes_file = find(source, f"{part}-labels-idx1-ubyte.gz", fetch)
    images, classes = read_idx(images_file), read_idx(classes_file)
    if images.dtype != torch.uint8 or images.ndim != 3:
        raise BadIDX(f"{images_file} holds no grey images, but {images.dtype} of shape {tuple(images.shape)}")
    if classes.dtype != torch.uint8 or classes.ndim != 1:
        raise BadIDX(f"{classes_file} holds no classes, but {classes.dtype} of shape {tuple(classes.shape)}")
    if len(images) != len(classes):
        raise BadIDX(f"{images_file} holds {len(images)} images and {classes_file} {len(classes)} classes")
    return Labelled(images.unsqueeze(1).float() / 255, classes.long())


PlanarSet = Literal["moons", "spirals", "flower", "rings", "xor"]


def planar(name: PlanarSet, n: int, generator: torch.Generator, noise: float = 0.1) -> Labelled:
    """Two classes of points in the plane that no straight line parts.

    Args:
        name: "moons": two half circles that reach into each other; "spirals": two arms of one and a half turns;
            "flower": petals of alternating class; "rings": a ring around a disc; "xor": opposite quadrants.
        n: number of points; the classes' sizes differ by at most one.
        generator: where chance comes from.
        noise: standard deviation of what is added to each coordinate; the sets reach out to about 1.

    Returns:
        Points (n, 2) in float32, and classes 0 and 1, in random order.
    """
    if name not in _PLANAR:
        raise ValueError(f"the planar sets are {', '.join(_PLANAR)}; not {name!r}")
    if n < 1 or noise < 0:
        raise ValueError(f"n is at least 1 and noise at least 0; got n={n}, noise={noise}")
    y = (torch.arange(n) % 2)[torch.randperm(n, generator=generator)]
    u, v = torch.rand(2, n, generator=generator)
    points = torch.stack(_PLANAR[name](u, v, y), dim=1)
    return Labelled(points + noise * torch.randn(n, 2, generator=generator), y)


def _moons(u: Tensor, v: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    angle, sign = math.pi * u, 1 - 2 * y
    return sign * (angle.cos() * 0.65 - 0.33), sign * (angle.sin() * 0.65 - 0.16)


def _spirals(u: Tensor, v: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    radius = 0.1 + 0.9 * u.sqrt()  # the root keeps the points equally dense along the arm
    angle = 3 * math.pi * radius + math.pi * y
    return radius * angle.cos(), radius * angle.sin()


def _flower(u: Tensor, v: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    petal = 2 * (3 * v).floor() + y  # six petals in turn
    offset = 2 * u - 1  # from one edge of the petal to the other
    angle = (petal + 0.45 * offset) * math.pi / 3
    radius = 0.15 + 0.85 * (math.pi / 2 * offset).cos()
    return radius * angle.cos(), radius * angle.sin()


def _rings(u: Tensor, v: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    radius = torch.where(y == 1, 0.8 + 0.2 * v, 0.4 * v.sqrt())
    return radius * (2 * math.pi * u).cos(), radius * (2 * math.pi * u).sin()


def _xor(u: Tensor, v: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    side = torch.where(v > 0.5, 1.0, -1.0)
    return side * u, side * (1 - 2 * y) * (2 * v - 1).abs()


_PLANAR = {"moons": _moons, "spirals": _spirals, "flower": _flower, "rings": _rings, "xor": _xor}
