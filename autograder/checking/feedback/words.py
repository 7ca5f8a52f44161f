"""The sentences that card and text share: where an output is wrong, on which inputs, by how much."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from autograder.checking.expectation import Expectation
from autograder.checking.keys import DOUBLE
from autograder.checking.verdict import Mismatch, Verdict
from autograder.spec.draw import Chance, Made


def number(value: Any) -> str:
    """Six significant digits at most, whole numbers whole."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool | int):
        return str(value)
    return f"{value + 0.0:.6g}" if value else "0"  # never -0


def headline(verdict: Verdict) -> str:
    """One line that says what is the matter."""
    if verdict.reason:
        return verdict.reason
    if verdict.passed:
        return "Right."
    if verdict.diagnoses:
        title: str = verdict.diagnoses[0].title
        return f"Your `{verdict.answer or verdict.exercise}` {title}." if verdict.diagnoses[0].names else title
    failed = [row for row in verdict.rows if not row.passed]
    sentence = failed[0].sentence or (failed[0].mismatches[0].sentence if failed[0].mismatches else "")
    return sentence or f"{failed[0].label}: not as expected."


def where(mismatch: Mismatch, expectation: Expectation) -> str:
    """The worst element: its index, what was expected and what came, and how many are wrong.

    A question without inputs has one right answer, which is not told.
    """
    if mismatch.sentence or mismatch.wrong is None:
        return mismatch.sentence
    assert mismatch.expected is not None and mismatch.got is not None
    if not expectation.cases.all[mismatch.case].args:
        return f"yours is {number(mismatch.got[()])}" if mismatch.got.ndim == 0 else "not the right values"
    if mismatch.expected.ndim == 0:
        return _compared(mismatch, ())
    index = mismatch.worst()
    place = f"[{', '.join(map(str, index))}]"
    shape = tuple(mismatch.expected.shape)
    count = f"{int(mismatch.wrong.sum())} of {mismatch.wrong.size} elements of shape {shape} are wrong"
    return f"at {place} {_compared(mismatch, index)}; {count}"


def _compared(mismatch: Mismatch, index: tuple[int, ...]) -> str:
    """Both numbers and, where they look the same, their difference."""
    assert mismatch.expected is not None and mismatch.got is not None
    expected, got = mismatch.expected[index], mismatch.got[index]
    if mismatch.asks or number(expected) != number(got):
        return f"expected {mismatch.asks or number(expected)}, got {number(got)}"
    digits = next((d for d in range(7, 18) if f"{expected:.{d}g}" != f"{got:.{d}g}"), 17)
    return f"expected {expected:.{digits}g}, got {got:.{digits}g}"


def first(mismatches: list[Mismatch]) -> Mismatch:
    """The mismatch to show: one with values to compare, in float64, and small without being trivial."""

    def rank(mismatch: Mismatch) -> tuple[bool, bool, bool, int]:
        size = mismatch.expected.size if mismatch.expected is not None else 0
        return mismatch.wrong is None, mismatch.key.dtype != DOUBLE, not 2 <= size <= 64, size

    return min(mismatches, key=rank)


def inputs(mismatch: Mismatch, expectation: Expectation) -> str:
    """The case's arguments in one line: small ones whole, larger ones by shape and range."""
    case, missing = expectation.cases.all[mismatch.case], expectation.left_out[mismatch.case]
    given = {name: value for name, value in expectation.arguments[mismatch.case].items() if name not in missing}
    parts = [f"{name} = {brief(value)}" for name, value in given.items()]
    note = f"{case.note}: " if case.note else ""
    return f"{note}{', '.join(parts)} ({mismatch.key.dtype})" if parts else note.rstrip(": ")


def brief(value: Any) -> str:
    """A value in a few words."""
    if isinstance(value, torch.Tensor):
        if value.numel() == 0:
            return f"empty {tuple(value.shape)}"
        if value.numel() <= 6:
            return _listed(value.tolist())
        low, high = value.min().item(), value.max().item()
        return f"{tuple(value.shape)} from {number(low)} to {number(high)}"
    if isinstance(value, tuple | list):
        if len(value) <= 4:
            return f"[{', '.join(brief(v) for v in value)}]"
        if all(isinstance(v, int | float) for v in value):
            return f"[{brief(value[0])}, {brief(value[1])}, …, {brief(value[-1])}]"
        return f"a list of {len(value)}"
    if isinstance(value, int | float | str):
        return repr(value)
    if isinstance(value, Chance):
        return "a generator"
    if isinstance(value, Made):
        return brief(value.made())
    return getattr(value, "__name__", type(value).__name__)


def _listed(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_listed(v) for v in value)}]"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def errors(mismatch: Mismatch) -> NDArray[np.float64]:
    """Absolute errors, 0 where right, NaN where no number came."""
    assert mismatch.expected is not None and mismatch.got is not None and mismatch.wrong is not None
    with np.errstate(all="ignore"):
        off = np.abs(mismatch.got.astype(np.float64) - mismatch.expected.astype(np.float64))
    return np.where(mismatch.wrong, np.where(np.isfinite(off), off, np.nan), 0.0)
