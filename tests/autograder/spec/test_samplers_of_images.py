"""Samplers whose numbers look right one by one, and know of each other: they lose points, and independent ones do not."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from autograder.checking.assess import assess
from autograder.spec import catalogue

SEED = 5


def in_pairs(n: int, generator: torch.Generator) -> Tensor:
    """One number for two neighbours."""
    return torch.rand((n + 1) // 2, generator=generator).repeat_interleave(2)[:n]


def in_strata(n: int, generator: torch.Generator) -> Tensor:
    """One number from each n-th of the range, in a random order: exactly so many in any part of it."""
    return (torch.randperm(n, generator=generator) + torch.rand(n, generator=generator)) / n


def started_anew(n: int, generator: torch.Generator) -> Tensor:
    """The generator's first numbers, at every call."""
    return torch.rand(n, generator=torch.Generator().manual_seed(generator.initial_seed()))


def without_ends(n: int, generator: torch.Generator) -> Tensor:
    return 0.05 + 0.9 * torch.rand(n, generator=generator)


def independent(n: int, generator: torch.Generator) -> Tensor:
    return torch.rand(n, generator=generator)


Numbers = Callable[[int, torch.Generator], Tensor]


def flips(numbers: Numbers) -> Callable[..., Tensor]:
    def random_flip(x: Tensor, p: float, generator: torch.Generator) -> Tensor:
        return torch.where(numbers(len(x), generator)[:, None, None, None] < p, x.flip(-1), x)

    return random_flip


def crops(numbers: Numbers) -> Callable[..., Tensor]:
    def random_crop(x: Tensor, size: tuple[int, int], generator: torch.Generator) -> Tensor:
        spare = [n - k + 1 for n, k in zip(x.shape[2:], size, strict=True)]
        top, left = ((numbers(len(x), generator) * s).long().tolist() for s in spare)
        places = zip(x, top, left, strict=True)
        return torch.stack([image[:, t : t + size[0], w : w + size[1]] for image, t, w in places])

    return random_crop


def jitters(numbers: Numbers) -> Callable[..., Tensor]:
    def color_jitter(x: Tensor, brightness: float, contrast: float, generator: torch.Generator) -> Tensor:
        b, c = (1 + s * (2 * numbers(len(x), generator)[:, None, None, None] - 1) for s in (brightness, contrast))
        y = b * x
        middle = y.mean(dim=(1, 2, 3), keepdim=True)
        return (middle + c * (y - middle)).clamp(0, 1)

    return color_jitter


def drops(numbers: Numbers) -> Callable[..., Tensor]:
    def dropout2d(x: Tensor, p: float, train: bool, generator: torch.Generator) -> Tensor:
        if not train:
            return x
        rows = [numbers(x.shape[1], generator) for _ in x]
        return x * (torch.stack(rows) >= p).to(x.dtype)[:, :, None, None] / (1 - p)

    return dropout2d


MADE: dict[str, Any] = {"random_flip": flips, "random_crop": crops, "color_jitter": jitters, "dropout2d": drops}


@pytest.mark.parametrize("numbers", [in_pairs, in_strata, started_anew])
@pytest.mark.parametrize("exercise", MADE)
def test_draws_that_know_of_each_other_lose_points(exercise: str, numbers: Numbers) -> None:
    found = assess(catalogue.find(exercise), MADE[exercise](numbers), SEED, [])
    assert found.points < found.max_points


@pytest.mark.parametrize("exercise", MADE)
def test_independent_draws_lose_none(exercise: str) -> None:
    found = assess(catalogue.find(exercise), MADE[exercise](independent), SEED, [])
    assert found.points == found.max_points, found.rows


def test_a_range_without_its_ends_loses_points() -> None:
    found = assess(catalogue.find("color_jitter"), jitters(without_ends), SEED, [])
    assert found.points < found.max_points
