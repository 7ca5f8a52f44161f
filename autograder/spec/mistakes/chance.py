"""Answers that draw: for whom a number is drawn, from which distribution, and from which source of chance."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from autograder.spec.mistakes.common import IGNORES_THE_GENERATOR, writes_into
from autograder.spec.mistakes.mistake import Mistake

ONE_FOR_THE_BATCH = Mistake(
    "one-draw-for-the-batch",
    "draws once for the whole batch: {all_alike}",
    (
        "Does the same happen to the first and to the second sample, each time?",
        "How many numbers must be drawn for a batch of 128 samples?",
    ),
)
ONE_FOR_THE_SAMPLE = Mistake(
    "one-draw-for-the-sample",
    "draws one number for each sample: {all_alike}",
    ("Along which axes does one number of yours count for everything?",),
)
ONE_FOR_BOTH = Mistake(
    "one-draw-for-both",
    "uses one number for {both}",
    ("Which combinations of the two can never come up in your answer?",),
)
TAKES_P_FOR_THE_REST = Mistake(
    "p-for-the-rest",
    "takes p for the share that is {left}",
    ("With p = 0.75, how many {things} in four should be {changed}?",),
)
COUNTED_OUT = Mistake(
    "counted-out",
    "{changes} the same number of {things} in each call, where each is drawn by itself",
    (
        "Ten coins are tossed twice. Do five of them show heads each time?",
        "If you know of all {things} but one what became of them, is anything left to chance for the last one?",
    ),
)
NORMAL_FOR_UNIFORM = Mistake(
    "normal-for-uniform",
    "draws from a normal distribution, where a uniform one is asked",
    ("How often is a number from torch.randn larger than 0.3? What is the largest that may come up?",),
)
UNIFORM_FOR_NORMAL = Mistake(
    "uniform-for-normal",
    "draws from a uniform distribution, where a normal one is asked",
    ("Which function of torch draws from a normal distribution? What is the mean of the one that you call?",),
)
VARIANCE_FOR_DEVIATION = Mistake(
    "scales-by-the-variance",
    "multiplies by the variance, not by its root",
    (
        "If all numbers are halved, what becomes of their variance? And of their deviation?",
        "Which of the two must stand before a number that was drawn with deviation 1?",
    ),
)

Answer = Callable[..., Any]


def for_the_batch(x: Tensor) -> torch.Size:
    """The shape of what is drawn once, for all samples."""
    return x.shape[1:]


def for_the_sample(x: Tensor) -> tuple[int, ...]:
    """The shape of one number for each sample."""
    return (len(x), *[1] * (x.ndim - 1))


def global_chance(right: Answer) -> tuple[Mistake, Answer]:
    """The right way, but for its source of chance: it draws from torch's global one."""

    def answer(*args: Any) -> Any:
        return right(*(None if isinstance(a, torch.Generator) else a for a in args))

    return IGNORES_THE_GENERATOR, answer


def in_place(right: Answer, what: str, name: str) -> tuple[Mistake, Answer]:
    """The right way, but that it writes its result into its first argument."""
    return writes_into(what, name), lambda x, *others: x.copy_(right(x, *others))


def counted_out(x: Tensor, p: float, generator: Any) -> Tensor:
    """Where exactly the share p of all elements lies, in random order."""
    order = torch.randperm(x.numel(), generator=generator).reshape(x.shape)
    return order < round(p * x.numel())
