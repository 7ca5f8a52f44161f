"""Convolutions: the right layer of any number of dimensions, with what students get wrong as settings."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.spec.mistakes.common import same
from autograder.spec.mistakes.losses import MEAN_FOR_SUM
from autograder.spec.mistakes.mistake import Mistake

FLIPS_THE_KERNEL = Mistake(
    "flips-the-kernel",
    "turns the kernel by 180 degrees",
    (
        "Deep learning says convolution and means correlation. What does the convolution of mathematics do besides?",
        "Which weight meets the first pixel of the window: the kernel's first, or its last?",
    ),
)
TRANSPOSES_THE_KERNEL = Mistake(
    "transposes-the-kernel",
    "swaps height and width of the kernel",
    ("Which axis of the kernel runs down the image? And which runs down the kernel in your answer?",),
)
AVERAGES_PRODUCTS = MEAN_FOR_SUM.worded(
    "averages {of}, where their sum is asked", "Write the sum for one output pixel. By what is it divided?"
)
FORGETS_THE_BIAS = Mistake(
    "forgets-the-bias", "forgets the bias", ("What should the layer give for an input of zeros?",)
)
IGNORES_THE_PADDING = Mistake(
    "ignores-the-padding",
    "ignores the padding",
    ("How many rows has the result by the formula for its size?", "What lies beyond the border of the image?"),
)
IGNORES_THE_STRIDE = Mistake(
    "ignores-the-stride",
    "ignores the stride",
    ("How many rows has the result by the formula for its size?", "How far apart do neighbouring windows begin?"),
)
PADDING_ON_ONE_SIDE = Mistake(
    "padding-on-one-side",
    "has the padding on one side only",
    ("By how much does an image grow when each side gets one column of zeros?", "On how many sides is there padding?"),
)
EMPTY_SLICE = Mistake(
    "empty-slice",
    "cuts the padding off with a slice that is empty where there is none",
    ("What is x[0:-0]?",),
)
PADDING_LEFT_ON = Mistake(
    "padding-left-on",
    "leaves the padding on",
    ("Which shape has x? A gradient has the shape of what it belongs to.",),
)
OVERWRITES_OVERLAPS = Mistake(
    "overwrites-overlaps",
    "lets overlapping windows overwrite each other",
    (
        "What should lie where two windows overlap? From how many windows does one pixel get something?",
        "What does `=` do to what a slice held before?",
    ),
)
HANGS_OVER_THE_BORDER = Mistake(
    "ceil-for-floor",
    "keeps a last position that hangs over the border",
    ("Lay a kernel of 3 on 8 pixels in steps of 2. Where does it begin the last time that it fits?",),
)
MISSES_THE_LAST_POSITION = Mistake(
    "misses-the-last-position",
    "never comes to the last position",
    ("On 4 pixels, how often does a kernel of 4 fit?", "What is the last number in range(5 - 3)?"),
)
LAYS_WINDOWS_SIDE_BY_SIDE = Mistake(
    "windows-side-by-side",
    "lays the kernel side by side{when}",
    ("By how many pixels does the kernel move from one place to the next?",),
)
LOOPS_OVER_IMAGES = Mistake(
    "loops-over-images",
    "loops over the images{and_more}",
    (
        "Which of your lines would not bear a batch axis?",
        "What would change in your sum or product if it had the batch axis as well?",
    ),
)
LOOPS_OVER_POSITIONS = Mistake(
    "loops-over-positions",
    "loops over the {positions}",
    (
        "A kernel has 9 pixels, an image 50,000. Over which of the two would a loop be cheap?",
        "Can all windows be laid beside each other in one tensor, without copying? Look at `Tensor.unfold`.",
    ),
)

Settings = Any  # functions of a weight, a padding, a stride


def on_all_sides(padding: int, weight: Tensor) -> Sequence[int]:
    """The padding of every axis of the kernel, before and behind."""
    return (padding,) * 2 * (weight.ndim - 2)


def along_all_axes(stride: int, weight: Tensor) -> Sequence[int]:
    """The same stride along every axis of the kernel."""
    return (stride,) * (weight.ndim - 2)


def to_channels(bias: Tensor, out: Tensor) -> Tensor:
    """The bias, shaped to meet the channels of the output."""
    return bias.reshape(-1, *[1] * (out.ndim - 2))


def turned(weight: Tensor) -> Tensor:
    """The kernels turned around along all their axes."""
    return weight.flip(*range(2, weight.ndim))


def transposed(weight: Tensor) -> Tensor:
    """The kernels with height and width swapped."""
    return weight.transpose(2, 3)


def layer(
    x: Tensor,
    weight: Tensor,
    bias: Tensor,
    stride: int | None = None,
    padding: int = 0,
    *,
    images: Callable[[Tensor], Tensor] = same,
    kernels: Callable[[Tensor], Tensor] = same,
    border: Callable[[int, Tensor], Sequence[int]] = on_all_sides,
    fill: str = "constant",
    steps: Callable[[int, Tensor], Sequence[int]] = along_all_axes,
    unless_told: Callable[[Tensor], int] = lambda weight: 1,
    added: Callable[[Tensor, Tensor], Tensor] = to_channels,
    result: Callable[[Tensor], Tensor] = same,
) -> Tensor:
    """The right way, with what students get wrong as settings."""
    x, weight = images(x), kernels(weight)
    axes = range(2, x.ndim)
    x = F.pad(x, tuple(border(padding, weight)), mode=fill)
    for axis, step in zip(axes, steps(stride or unless_told(weight), weight), strict=True):
        x = x.unfold(axis, weight.shape[axis], step)
    windows = range(len(axes) + 2, x.ndim)
    out = torch.tensordot(x, weight, dims=([1, *windows], [1, *axes])).movedim(-1, 1)
    return result(out + added(bias, out))


def without_bias(bias: Tensor, out: Tensor) -> Tensor:
    """Adds nothing: a setting for `added`."""
    return 0 * to_channels(bias, out)


def over_images(right: Callable[..., Tensor]) -> tuple[Mistake, Callable[..., Tensor]]:
    """The right layer, one image of the batch at a time."""

    def answer(x: Tensor, *others: Any) -> Tensor:
        return torch.cat([right(image[None], *others) for image in x])

    answer.__signature__ = inspect.signature(right)  # type: ignore[attr-defined]  # which arguments may be left out
    return LOOPS_OVER_IMAGES.told(and_more=" of the batch"), answer
