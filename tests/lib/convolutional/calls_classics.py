"""A call of every public reference of this half of the unit, for `tests/lib/test_devices.py`."""

import torch

from gradschool.convolutional import (
    augmentation,
    confusion,
    dropout,
    hog,
    lenet,
    painted,
    saliency,
    scans,
    throughput,
    training,
)

_chance = torch.Generator().manual_seed(0)


def t(*shape):
    return torch.randn(shape, generator=_chance, dtype=torch.float64)


ANGLES = torch.tensor([20.0, -75.0], dtype=torch.float64)
CALLS = {
    "rotate": (augmentation.rotate, (t(2, 3, 5, 7), ANGLES)),
    "prepared": (scans.prepared, (t(2, 1, 8, 8),)),
    "hog": (hog.hog, (t(2, 1, 16, 24),)),
}
# These read numbers out of their tensors, which the meta device has none of.
NEEDS_NUMBERS = {
    "confusion_matrix": (confusion.confusion_matrix, (torch.tensor([0, 1, 1, 2]), torch.tensor([0, 1, 2, 2]), 4)),
}
# Every public function of these modules stands in one of the tables above, or here.
MODULES = [augmentation, confusion, dropout, hog, lenet, saliency, scans, painted, throughput, training]
BY_CHANCE = {"random_crop", "random_flip", "color_jitter", "dropout2d", "scenes", "train_epoch", "train_mixed"}
NOT_ABOUT_TENSORS = {"lenet_parameter_count", "scans", "mnist_scans"} | {"scores_of", "saliency"}  # these ask a network
