"""Walks over the tensors of a case's arguments."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from autograder.spec.draw import Chance, Made


def map_tensors(value: Any, change: Callable[[Tensor], Tensor], draw: bool = True) -> Any:
    """The same tuples, lists and dicts with every tensor changed; `draw` makes what is only stood for.

    Tensors of which something is made (`Made`) stay as they are.
    """
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, Chance) and draw:
        return value.generator()
    if isinstance(value, Made) and draw:
        return value.made()
    if isinstance(value, tuple | list):
        return type(value)(map_tensors(v, change, draw) for v in value)
    if isinstance(value, dict):
        return type(value)({k: map_tensors(v, change, draw) for k, v in value.items()})
    return value


def cast(value: Any, dtype: torch.dtype) -> Any:
    """A fresh copy of a case's arguments, floating-point tensors in `dtype`."""
    return map_tensors(value, lambda t: t.to(dtype, copy=True) if t.is_floating_point() else t.clone())


def round_to_single(value: Any) -> Any:
    """A case's arguments with every floating-point tensor rounded to float32, chance untouched."""
    return map_tensors(value, lambda t: t.float().double() if t.is_floating_point() else t, draw=False)


def same(a: Tensor, b: Tensor) -> bool:
    """Equal in shape and in every element; NaN equals NaN."""
    return a.shape == b.shape and bool(((a == b) | ((a != a) & (b != b))).all())
