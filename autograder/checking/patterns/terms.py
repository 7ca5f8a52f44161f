"""What a difference or a quotient equals on every case: an argument, a size, an entry of a list, a sum.

A term is found if it fits on all cases that are wrong, three at least, and the numbers that it fits are of more than
one value: so many do not agree by chance.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.checking.expectation import Expectation

FEWEST = 3  # cases on which a term must fit
Values = Mapping[int, float]  # by case


def term(values: Values, expectation: Expectation, measured: bool = False) -> str:
    """Which term of the cases' arguments has these values, in words; "" if none has.

    Args:
        values: of each case.
        expectation: whose cases they are.
        measured: whether they are quotients of real numbers, which are no whole numbers by chance.
    """
    if len(values) < FEWEST or not _varied(values):
        return ""
    whole = all(float(v).is_integer() for v in values.values())
    if whole and not measured and len(set(values.values())) < FEWEST:
        return ""
    known = _by_words(expectation)
    first, *others = values
    for words, number in known[first].items():
        if _equal(number, values[first]) and all(_equal(known[c].get(words, np.nan), values[c]) for c in others):
            return words
    return ""


@lru_cache(maxsize=16)
def _by_words(expectation: Expectation) -> list[dict[str, float]]:
    """The terms of each case; where two have the same words, the first."""
    return [_first(terms(arguments)) for arguments in expectation.arguments]


def _first(named: Iterator[tuple[str, float]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for words, number in named:
        found.setdefault(words, number)
    return found


def _varied(values: Values) -> bool:
    numbers = list(values.values())
    return bool(np.isfinite(numbers).all()) and not np.allclose(numbers, numbers[0], rtol=1e-4)


def _equal(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-12)


def terms(arguments: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """All terms of one case's arguments, the simplest first."""
    plain = {n: v for n, v in arguments.items() if isinstance(v, int | float) and not isinstance(v, bool)}
    lists = {n: v for n, v in arguments.items() if isinstance(v, list | tuple) and v}
    tensors = {n: v for n, v in arguments.items() if isinstance(v, Tensor) and v.numel()}
    for name, number in plain.items():
        yield f"`{name}`", number
    for name, values in lists.items():
        yield from _of_list(name, values)
        yield from _of_tensors(name, values, plain)
    for name, tensor in tensors.items():
        yield from _of_sizes(name, tensor)
    for name, number in plain.items():
        yield from _of_number(name, number)
    for name, tensor in tensors.items():
        if tensor.is_floating_point():
            yield from _of_tensor(name, tensor.detach().double().numpy())
        elif not tensor.is_complex():
            yield from _of_marks(name, tensor)
    for (a, x), (b, y) in combinations(plain.items(), 2):
        yield f"`{a} * {b}`", x * y
        yield f"`{a} - {b}`", x - y
        yield f"`{a} + {b}`", x + y
        if y:
            yield f"`{a} / {b}`", x / y


def _of_number(name: str, x: float) -> Iterator[tuple[str, float]]:
    yield f"`{name} - 1`", x - 1
    yield f"`{name} + 1`", x + 1
    yield f"`2 * {name}`", 2 * x
    yield f"`1 - {name}`", 1 - x
    yield f"`{name} ** 2`", x * x
    if x > 0:
        yield f"the square root of `{name}`", x**0.5


def _of_list(name: str, values: Sequence[Any]) -> Iterator[tuple[str, float]]:
    yield f"the number of entries of `{name}`", len(values)
    yield f"`len({name}) - 1`", len(values) - 1
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) == len(values):
        yield from _of_entries(name, numbers)
    rows = [v for v in values if isinstance(v, list | tuple) and v and all(isinstance(x, int | float) for x in v)]
    if len(rows) == len(values) and len({len(row) for row in rows}) == 1:
        for i, column in enumerate(zip(*rows, strict=True)):
            yield f"the sum of all `{name}[…][{i}]`", sum(column)
            yield f"the product of all `{name}[…][{i}]`", float(np.prod(column))


def _of_tensors(name: str, values: Sequence[Any], plain: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Of the first and the last tensor of a list, also multiplied by a plain argument."""
    if not all(isinstance(v, Tensor) and v.is_floating_point() for v in values):
        return
    for index in (0, -1):
        x = values[index].detach().double().numpy()
        for words, number in (
            ("the sum of the absolute values", float(np.abs(x).sum())),
            ("the sum of the squares", float((x * x).sum())),
            ("the sum", float(x.sum())),
        ):
            yield f"{words} of `{name}[{index}]`", number
            for a, factor in plain.items():
                yield f"`{a}` times {words} of `{name}[{index}]`", factor * number


def _of_entries(name: str, numbers: Sequence[float]) -> Iterator[tuple[str, float]]:
    yield f"the first entry of `{name}`", numbers[0]
    yield f"the last entry of `{name}`", numbers[-1]
    yield f"the sum of `{name}`", sum(numbers)
    yield f"the product of `{name}`", float(np.prod(numbers))
    yield f"the sum of `{name}` without the first and the last entry", sum(numbers[1:-1])
    yield f"the sum of `{name}` without the first entry", sum(numbers[1:])
    yield f"the sum of `{name}` without the last entry", sum(numbers[:-1])
    yield f"the largest entry of `{name}`", max(numbers)
    yield f"the smallest entry of `{name}`", min(numbers)
    if len(numbers) > 1:
        products = [a * b for a, b in pairwise(numbers)]
        yield f"the first entry of `{name}` minus the last", numbers[0] - numbers[-1]
        yield f"the product of the first two entries of `{name}`", products[0]
        yield f"the product of the last two entries of `{name}`", products[-1]
        yield f"the sum of the products of neighbours in `{name}`", sum(products)


def _of_sizes(name: str, tensor: Tensor) -> Iterator[tuple[str, float]]:
    shape = tuple(tensor.shape)
    for axis, size in enumerate(shape):
        yield (f"the number of rows of `{name}`" if len(shape) == 2 and axis == 0 else f"`{name}.shape[{axis}]`"), size
    if len(shape) > 1:
        yield f"the number of elements of `{name}`", tensor.numel()
        for axis, size in enumerate(shape):
            yield f"`{name}.numel() / {name}.shape[{axis}]`", tensor.numel() / size
    for axis, size in enumerate(shape):
        yield f"`{name}.shape[{axis}] - 1`", size - 1
        yield f"the square root of `{name}.shape[{axis}]`", size**0.5


def _of_marks(name: str, tensor: Tensor) -> Iterator[tuple[str, float]]:
    many = int((tensor != 0).sum())
    yield f"the number of entries of `{name}` that are {'True' if tensor.dtype == torch.bool else 'not 0'}", many
    yield (
        f"the share of entries of `{name}` that are {'True' if tensor.dtype == torch.bool else 'not 0'}",
        (many / tensor.numel()),
    )


def _of_tensor(name: str, x: np.ndarray[Any, np.dtype[np.float64]]) -> Iterator[tuple[str, float]]:
    yield f"the sum of `{name}`", float(x.sum())
    yield f"the mean of `{name}`", float(x.mean())
    yield f"the largest entry of `{name}`", float(x.max())
    yield f"the smallest entry of `{name}`", float(x.min())
    yield f"the norm of `{name}`", float(np.sqrt((x * x).sum()))
    yield f"the sum of the squares of `{name}`", float((x * x).sum())
    yield f"the sum of the absolute values of `{name}`", float(np.abs(x).sum())
    yield f"the standard deviation of `{name}`", float(x.std())
    yield f"the variance of `{name}`", float(x.var())


def offset_in_words(values: Values, expectation: Expectation) -> str:
    """What is too much, or too little, on every case: "too large by the last entry of `sizes`"; "" if it is no term."""
    numbers = list(values.values())
    for sign, words in ((1, "too large by"), (-1, "too small by")):
        if all(sign * v >= 0 for v in numbers):
            found = term({case: sign * v for case, v in values.items()}, expectation)
            for times, more in ((2, "twice "), (0.5, "half of ")) if not found else ():
                scaled = term({case: sign * v / times for case, v in values.items()}, expectation)
                found = f"{more}{scaled}" if scaled else found
            return f"{words} {found}" if found else ""
    found = term(values, expectation) or ""
    lost = term({case: -v for case, v in values.items()}, expectation)
    if found or lost:
        return f"the right one plus {found}" if found else f"the right one minus {lost}"
    return ""


def factor_in_words(values: Values, expectation: Expectation, measured: bool = False) -> str:
    """Of what it is a multiple: "times `x.shape[0]`", "divided by `p`"; "" if it is no term."""
    if any(v == 0 for v in values.values()):
        return ""
    for sign, minus in ((1, ""), (-1, "minus ")):
        for power, words in ((1, "times"), (-1, "divided by")):
            found = term({case: sign * v**power for case, v in values.items()}, expectation, measured)
            if found:
                return f"{words} {minus}{found}"
    return ""
