"""What the patterns share."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from autograder.checking.expectation import Expectation
from autograder.checking.verdict import Mismatch
from autograder.spec.outputs import Output

Arrays = NDArray[np.float64]
Found = tuple[str, str]  # a sentence on what the error looks like, and a question that leads on
NOTHING: Found = ("", "")


def pairs(mismatches: Sequence[Mismatch]) -> list[tuple[Arrays, Arrays]]:
    return [(np.asarray(m.expected, np.float64), np.asarray(m.got, np.float64)) for m in mismatches]


def alike(a: Arrays, b: Arrays) -> bool:
    size = float(np.max(np.abs(b), initial=0.0))
    return a.shape == b.shape and np.allclose(a, b, rtol=1e-5, atol=1e-7 * max(1.0, size))


def finite(mismatches: Sequence[Mismatch]) -> bool:
    return all(np.isfinite(e).all() and np.isfinite(g).all() for e, g in pairs(mismatches))


def both(mismatches: Sequence[Mismatch]) -> list[tuple[Mismatch, tuple[Arrays, Arrays]]]:
    """Each mismatch with what was expected and what came."""
    return list(zip(mismatches, pairs(mismatches), strict=True))


def tensor(expectation: Expectation, mismatch: Mismatch, name: str) -> Arrays | None:
    """An argument of a case as an array, where it is one tensor."""
    value = expectation.arguments[mismatch.case].get(name)
    return np.asarray(value.detach().numpy(), np.float64) if isinstance(value, torch.Tensor) else None


def in_list(output: Output) -> tuple[Output, int | None]:
    """The list that an output is an entry of, and its place there: by what it is, or by its name ("params[1]")."""
    named = re.fullmatch(r"(.+)\[(\d+)\]", output.name)
    if output.item is None and named:
        return replace(output, name=named[1]), int(named[2])
    return replace(output, item=None), output.item
