"""What counts as equal. A comparison marks the elements that are wrong."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
# (expected, got, tolerance) of equal shape -> True where wrong
Comparison = Callable[[Array, Array, float], NDArray[np.bool_]]


def close(expected: Array, got: Array, tolerance: float) -> NDArray[np.bool_]:
    """Within the tolerance; NaN equals nothing but NaN, an infinity only itself."""
    with np.errstate(invalid="ignore", over="ignore"):
        same = (expected == got) | (np.isnan(expected) & np.isnan(got))
        near = np.abs(got.astype(np.float64) - expected.astype(np.float64)) <= tolerance
    return np.asarray(~(same | (near & np.isfinite(got) & np.isfinite(expected))))


def exact(expected: Array, got: Array, tolerance: float) -> NDArray[np.bool_]:
    """Equal, element by element: for indices, counts, labels."""
    return np.asarray(expected != got)


def within(low: float, high: float) -> Comparison:
    """Finite and between the bounds, whatever the reference gives."""

    def bounded(expected: Array, got: Array, tolerance: float) -> NDArray[np.bool_]:
        return np.asarray(~((got >= low) & (got <= high) & np.isfinite(got)))

    bounded.asks = f"at least {low:g}" if high == math.inf else f"between {low:g} and {high:g}"  # type: ignore[attr-defined]
    return bounded


def usual(expected: Array) -> Comparison:
    """Closeness for real numbers, equality for whole numbers, truth values and text."""
    return close if expected.dtype.kind in "fc" else exact
