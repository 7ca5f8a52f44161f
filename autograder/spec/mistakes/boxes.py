"""Boxes and detections: what four numbers say, what overlap is divided by, and in which order scores are taken."""

import torch
from torch import Tensor

from autograder.spec.mistakes.mistake import Mistake

ANOTHER_FORMAT = Mistake(
    "corners-for-centres",
    "takes {one} for {other}",
    ("Which four numbers make a box in this notebook, and where do they lie on it?",),
)
NOT_BY_THE_UNION = Mistake(
    "overlap-not-by-union",
    "divides the overlap by {what}, not by the area of the union",
    (
        "What do you get for a box and itself? And for a small box within a large one?",
        "Which points belong to the union of two boxes?",
    ),
)
LOWEST_SCORE_FIRST = Mistake(
    "lowest-score-first",
    "begins with the lowest score",
    (
        "Which detection counts for most, and when does yours look at it?",
        "Which way does `argsort` sort unless it is told?",
    ),
)
UNSORTED = Mistake(
    "scores-unsorted",
    "takes the detections in the order in which they come",
    ("Which detections count when only the best three are shown? Does your answer know?",),
)


def corners_of_overlap(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Left upper and right lower corner of what every box of `a` shares with every one of `b`."""
    return torch.maximum(a[:, None, :2], b[:, :2]), torch.minimum(a[:, None, 2:], b[:, 2:])


def area(boxes: Tensor) -> Tensor:
    """Width times height, of corners along the last axis."""
    return (boxes[..., 2:] - boxes[..., :2]).prod(-1)


def overlap(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union of every box of `a` with every one of `b`."""
    low, high = corners_of_overlap(a, b)
    shared = (high - low).clamp(min=0).prod(-1)
    return shared / (area(a)[:, None] + area(b) - shared)
