"""Batch normalisation of feature maps for speed: maps stay as they lie, the way back is written out."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from gradschool.convolutional import normalisation
from gradschool.differentiation import by_autograd, in_full, transformed

PIXELS = (0, 2, 3)  # the axes over which a channel's mean and variance are taken


def batchnorm2d(
    x: Float[Tensor, "batch channels height width"],
    gamma: Float[Tensor, " channels"],
    beta: Float[Tensor, " channels"],
    mean: Float[Tensor, " channels"],
    var: Float[Tensor, " channels"],
    train: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[Float[Tensor, "batch channels height width"], Float[Tensor, " channels"], Float[Tensor, " channels"]]:
    """`normalisation.batchnorm2d`: arguments, errors and results as there."""
    if transformed():
        return normalisation.batchnorm2d(x, gamma, beta, mean, var, train, momentum, eps)
    if not train:
        return torch.addcmul(_each(beta), x - _each(mean), _each(gamma * (var + eps).rsqrt())), mean, var
    pixels = len(x) * x.shape[2] * x.shape[3]
    if pixels < 2:
        raise ValueError(f"batch normalisation trains on two samples or more; got {pixels}")
    out, batch_mean, batch_var = _BatchNorm2d.apply(x, gamma, beta, eps)  # type: ignore[no-untyped-call]
    mean = (1 - momentum) * mean + momentum * batch_mean
    return out, mean, (1 - momentum) * var + momentum * batch_var * (pixels / (pixels - 1))


def _each(channels: Tensor) -> Tensor:
    """One number for each channel, to meet all its pixels."""
    return channels[:, None, None]


class _BatchNorm2d(torch.autograd.Function):
    """A training step: (out, mean, var) of the batch. Kept for the way back: the centred maps."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, gamma: Tensor, beta: Tensor, eps: float) -> tuple[Tensor, Tensor, Tensor]:
        """What the textbook form gives; keeps what the way back needs."""
        mean = x.mean(dim=PIXELS)
        centred = x - _each(mean)
        squares = centred.square()
        var = squares.mean(dim=PIXELS)
        inverse_std = (var + eps).rsqrt()
        ctx.save_for_backward(x, gamma, beta, centred, inverse_std)
        ctx.eps = eps
        ctx.mark_non_differentiable(mean, var)
        scale = gamma * inverse_std
        memory = squares if squares.dtype == scale.dtype == beta.dtype else None  # it is there already
        out = torch.addcmul(_each(beta), centred, _each(scale), out=memory)
        return out, mean, var

    @staticmethod
    @in_full
    def backward(ctx: Any, dout: Tensor, *_: Any) -> tuple[Tensor | None, ...]:
        """The gradients of the arguments, in their order; None for those that have none."""
        x, gamma, beta, centred, inverse_std = ctx.saved_tensors
        if torch.is_grad_enabled():  # a gradient's gradient is wanted
            zeros = torch.zeros_like(gamma)
            f = lambda x, g, b: normalisation.batchnorm2d(x, g, b, zeros, zeros, True, 0.1, ctx.eps)[0]  # noqa: E731
            return *by_autograd(f, (x, gamma, beta), (dout,), ctx.needs_input_grad[:3]), None
        centred, inverse_std = centred.to(dout.dtype), inverse_std.to(dout.dtype)
        dbeta = dout.sum(dim=PIXELS)
        dgamma = torch.linalg.vecdot(dout.flatten(2), centred.flatten(2)).sum(dim=0) * inverse_std
        # dx = γ / σ · (dout - mean(dout) - x̂ mean(dout x̂)), as in unit 1's `batchnorm_backward`
        scale, pixels = gamma * inverse_std, len(x) * x.shape[2] * x.shape[3]
        shift, along = _each(-scale * dbeta / pixels), _each(-scale * inverse_std * dgamma / pixels)
        dx = torch.addcmul(shift, dout, _each(scale)).addcmul_(centred, along)
        return dx, dgamma, dbeta, None
