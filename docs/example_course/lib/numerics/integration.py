"""Areas from samples: integrals of functions that are known at equally spaced points only.

Every function takes samples along the last axis, for any number of leading axes, and leaves them as they are.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def trapezoid(y: Array, h: float) -> Array:
    """The area under straight lines from sample to sample.

    Source: Press et al. (2007), Numerical Recipes, eq. 4.1.11.

    Args:
        y: samples, shape (..., n), n >= 1.
        h: the distance of neighbouring samples.

    Returns:
        The area, shape (...).
    """
    return h * (y.sum(axis=-1) - (y[..., 0] + y[..., -1]) / 2)


def cumulative_area(y: Array, h: float) -> Array:
    """The area under the straight lines from the first sample up to each of them.

    Source: the trapezoidal rule, piece by piece; `scipy.integrate.cumulative_trapezoid` with `initial=0`.

    Args:
        y: samples, shape (..., n), n >= 1.
        h: the distance of neighbouring samples.

    Returns:
        The areas, shape (..., n); the first is 0.
    """
    pieces = h * (y[..., :-1] + y[..., 1:]) / 2
    return np.concatenate([np.zeros_like(y[..., :1]), pieces.cumsum(axis=-1)], axis=-1)


def simpson(y: Array, h: float) -> Array:
    """The area under parabolas, each through three neighbouring samples.

    Source: Press et al. (2007), Numerical Recipes, eq. 4.1.13.

    Args:
        y: samples, shape (..., n), n odd and >= 3.
        h: the distance of neighbouring samples.

    Returns:
        The area, shape (...).

    Raises:
        ValueError: n is even, or below 3.
    """
    if y.shape[-1] < 3 or y.shape[-1] % 2 == 0:
        raise ValueError(f"Simpson's rule takes an odd number of samples, 3 or more; got {y.shape[-1]}")
    odd, even = y[..., 1::2].sum(axis=-1), y[..., 2:-1:2].sum(axis=-1)
    return h / 3 * (y[..., 0] + 4 * odd + 2 * even + y[..., -1])


def richardson(coarse: Array, fine: Array, order: int = 2) -> Array:
    """A better value from two, the second of which was found with half the distance of samples.

    Source: Richardson (1911); Press et al. (2007), Numerical Recipes, eq. 4.2.4 is its case order = 2.

    Args:
        coarse: values found with distance h, of any shape.
        fine: values found with distance h / 2, of the same shape.
        order: the power of h by which the error falls.

    Returns:
        The values without the error's leading term.
    """
    return fine + (fine - coarse) / (2**order - 1)
