"""Pooling: windows with what students get wrong as settings, and what can go wrong where an index says the place."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.spec.mistakes.common import same
from autograder.spec.mistakes.convolution import IGNORES_THE_PADDING
from autograder.spec.mistakes.mistake import Mistake

STRIDE_OF_ONE = Mistake(
    "stride-of-one-by-default",
    "moves the window by one pixel unless told otherwise",
    ("Which stride does the task give where none is said?",),
)
ALWAYS_TOUCHING = Mistake(
    "windows-always-touch",
    "ignores the stride, and lets windows touch always",
    ("At stride 2, where does the second window of 3 begin?",),
)
TAKES_THE_LARGEST = Mistake(
    "max-for-mean", "takes the largest value of each {window}, not the mean", ("Which pooling is asked here?",)
)
TAKES_THE_MEAN = Mistake(
    "mean-for-max",
    "takes the mean of each window, where the largest is asked",
    ("Which of the two poolings does the task ask for?",),
)
ZEROS_WIN = Mistake(
    "zeros-beyond-the-border",
    "pads with zeros, which win over negative numbers",
    (
        "All pixels are negative. Which number does your answer find in the corner?",
        "With which number must the border be padded, so that it is never the largest?",
    ),
)
COLUMN_BY_COLUMN = Mistake(
    "counts-column-by-column",
    "counts the pixels column by column",
    ("In an image of 4 rows and 6 columns, where is the pixel with index 7?",),
)
HEIGHT_FOR_WIDTH = Mistake(
    "height-for-width",
    "takes height for width when it lays the pixels into rows",
    ("Which of the two numbers in `size` is the length of a row?",),
)
ONE_CANVAS = Mistake(
    "channels-on-one-canvas",
    "puts all images and channels on top of each other",
    ("An index counts the pixels of one channel. Of which one?",),
)
MARKS_PLACES = Mistake(
    "marks-places-with-ones",
    "marks the places with ones, and forgets the values",
    ("What should the result hold where the first argument is 5? And where it is zero?",),
)

Answer = Callable[..., Any]


def own_size_unless_told(k: int, stride: int | None) -> int:
    """Windows that touch, where no stride is said."""
    return stride or k


def windows(
    x: Tensor,
    k: int,
    stride: int | None = None,
    padding: int = 0,
    *,
    value: float = 0.0,
    step: Callable[[int, int | None], int] = own_size_unless_told,
    border: Callable[[int], int] = same,
) -> Tensor:
    """All windows, the right way, with what students get wrong as settings: (batch, channels, rows, columns, k, k)."""
    stride = step(k, stride)
    return F.pad(x, (border(padding),) * 4, value=value).unfold(2, k, stride).unfold(3, k, stride)


def misplaced_windows(right: Answer) -> Iterator[tuple[Mistake, Answer]]:
    """What any pooling can get wrong that takes `step` and `border` as settings."""
    yield STRIDE_OF_ONE, partial(right, step=lambda k, stride: stride or 1)
    yield ALWAYS_TOUCHING, partial(right, step=lambda k, stride: k)
    yield IGNORES_THE_PADDING, partial(right, border=lambda padding: 0)


def misread_places(placed: Answer) -> Iterator[tuple[Mistake, Answer]]:
    """What can go wrong where `placed(values, indices, size)` puts values at the places that indices say."""

    def column_by_column(values: Tensor, indices: Tensor, size: tuple[int, int]) -> Tensor:
        return placed(values, indices, size[::-1]).transpose(2, 3)  # type: ignore[no-any-return]

    def height_for_width(values: Tensor, indices: Tensor, size: tuple[int, int]) -> Tensor:
        return placed(values, indices, size).reshape(*values.shape[:2], *size[::-1])  # type: ignore[no-any-return]

    def one_canvas(values: Tensor, indices: Tensor, size: tuple[int, int]) -> Tensor:
        canvas = values.new_zeros(size[0] * size[1]).index_add(0, indices.flatten(), values.flatten())
        return canvas.reshape(size).expand(*values.shape[:2], *size).clone()

    def ones(values: Tensor, indices: Tensor, size: tuple[int, int]) -> Tensor:
        return placed(torch.ones_like(values), indices, size) + 0 * values.sum()  # type: ignore[no-any-return]

    yield COLUMN_BY_COLUMN, column_by_column
    yield HEIGHT_FOR_WIDTH, height_for_width
    yield ONE_CANVAS, one_canvas
    yield MARKS_PLACES, ones
