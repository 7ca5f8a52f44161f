"""Which classes are taken for which."""

import torch
from jaxtyping import Int
from torch import Tensor


def confusion_matrix(
    target: Int[Tensor, " samples"], predicted: Int[Tensor, " samples"], classes: int
) -> Int[Tensor, "classes classes"]:
    """Row t, column p: how many samples of class t were taken for class p.

    Raises:
        ValueError: a class outside 0 … classes - 1, or not one prediction for each sample.
    """
    if len(target) != len(predicted):
        raise ValueError(f"expected one prediction for each sample; got {len(predicted)} for {len(target)}")
    pairs = classes * target + predicted
    counts = torch.bincount(pairs, minlength=classes**2)
    if len(counts) > classes**2 or (len(target) and int(torch.stack([target, predicted]).max()) >= classes):
        raise ValueError(f"classes are 0 to {classes - 1}")
    return counts.reshape(classes, classes)


# The same in a library: sklearn.metrics.confusion_matrix(target, predicted, labels=range(classes)).
