"""Batch normalisation: every feature with mean 0 and variance 1 over the batch, then with the ones it prefers."""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor


class BatchNormCache(NamedTuple):
    """What the backward pass needs: the normalised input, 1 / √(var + ε), and the scale."""

    x_hat: Float[Tensor, "batch features"]
    inverse_std: Float[Tensor, " features"]
    gamma: Float[Tensor, " features"]


def batchnorm_forward(
    x: Float[Tensor, "batch features"],
    gamma: Float[Tensor, " features"],
    beta: Float[Tensor, " features"],
    mean: Float[Tensor, " features"],
    var: Float[Tensor, " features"],
    train: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[Float[Tensor, "batch features"], BatchNormCache, Float[Tensor, " features"], Float[Tensor, " features"]]:
    """Normalise each feature: γ (x - mean) / √(var + ε) + β.

    In training, mean and variance are the batch's (the variance divides by the batch's size), and the running ones move
    towards them. In evaluation the running ones are used and stay, so that a sample's output depends on it alone.

    Args:
        x: a batch of samples.
        gamma, beta: learned scale and shift.
        mean, var: running mean and variance.
        train: training or evaluation.
        momentum: weight of the new value in the running ones, as in torch: 0.1 keeps nine tenths.
        eps: keeps the root away from 0.

    Returns:
        (out, cache, mean, var). The running variance is updated with the unbiased estimate (divided by batch - 1).

    Raises:
        ValueError: training on a batch of one, which has no variance.

    Source:
        Ioffe & Szegedy (2015), algorithms 1 and 2.
    """
    batch = x.shape[0]
    if train:
        if batch < 2:
            raise ValueError(f"batch normalisation trains on two samples or more; got {batch}")
        batch_mean, batch_var = x.mean(dim=0), x.var(dim=0, correction=0)
        mean = (1 - momentum) * mean + momentum * batch_mean.detach()
        var = (1 - momentum) * var + momentum * batch_var.detach() * (batch / (batch - 1))
    else:
        batch_mean, batch_var = mean, var
    inverse_std = (batch_var + eps).rsqrt()
    x_hat = (x - batch_mean) * inverse_std
    return gamma * x_hat + beta, BatchNormCache(x_hat, inverse_std, gamma), mean, var


def batchnorm_backward(
    dout: Float[Tensor, "batch features"], cache: BatchNormCache
) -> tuple[Float[Tensor, "batch features"], Float[Tensor, " features"], Float[Tensor, " features"]]:
    """Gradients through a training step of `batchnorm_forward`: (dx, dgamma, dbeta).

    Mean and variance depend on every sample. What that takes away from the gradient with respect to x̂ is its mean, and
    its part along x̂:  dx = (dx̂ - mean(dx̂) - x̂ mean(dx̂ x̂)) / √(var + ε).

    Source: Ioffe & Szegedy (2015), section 3, collected into one line.
    """
    x_hat, inverse_std, gamma = cache
    dx_hat = dout * gamma
    dx = inverse_std * (dx_hat - dx_hat.mean(dim=0) - x_hat * (dx_hat * x_hat).mean(dim=0))
    return dx, (dout * x_hat).sum(dim=0), dout.sum(dim=0)


# The same in torch: nn.BatchNorm1d(features) keeps the running statistics as buffers; .train() and .eval() switch.
