"""Anomaly detection: what an autoencoder reconstructs badly, it has not seen; and how well such a score parts."""

import torch
from jaxtyping import Bool, Float, Integer
from torch import Tensor, nn

from gradschool.checks import check_scores
from gradschool.training import evaluating


def anomaly_scores(net: nn.Module, x: Float[Tensor, "batch *pixels"]) -> Float[Tensor, " batch"]:
    """Mean squared error of each sample's reconstruction: the larger, the less it resembles what `net` was trained on.

    The network is asked in evaluation mode and without a graph, so that a sample's score depends on nothing but the
    sample; afterwards each of its modules is in the mode in which it came.

    Args:
        net: reconstructs a batch, with outputs of the shape of its inputs.
        x: samples.

    Source:
        Japkowicz, Myers & Gluck (1995), A novelty detection approach to classification; Hawkins et al. (2002).
    """
    with evaluating(net), torch.no_grad():
        errors: Tensor = (net(x) - x).square().flatten(1).mean(dim=1)
    return errors


def roc_auc(
    scores: Float[Tensor, " samples"], positive: Integer[Tensor, " samples"] | Bool[Tensor, " samples"]
) -> float:
    """Area under the receiver operating characteristic: how often a positive sample outscores a negative one.

    It is the share of pairs (positive, negative) in which the positive one has the higher score, a tie counting one
    half: the Mann-Whitney statistic over the number of pairs. No threshold enters, and no share of positives.

    Args:
        scores: higher means "positive".
        positive: 1 or True for the positive samples, 0 or False for the others.

    Raises:
        ValueError: no positive sample, or no other: there are no pairs. A score that is NaN.

    Source:
        Hanley & McNeil (1982), The meaning and use of the area under a ROC curve; Fawcett (2006), section 7.
    """
    check_scores(scores)
    chosen = positive.bool()
    those, others = scores[chosen], scores[~chosen].sort().values
    if not len(those) or not len(others):
        raise ValueError(f"samples of both kinds are needed; got {len(those)} positive and {len(others)} others")
    below = torch.searchsorted(others, those, right=False)  # others with a lower score, for each positive one
    not_above = torch.searchsorted(others, those, right=True)  # the same, ties included
    return float((below + not_above).sum()) / (2 * len(those) * len(others))


# The same elsewhere: sklearn.metrics.roc_auc_score(positive, scores).
