"""What counts as equal. A comparison marks the elements that are wrong."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
PLACES = 1000  # at which two large samples' distributions are compared
ENOUGH, FAR = 2000, 7.0  # numbers of which means are compared; standard errors by which they may differ
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


@dataclass(frozen=True)
class Within:
    """Finite and between the bounds, whatever the reference gives."""

    low: float
    high: float

    def __call__(self, expected: Array, got: Array, tolerance: float) -> NDArray[np.bool_]:
        return np.asarray(~((got >= self.low) & (got <= self.high) & np.isfinite(got)))

    @property
    def asks(self) -> str:
        """What is asked, in words for the card."""
        return f"at least {self.low:g}" if self.high == math.inf else f"between {self.low:g} and {self.high:g}"


def usual(expected: Array) -> Comparison:
    """Closeness for real numbers, equality for whole numbers, truth values and text."""
    return close if expected.dtype.kind in "fc" else exact


@dataclass(frozen=True)
class Mutual:
    """A comparison that forgives chance, and so also tells whether two answers agree with each other.

    Attributes:
        compare: marks the wrong elements.
        sentence: what a mismatch says in place of one element's numbers, which mean nothing where chance made them.
    """

    compare: Comparison
    sentence: str = ""

    def __call__(self, expected: Array, got: Array, tolerance: float) -> NDArray[np.bool_]:
        return self.compare(expected, got, tolerance)

    def says(self, expected: Array, got: Array) -> str:
        """The sentence on an array that was found wrong."""
        return self.sentence


@dataclass(frozen=True)
class Distributed(Mutual):
    """Two samples of one distribution; the sentence ends with what was measured on both."""

    def says(self, expected: Array, got: Array) -> str:
        """The sentence, and by which numbers the samples differ: mean and spread, else the range."""
        if not got.size or not np.isfinite(got.astype(np.float64)).all():
            return self.sentence
        (mean, spread), (wanted, width) = ((float(x.mean()), float(x.std())) for x in (got, expected))
        if max(abs(mean - wanted), abs(spread - width)) > 0.03 * max(width, 1e-12):
            expects = f"expected {wanted:.3g} and {width:.3g}"
            return f"{self.sentence} Mean {mean:.3g}, standard deviation {spread:.3g}; {expects}."
        low, high = float(got.min()), float(got.max())
        asked = float(expected.min()), float(expected.max())
        expects = f"expected are {asked[0]:.3g} to {asked[1]:.3g}"
        return f"{self.sentence} They lie between {low:.3g} and {high:.3g}; {expects}."


@dataclass(frozen=True)
class Mostly(Mutual):
    """Equal in a share of the elements; the sentence tells the share that was reached."""

    share: float = 1.0

    def says(self, expected: Array, got: Array) -> str:
        """Which share is right, and whether one answer is given throughout."""
        right = float((expected == got).mean())
        same = " All of them are the same." if got.size > 1 and (got == got.flat[0]).all() else ""
        return f"{100 * right:.1f} % of them are right; at least {100 * self.share:.1f} % are asked.{same}"


def same_distribution(sentence: str, significance: float = 1e-9) -> Mutual:
    """Two samples of one distribution: everything is wrong if their empirical distributions lie too far apart.

    Each sample strays from its distribution by more than √(log(2/α) / 2n) with probability α at most, whatever the
    distribution (Massart 1990); beyond a given place, where a share p lies, by less (Bernstein 1924): there a sample
    that was cut off shows. That the two may come from the same generator, and depend on each other, is no matter.
    Large samples are compared at some `PLACES` quantiles of each, which can only bring them nearer, by a 1/PLACES. Of
    `ENOUGH` numbers or more means and mean squares are compared too: a scale that is a tenth too small shows there.
    """

    def alike(expected: Array, got: Array, tolerance: float) -> NDArray[np.bool_]:
        a, b = np.sort(expected, axis=None), np.sort(got, axis=None)
        if not np.isfinite(b).all():
            return np.ones(expected.shape, dtype=bool)
        places = np.concatenate([sample[:: max(1, sample.size // PLACES)] for sample in (a, b)])
        below = [np.searchsorted(sample, places, side="right") / sample.size for sample in (a, b)]
        apart = np.abs(below[0] - below[1])
        strays = [math.sqrt(math.log(4 / significance) / (2 * sample.size)) for sample in (a, b)]
        share = np.maximum(*(p * (1 - p) for p in below))
        surprise = math.log(8 * PLACES / significance)
        at_ends = [np.sqrt(2 * share * surprise / s.size) + surprise / (3 * s.size) for s in (a, b)]
        differ = bool((apart > np.minimum(sum(strays), sum(at_ends))).any())
        return np.full(expected.shape, differ or _moments_differ(a, b))

    return Distributed(alike, sentence)


def _moments_differ(a: NDArray[Any], b: NDArray[Any]) -> bool:
    """Whether the means, or the mean squares about the first one's mean, of two samples lie `FAR` errors apart.

    For normal samples of 2,000 numbers chance does that to the mean square once in 10^9 times, for larger ones and for
    means more seldom by far (the F distribution; see the tests).
    """
    if min(a.size, b.size) < ENOUGH:
        return False
    centre, scale = float(a.mean()), float(a.std()) or 1.0
    x, y = ((sample.astype(np.float64) - centre) / scale for sample in (a, b))
    for u, v in ((x, y), (x * x, y * y)):
        error = float(np.concatenate([u, v]).var()) * (1 / u.size + 1 / v.size)
        if (u.mean() - v.mean()) ** 2 > FAR**2 * error:
            return True
    return False


def same_share(draws: int, significance: float = 1e-9) -> Mutual:
    """Two shares of so many draws each, of one probability.

    Whatever the probability p, a share has n · KL(share ‖ p) above u with probability 2 exp(-u) at most (Chernoff
    1952). Of two shares the sum of both lies above x with probability (1 + y) exp(-y) at most, y = x - 2 log 2; and
    the smallest such sum is that for their mean. Several shares in one array divide the significance.
    """

    def alike(expected: Array, got: Array, tolerance: float) -> NDArray[np.bool_]:
        a, b = (np.asarray(share, dtype=np.float64) for share in (expected, got))
        middle = (a + b) / 2
        surprise = draws * (_divergence(a, middle) + _divergence(b, middle))
        return np.asarray(~((b >= 0) & (b <= 1)) | ~(surprise <= _largest_surprise(significance / max(1, a.size))))

    return Mutual(alike)


def _divergence(share: Array, p: Array) -> Array:
    """Kullback and Leibler's, of a coin that shows heads in this share from one that does so with probability p."""
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(x > 0, x * np.log(x / y), 0.0) for x, y in ((share, p), (1 - share, 1 - p))]
    return np.asarray(parts[0] + parts[1])


def _largest_surprise(significance: float) -> float:
    """The x with (1 + y) exp(-y) = significance, y = x - 2 log 2: a fixed point, found in a few steps."""
    y = -math.log(significance)
    for _ in range(50):
        y = math.log(1 + y) - math.log(significance)
    return y + 2 * math.log(2)


def mostly(share: float) -> Mutual:
    """Equal in this share of the elements at least: for predicted classes."""

    def enough(expected: Array, got: Array, tolerance: float) -> NDArray[np.bool_]:
        wrong = np.asarray(expected != got)
        return wrong if 1 - wrong.mean() < share else np.zeros_like(wrong)

    return Mostly(enough, share=share)


def near(absolute: float) -> Mutual:
    """Within a fixed distance: for shares and moments of many draws, with the distance that chance hardly exceeds."""

    def around(expected: Array, got: Array, tolerance: float) -> NDArray[np.bool_]:
        return close(expected, got, absolute)

    return Mutual(around)


def _grows(expected: Array, got: Array, tolerance: float) -> NDArray[np.bool_]:
    """Pairs of counts, on a small input and on a larger one: wrong if only what was got grows."""
    return np.full(expected.shape, bool(got[1] > got[0]) and not expected[1] > expected[0])


@dataclass(frozen=True)
class Steady(Mutual):
    """No more operations on a larger input (see `probes.operations`); the sentence holds both counts."""

    compare: Comparison = _grows
    what: str = ""

    def says(self, expected: Array, got: Array) -> str:
        few, many = (float(count) for count in got)  # evidence may hold any kind of number
        more = f"With more {self.what} it runs {many:g} tensor operations, not {few:g}."
        return f"{more} Does a loop run over the {self.what}?"
