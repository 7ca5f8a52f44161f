"""Batch normalisation, of features or of channels: which statistics, what they are divided by, what is kept of them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from autograder.spec.mistakes.mistake import Mistake, Wrong

BATCH_IN_EVALUATION = Mistake(
    "batch-in-evaluation",
    "uses the batch's statistics in evaluation, too",
    (
        "Evaluate one sample by itself. What is its distance from the mean of its batch?",
        "Should what the network says of one image depend on which images stand beside it?",
    ),
)
LEARNS_IN_EVALUATION = Mistake(
    "learns-in-evaluation",
    "goes on learning the running statistics in evaluation",
    ("May looking at the test set change the network?",),
)
UNBIASED_IN_THE_BATCH = Mistake(
    "unbiased-in-the-batch",
    "divides the variance it normalises with by one less than the count",
    ("Two variances are used here, one for the batch and one kept for later. Which of them is an estimate?",),
)
BIASED_FOR_EVALUATION = Mistake(
    "biased-for-evaluation",
    "keeps the biased variance for evaluation",
    (
        "The running variance estimates that of all data from a small sample.",
        "By what is the sum of squares divided then?",
    ),
)
MOMENTUM_OF_THE_OLD = Mistake(
    "momentum-of-the-old",
    "has the momentum the wrong way round",
    ("With a momentum of 0.1, is it the old or the new value that weighs nine tenths?",),
)
EPS_OUTSIDE_ROOT = Mistake(
    "eps-outside-root",
    "adds ε outside the root",
    ("What stands under the root in the formula?", "Does it matter to a constant feature?"),
)
VARIANCE_FOR_DEVIATION = Mistake(
    "variance-for-deviation",
    "divides by the variance, not by its root",
    ("What variance does x̂ have in your answer? What should it have?",),
)
ONE_FOR_ALL_FEATURES = Mistake(
    "one-for-all-features",
    "takes one mean and one variance for all {features} together",
    ("What is the mean of each of the {features} in your x̂? What should it be?",),
)


def of_batchnorm(way: Callable[..., Any], variance: Callable[..., Any], features: str) -> list[Wrong]:
    """Of `way(x, gamma, beta, mean, var, train, momentum, eps)`, the right one with settings.

    The settings are `always` (the batch's statistics in evaluation, too), `learns` (running statistics in evaluation,
    too), `statistics(x)` (mean and variance of the batch), `kept(x)` (the variance that is kept) and
    `inverse_std(var, eps)`; `variance(x, correction)` is that of each feature.
    """

    def momentum_of_the_old(*args: Any) -> Any:
        *front, momentum, eps = args
        return way(*front, 1 - momentum, eps)

    def of_all(x: Any) -> Any:
        each = variance(x)
        return x.mean().expand_as(each), x.var(correction=0).expand_as(each)

    return [
        (BATCH_IN_EVALUATION, partial(way, always=True)),
        (LEARNS_IN_EVALUATION, partial(way, learns=True)),
        (BIASED_FOR_EVALUATION, partial(way, kept=lambda x: variance(x, correction=0))),
        (MOMENTUM_OF_THE_OLD, momentum_of_the_old),
        (EPS_OUTSIDE_ROOT, partial(way, inverse_std=lambda var, eps: 1 / (var.sqrt() + eps))),
        (VARIANCE_FOR_DEVIATION, partial(way, inverse_std=lambda var, eps: 1 / (var + eps))),
        (
            ONE_FOR_ALL_FEATURES.told(features=features),
            partial(way, statistics=of_all, kept=lambda x: x.var().expand_as(variance(x))),
        ),
    ]
