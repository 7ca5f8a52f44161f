"""What can be said of a case: of the plain values in it, of shapes, of the numbers in its tensors."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.checking.expectation import Expectation

Numbers = Sequence[float]


class Tier(IntEnum):
    """What a property is about: the simplest to understand comes first."""

    LEFT_OUT = 0
    VALUE = 1  # an argument's plain value
    SHAPE = 2
    EQUAL = 3  # two sizes or two arguments, which hides that one was taken for the other
    NUMBERS = 4  # in a tensor
    RELATION = 5  # of an argument to a size
    EXTREME = 6


@dataclass(frozen=True)
class Property:
    """Something that is so on some of the cases.

    Attributes:
        tier: what it is about.
        words: "`padding` is 0".
        cases: on which it is so.
        special: whether it singles out a value that formulas treat in a way of its own: 0, 1, nothing, one row.
        subject: of what it speaks: "padding".
    """

    tier: Tier
    words: str
    cases: frozenset[int]
    special: bool
    subject: str


Found = Iterator[tuple[Tier, str, bool, str]]


@lru_cache(maxsize=16)
def properties(expectation: Expectation) -> list[Property]:
    """All that is so on some cases and not on others; the simplest first."""
    every: dict[tuple[Tier, str, bool, str], set[int]] = {}
    number = len(expectation.cases.all)
    for i in range(number):
        for each in _of_case(expectation, i):
            every.setdefault(each, set()).add(i)
    told = [
        Property(tier, words, frozenset(so), special, subject)
        for (tier, words, special, subject), so in every.items()
        if len(so) < number
    ]
    return sorted(told, key=lambda p: p.tier)


def _of_case(expectation: Expectation, case: int) -> Found:
    everywhere = set.intersection(*map(set, expectation.arguments))  # what some cases lack tells them apart anyway
    arguments = {name: v for name, v in expectation.arguments[case].items() if name in everywhere}
    for name in expectation.left_out[case]:
        yield Tier.LEFT_OUT, f"`{name}` is left out", True, name
    for name, value in arguments.items():
        yield from _of_value(name, value)
    yield from _relations(arguments)
    if expectation.cases.extreme(case):
        yield Tier.EXTREME, "the inputs are extreme", True, ""


def _of_value(name: str, value: Any) -> Found:
    if value is None or isinstance(value, bool | str):
        yield Tier.VALUE, f"`{name}` is {value!r}", True, name
    elif isinstance(value, int | float):
        yield from _of_number(name, value)
    elif isinstance(value, Tensor):
        yield from _of_tensor(name, value)
    elif isinstance(value, list | tuple):
        yield from _of_list(name, value)


def _of_number(name: str, value: float) -> Found:
    if isinstance(value, int) or value in (0, 1):  # drawn anew for each case, real numbers single out none
        yield Tier.VALUE, f"`{name}` is {value:g}", value in (0, 1), name
    if value != 0:
        yield Tier.VALUE, f"`{name}` is {'negative' if value < 0 else 'positive'}", False, name
    if isinstance(value, int):
        yield Tier.VALUE, f"`{name}` is {'odd' if value % 2 else 'even'}", False, name


def _of_list(name: str, values: Sequence[Any]) -> Found:
    if len(values) < 2:  # any other number of entries is chance
        yield Tier.SHAPE, f"`{name}` has {'one entry' if values else 'no entries'}", True, name
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if numbers and len(numbers) == len(values):
        yield from _of_numbers(name, np.asarray(numbers, np.float64))
    rows = [v for v in values if isinstance(v, list | tuple) and len(v) > 1 and all(isinstance(x, int) for x in v)]
    if rows and len(rows) == len(values):
        for i, column in enumerate(zip(*rows, strict=False)):
            if set(column) == {1}:
                yield Tier.VALUE, f"all `{name}[…][{i}]` are 1", True, name
    tensors = [v for v in values if isinstance(v, Tensor)]
    if tensors and len(tensors) == len(values):
        if len({tuple(v.shape) for v in tensors}) == 1:
            yield Tier.SHAPE, f"all tensors in `{name}` have one shape", False, name
        yield from _of_numbers(name, torch.cat([v.detach().double().flatten() for v in tensors]).numpy())


def _of_tensor(name: str, value: Tensor) -> Found:
    if value.numel() == 0:
        yield Tier.SHAPE, f"`{name}` is empty", True, name
        return
    yield Tier.SHAPE, f"`{name}` has {value.ndim} {'axis' if value.ndim == 1 else 'axes'}", False, name
    for axis, size in enumerate(value.shape):
        if size == 1:
            what = f"`{name}` has one row" if value.ndim == 2 and axis == 0 else f"`{name}.shape[{axis}]` is 1"
            yield Tier.SHAPE, what, True, name
        if value.ndim > 2 and axis > 1:
            yield Tier.SHAPE, f"`{name}.shape[{axis}]` is {'odd' if size % 2 else 'even'}", False, name
    if value.ndim > 1 and value.ndim != 3 and value.shape[-1] == value.shape[-2]:  # of three, the last two seldom match
        yield Tier.EQUAL, f"the last two sizes of `{name}` are equal", value.ndim > 3, name
    if value.dtype.is_floating_point or not value.dtype.is_complex:
        yield from _of_numbers(name, value.detach().double().numpy())


def _of_numbers(name: str, numbers: np.ndarray[Any, np.dtype[np.float64]]) -> Found:
    looks: Mapping[str, Callable[[], Any]] = {
        "holds nothing but zeros": lambda: (numbers == 0).all(),
        "holds one number throughout": lambda: numbers.size > 1 and (numbers == numbers.flat[0]).all(),
        "holds negative numbers": lambda: (numbers < 0).any(),
        "holds equal numbers": lambda: len(np.unique(numbers)) < numbers.size,
        "holds a 0": lambda: (numbers == 0).any(),
    }
    for words, so in looks.items():
        if numbers.size and so():
            yield Tier.NUMBERS, f"`{name}` {words}", "nothing" in words or "throughout" in words, name


def _relations(arguments: Mapping[str, Any]) -> Found:
    plain = {n: v for n, v in arguments.items() if isinstance(v, int) and not isinstance(v, bool)}
    names = list(plain)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            if plain[a] == plain[b]:
                yield Tier.EQUAL, f"`{a}` equals `{b}`", True, f"{a} and {b}"
    tensors = {n: v for n, v in arguments.items() if isinstance(v, Tensor) and v.ndim}
    for (a, x), (b, y) in combinations(tensors.items(), 2):
        if x.numel() == y.numel() > 0:
            yield Tier.EQUAL, f"`{a}` and `{b}` have equally many entries", True, f"{a} and {b}"
    for name, value in arguments.items():
        for a, number in plain.items() if isinstance(value, Tensor) else ():
            for axis, size in enumerate(value.shape):
                if number > 1 and axis > 1 and size % number == 0:
                    yield Tier.EQUAL, f"`{a}` divides `{name}.shape[{axis}]`", False, f"{a} and {name}"
                if number >= size > 1:
                    yield Tier.RELATION, f"`{a}` is at least `{name}.shape[{axis}]`", False, f"{a} and {name}"
