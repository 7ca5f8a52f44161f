"""Initial weights whose variance keeps signals and gradients from growing or fading with depth."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor


def fan_in_and_out(shape: Sequence[int]) -> tuple[int, int]:
    """How many inputs a unit sums over, and how many outputs an input reaches, for weights (out, in, *kernel).

    Raises:
        ValueError: fewer than two axes, or an empty one.
    """
    if len(shape) < 2 or min(shape) < 1:
        raise ValueError(f"weights have the shape (out, in) or (out, in, *kernel), none empty; got {tuple(shape)}")
    kernel = math.prod(shape[2:])
    return shape[1] * kernel, shape[0] * kernel


def xavier_uniform(shape: Sequence[int], generator: torch.Generator, gain: float = 1.0) -> Float[Tensor, "..."]:
    """Uniform on (-a, a), a = gain √(6 / (fan_in + fan_out)), so that the variance is 2 gain² / (fan_in + fan_out).

    It is a compromise: 1/fan_in would keep the variance of the signal, 1/fan_out that of the gradient. Meant for units
    that are linear around 0, such as tanh.

    Args:
        shape: (out, in), or (out, in, *kernel).
        generator: where chance comes from, and on which device.
        gain: 1 for linear units and sigmoid, 5/3 for tanh, √2 for ReLU.

    Source:
        Glorot & Bengio (2010), eq. 16.
    """
    fan_in, fan_out = fan_in_and_out(shape)
    a = gain * math.sqrt(6 / (fan_in + fan_out))
    return a * (2 * torch.rand(tuple(shape), generator=generator, device=generator.device) - 1)


def he_normal(shape: Sequence[int], generator: torch.Generator) -> Float[Tensor, "..."]:
    """Normal with mean 0 and variance 2 / fan_in: a ReLU lets half of the variance through, so it starts with twice.

    Args:
        shape: (out, in), or (out, in, *kernel).
        generator: where chance comes from, and on which device.

    Source:
        He, Zhang, Ren & Sun (2015), eq. 10.
    """
    fan_in, _ = fan_in_and_out(shape)
    return math.sqrt(2 / fan_in) * torch.randn(tuple(shape), generator=generator, device=generator.device)


# The same in torch, in place: nn.init.xavier_uniform_(weight, gain) and nn.init.kaiming_normal_(weight,
# nonlinearity="relu"). nn.Linear itself starts from a uniform distribution of variance 1 / (3 fan_in).
