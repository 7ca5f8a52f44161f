"""Which classes are taken for which."""

import torch
from jaxtyping import Int, Integer
from torch import Tensor

from gradschool.checks import check_indices


def confusion_matrix(
    target: Integer[Tensor, " samples"], predicted: Integer[Tensor, " samples"], classes: int
) -> Int[Tensor, "classes classes"]:
    """Row t, column p: how many samples of class t were taken for class p.

    Raises:
        ValueError: a class outside 0 … classes - 1, or not one prediction for each sample.
    """
    if len(target) != len(predicted):
        raise ValueError(f"expected one prediction for each sample; got {len(predicted)} for {len(target)}")
    check_indices(target.cpu(), classes)
    check_indices(predicted.cpu(), classes)
    pairs = classes * target.long() + predicted.long()
    return torch.bincount(pairs, minlength=classes**2).reshape(classes, classes)


# The same in a library: sklearn.metrics.confusion_matrix(target, predicted, labels=range(classes)).
