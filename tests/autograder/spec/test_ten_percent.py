"""What is drawn and a tenth off in its scale, its mean or its probability loses the points of its values.

The other way round, chance alone makes the comparisons refuse a right answer less than once in 10^9 times. That is
computed here, not tried.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats

from autograder.checking.collect import Handed, collect
from autograder.checking.forbidden import Forbidden
from autograder.checking.judge import judge
from autograder.checking.references import substitutes
from autograder.exercises.adversarial import image_pool
from autograder.spec import catalogue
from autograder.spec.comparison import ENOUGH, FAR, _largest_surprise, same_distribution, same_share

Answer = Callable[..., Any]
SHIFTS = {"a tenth too narrow": (0.9, 0.0), "a tenth too wide": (1.1, 0.0), "its mean off by a tenth": (1.0, 0.1)}
PROBABILITIES = {"a tenth too seldom": 0.9, "a tenth too often": 1.1}


def reference(name: str) -> Any:
    return catalogue.find(name).reference


def shifted(scale: float, mean: float) -> dict[str, Answer]:
    """Answers that draw numbers, by exercise: each the reference, with what it draws scaled and moved."""

    def moved(weights: torch.Tensor) -> torch.Tensor:
        return scale * weights + mean * weights.std(correction=0)

    def initialised(net: torch.nn.Module, generator: Any) -> Any:
        reference("init_dcgan_weights")(net, generator)
        with torch.no_grad():
            for layer in net.modules():
                if hasattr(layer, "running_mean"):
                    layer.weight.sub_(1).mul_(scale).add_(1 + 0.02 * mean)
                elif isinstance(getattr(layer, "weight", None), torch.Tensor):
                    layer.weight.mul_(scale).add_(0.02 * mean)
        return net

    def noisy() -> Any:
        fault, pairs = reference("debug_noise")()

        def mended(*args: Any) -> Any:
            return ((clean + scale * (x - clean) + 0.4 * mean, clean) for x, clean in pairs(*args))

        return fault, mended

    return {
        "gaussian_noise": lambda x, s, g: x + scale * (reference("gaussian_noise")(x, s, g) - x) + mean * s,
        "reparameterize": lambda mu, logvar, g: (
            mu + scale * (reference("reparameterize")(mu, logvar, g) - mu) + mean * (logvar / 2).exp()
        ),
        "he_normal": lambda shape, g: moved(reference("he_normal")(shape, g)),
        "xavier_uniform": lambda shape, g, gain=1.0: moved(reference("xavier_uniform")(shape, g, gain)),
        "init_dcgan_weights": initialised,
        "debug_noise": noisy,
    }


def by_another_probability(factor: float) -> dict[str, Answer]:
    """Answers that decide by a probability, or by a temperature, by exercise."""

    def of(name: str) -> Answer:
        return lambda x, p, g: reference(name)(x, p if p == 1 else min(p * factor, 1.0), g)

    def dropped(x: Any, p: float, train: bool, generator: Any) -> Any:
        _, mask = reference("dropout_forward")(x, p * factor, train, generator)
        mask = (mask != 0).to(x) / (1 - p) if train and p else mask
        return x * mask, mask

    def without_maps(x: Any, p: float, train: bool, generator: Any) -> Any:
        out = reference("dropout2d")(x, p * factor, train, generator)
        return out * (1 - p * factor) / (1 - p) if train else out

    return {
        **{name: of(name) for name in ("masking_noise", "salt_and_pepper", "random_flip")},
        "dropout_forward": dropped,
        "dropout2d": without_maps,
        "color_jitter": lambda x, b, c, g: reference("color_jitter")(x, min(b * factor, 1), min(c * factor, 1), g),
        "sample_next": lambda scores, t, k, g: reference("sample_next")(scores, t * factor, k, g),
        "image_pool": lambda *args: image_pool.pooled(*args, keep=0.5 * factor),
    }


WRONG = {
    **{f"{name}, {how}": (name, a) for how, shift in SHIFTS.items() for name, a in shifted(*shift).items()},
    **{
        f"{n}, {how}": (n, a)
        for how, factor in PROBABILITIES.items()
        for n, a in by_another_probability(factor).items()
    },
}
SAMPLE = [case for case in WRONG if case.startswith(("he_normal", "gaussian", "masking", "sample_next"))]


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=[] if case in SAMPLE else [pytest.mark.soak]) for case in WRONG], ids=list(WRONG)
)
def test_a_tenth_off_loses_the_values(case: str) -> None:
    name, answer = WRONG[case]
    exercise = catalogue.find(name)
    evidence = collect(exercise, answer, Handed.drawn(exercise, 1), Forbidden(), substitutes(exercise))
    verdict = judge(exercise, evidence, 1)
    wrong = [row for row in verdict.rows if row.kind == "values" and not row.passed]
    assert wrong and verdict.points <= exercise.points - sum(row.points for row in wrong)
    assert name == "image_pool" or any(not row.beside for row in wrong), "a line on a main output has to fail"


@pytest.mark.parametrize("count", [ENOUGH, 3000, 40_000])
def test_of_normal_samples_chance_moves_the_mean_square_so_far_once_in_a_thousand_million(count: int) -> None:
    """The ratio of two mean squares follows the F distribution; `FAR` standard errors are that much of it."""
    ratio = 1 + FAR * np.sqrt(2) * np.sqrt(2 / count)
    assert 2 * stats.f.sf(ratio, count, count) < 2e-9 and 2 * stats.norm.sf(FAR) < 1e-11


@pytest.mark.parametrize("p", [0.02, 0.15, 0.5, 0.8])
def test_of_two_shares_chance_is_bounded(p: float) -> None:
    """The exact probability that two shares of 400 draws are refused, summed over all pairs of counts."""
    n, significance = 400, 1e-4
    shares = np.arange(n + 1) / n
    weights = stats.binom.pmf(np.arange(n + 1), n, p)
    a, b = np.meshgrid(shares, shares)
    refused = np.array([same_share(n, significance * row.size)(row, col, 0.0) for row, col in zip(a, b, strict=True)])
    assert float((np.outer(weights, weights) * refused).sum()) <= significance
    assert _largest_surprise(1e-9) == pytest.approx(25.4, abs=0.2)
    assert not same_share(40_000)(np.array([0.3]), np.array([0.302]), 0.0).any()
    assert same_share(40_000)(np.array([0.3, 0.3]), np.array([0.34, np.nan]), 0.0).all()


def test_equal_distributions_agree_on_two_hundred_seeds() -> None:
    alike = same_distribution("")
    for seed in range(200):
        chance = np.random.default_rng(seed)
        for count in (200, 2100, 40_000):
            pairs = (
                chance.standard_normal((2, count)),
                chance.random((2, count)),
                chance.binomial(1, 0.01, (2, count)),
            )
            assert not any(alike(a.astype(float), b.astype(float), 0.0).any() for a, b in pairs)


def test_other_moments_are_seen() -> None:
    alike, chance = same_distribution(""), np.random.default_rng(0)
    a, b = chance.standard_normal((2, 40_000))
    for other in (0.95 * b, 1.05 * b, b + 0.1):
        assert alike(a, other, 0.0).all()
    assert (
        not alike(np.zeros(3000), np.zeros(3000), 0.0).any() and alike(np.zeros(3000), np.full(3000, 1e-3), 0.0).all()
    )
