"""Seeded random inputs: the only source of chance in a spec."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class Chance:
    """Stands for a `torch.Generator` argument: each call of an answer gets a fresh one with this seed."""

    seed: int

    def generator(self) -> torch.Generator:
        return torch.Generator().manual_seed(self.seed)


@dataclass(frozen=True)
class Made:
    """Stands for an argument that a function of the question makes from data: each call of an answer gets a fresh one.

    `maker` stands at the top of the spec's upper half, so that it is found by its name where the answer is called.
    """

    maker: Callable[..., Any]
    args: tuple[Any, ...]

    def made(self) -> Any:
        return self.maker(*self.args)


def made(maker: Callable[..., Any], *args: Any) -> Made:
    """An argument that is no data: `maker(*args)`, made anew for each call."""
    return Made(maker, args)


class Draw:
    """Draws float64 tensors and integers from one seed, the same at every call with that seed."""

    def __init__(self, seed: int):
        self._generator = torch.Generator().manual_seed(seed % 2**63)

    def normal(self, *shape: int) -> Tensor:
        """Standard normal, float64."""
        return torch.randn(shape, generator=self._generator, dtype=torch.float64)

    def normals(self, count: int, *shape: int) -> list[Tensor]:
        """Several of them, one for each step of an update."""
        return [self.normal(*shape) for _ in range(count)]

    def uniform(self, low: float, high: float, *shape: int) -> Tensor:
        """Uniform in [low, high), float64."""
        return low + (high - low) * torch.rand(shape, generator=self._generator, dtype=torch.float64)

    def away_from_zero(self, *shape: int, gap: float = 0.1) -> Tensor:
        """Normal, pushed outwards by `gap`, so that no entry lies near a kink at 0."""
        x = self.normal(*shape)
        return x + gap * torch.where(x < 0, -1.0, 1.0).to(x)

    def integers(self, low: int, high: int, *shape: int) -> Tensor:
        """Whole numbers from low to high - 1, int64."""
        return torch.randint(low, high, shape, generator=self._generator)

    def integer(self, low: int, high: int) -> int:
        """One Python int from low to high - 1."""
        return int(self.integers(low, high).item())

    def labels(self, classes: int, n: int) -> Tensor:
        """n class labels in which every class occurs if there is room for it, shuffled."""
        every = torch.cat([torch.arange(classes), self.integers(0, classes, max(n - classes, 0))])
        return every[self.permutation(len(every))][:n]

    def permutation(self, n: int) -> Tensor:
        """A random order of 0 … n - 1."""
        return torch.randperm(n, generator=self._generator)

    def chance(self) -> Chance:
        """A `torch.Generator` for the answer, fresh and equally seeded at every call."""
        return Chance(self.integer(0, 2**31))
