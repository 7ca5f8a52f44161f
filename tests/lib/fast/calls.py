"""A call of every fast form, for `tests/lib/test_devices.py`."""

import torch

from gradschool import fast
from gradschool.fast import convolution, losses, normalisation, optimizers, pooling, recurrent

_chance = torch.Generator().manual_seed(0)


def t(*shape):
    return torch.randn(shape, generator=_chance, dtype=torch.float64)


def stepped(step, tensors, *settings):
    """What a step in place makes of copies of the tensors: [[parameters], [gradients], …]."""
    copies = [[part.clone() for part in parts] for parts in tensors]
    step(*copies, *settings)
    return [part for parts in copies for part in parts]


_weights = [[t(3, 2), t(4)] for _ in range(3)]

CALLS = {
    "conv2d": (fast.conv2d, (t(2, 4, 5, 6), t(6, 2, 2, 3), t(6), (2, 1), 1, 1, 2)),
    "conv2d_backward": (fast.conv2d_backward, (t(2, 4, 4, 2), t(2, 2, 5, 6), t(4, 1, 2, 3), (1, 2), 0, 1, 2)),
    "conv_transpose2d": (fast.conv_transpose2d, (t(2, 3, 4, 2), t(3, 2, 2, 3), t(2), 2, 1, 1)),
    "max_pool2d": (fast.max_pool2d, (t(2, 3, 5, 6), 3, 2, 1)),
    "avg_pool2d": (fast.avg_pool2d, (t(2, 3, 5, 6), 3, 2, 1)),
    "batchnorm2d": (fast.batchnorm2d, (t(2, 3, 4, 5), t(3), t(3), t(3), t(3) ** 2, True)),
    "cross_entropy": (fast.cross_entropy, (t(3, 4), torch.tensor([0, 3, 1]))),
    "lstm_forward": (fast.lstm_forward, (t(2, 3, 4), t(2, 5), t(2, 5), t(20, 4), t(20, 5), t(20), t(20))),
    "gru_forward": (fast.gru_forward, (t(2, 3, 4), t(2, 5), t(15, 4), t(15, 5), t(15), t(15))),
    "sgd_step": (stepped, (fast.sgd_step, _weights[:2], 0.1)),
    "momentum_step": (stepped, (fast.momentum_step, _weights, 0.1)),
    "adam_step": (stepped, (fast.adam_step, [*_weights, [w**2 for w in _weights[0]]], 3)),
}
MODULES = [convolution, losses, normalisation, optimizers, pooling, recurrent]
