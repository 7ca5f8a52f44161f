"""Choosing a model: honest estimates of its error, what the error is made of, and a search for better settings."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor


def kfold_indices(
    n: int, k: int, generator: torch.Generator
) -> list[tuple[Int[Tensor, " train"], Int[Tensor, " validation"]]]:
    """Split 0 … n-1 at random into k parts, each of which validates once while the others train.

    Returns:
        k pairs (train, validation); the validation parts are disjoint, cover everything, and differ in size by at most
        one.

    Raises:
        ValueError: unless 2 <= k <= n.

    Source: Stone (1974); Goodfellow, Bengio & Courville (2016), algorithm 5.1.
    """
    if not 2 <= k <= n:
        raise ValueError(f"at least two folds, and a sample for each: 2 <= k <= n; got k={k}, n={n}")
    folds = torch.randperm(n, generator=generator, device=generator.device).tensor_split(k)
    return [(torch.cat(folds[:i] + folds[i + 1 :]), fold) for i, fold in enumerate(folds)]


def bias_variance(
    predictions: Float[Tensor, "runs points"], targets: Float[Tensor, " points"]
) -> tuple[Float[Tensor, ""], Float[Tensor, ""]]:
    """Split the mean squared error over training sets drawn anew into bias² and variance.

    bias² is the squared distance of the average prediction from the target, variance the mean squared distance of the
    predictions from their average (divided by the number of runs); both are averaged over the points. Their sum is the
    mean squared error, if the targets hold no noise.

    Args:
        predictions: row r holds what the model fitted to training set r says at each point.
        targets: the true values there, without noise.

    Source:
        Geman, Bienenstock & Doursat (1992); Bishop (2006), eq. 3.45-3.47.
    """
    average = predictions.mean(dim=0)
    return (average - targets).square().mean(), predictions.var(dim=0, correction=0).mean()


Sampler = Callable[[torch.Generator], Any]


def uniform(low: float, high: float) -> Sampler:
    """Draws a number between `low` and `high`, each as likely."""
    return lambda generator: low + (high - low) * torch.rand((), generator=generator).item()


def log_uniform(low: float, high: float) -> Sampler:
    """Draws a number between `low` and `high`, each order of magnitude as likely: for learning rates and penalties.

    Raises:
        ValueError: unless 0 < low <= high.
    """
    if not 0 < low <= high:
        raise ValueError(f"a logarithm needs 0 < low <= high; got {low} and {high}")
    exponent = uniform(math.log(low), math.log(high))
    return lambda generator: math.exp(exponent(generator))


def choice(options: Sequence[Any]) -> Sampler:
    """Draws one of the options, each as likely."""
    return lambda generator: options[int(torch.randint(len(options), (), generator=generator))]


class Trial(NamedTuple):
    """One setting that was tried, and its loss."""

    settings: dict[str, Any]
    loss: float


def random_search(
    evaluate: Callable[..., float], space: Mapping[str, Sampler], trials: int, generator: torch.Generator
) -> list[Trial]:
    """Try settings drawn at random, and return all trials, the best first.

    Where only some of the settings matter, n random trials see n values of each of those, a grid of n points only few.

    Args:
        evaluate: takes the settings by name, returns the validation loss.
        space: for each setting how to draw it: `{"lr": log_uniform(1e-4, 1), "hidden": choice([16, 32, 64])}`.
        trials: how many.

    Source:
        Bergstra & Bengio (2012).
    """
    drawn = [{name: sampler(generator) for name, sampler in space.items()} for _ in range(trials)]
    results = [Trial(settings, float(evaluate(**settings))) for settings in drawn]
    return sorted(results, key=lambda trial: math.inf if math.isnan(trial.loss) else trial.loss)


# The same elsewhere: KFold, StratifiedKFold and RandomizedSearchCV in sklearn.model_selection; torch has none of it.
