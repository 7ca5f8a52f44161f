"""Regularisation: what keeps a network from learning its training set by heart."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor


def dropout_forward(
    x: Float[Tensor, "*shape"], p: float, train: bool, generator: torch.Generator
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
    """Inverted dropout: each element is 0 with probability p, else divided by 1 - p, so that its mean stays.

    In evaluation x passes as it is, and the mask is all ones.

    Args:
        x: activations.
        p: the share that is dropped, in [0, 1).
        train: training or evaluation.
        generator: where chance comes from; on the device of `x`.

    Returns:
        (out, mask) with out = x · mask; the mask is already divided by 1 - p.

    Raises:
        ValueError: p outside [0, 1).

    Source:
        Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov (2014); the scaling in training is in its section 10.
    """
    if not 0 <= p < 1:
        raise ValueError(f"p is the share that is dropped, 0 <= p < 1; got {p}")
    if not train:
        return x, torch.ones_like(x)
    kept = torch.rand(x.shape, generator=generator, device=x.device) >= p
    mask = kept.to(x.dtype) / (1 - p)
    return x * mask, mask


def dropout_backward(dout: Float[Tensor, "*shape"], mask: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Gradient with respect to x: what was dropped passes nothing back, what was scaled is scaled again."""
    return dout * mask


def l2_penalty(weights: Sequence[Float[Tensor, "..."]], lam: float) -> Float[Tensor, ""]:
    """λ/2 · Σ w² over all weights, to be added to the loss. Its gradient is λ w: plain gradient descent shrinks each
    weight by the factor 1 - lr λ, which is what torch's `weight_decay=λ` does.

    Source: Goodfellow, Bengio & Courville (2016), eq. 7.2.
    """
    return lam / 2 * torch.stack([w.square().sum() for w in weights]).sum()


def l1_penalty(weights: Sequence[Float[Tensor, "..."]], lam: float) -> Float[Tensor, ""]:
    """λ · Σ |w| over all weights, to be added to the loss. Its gradient is ±λ however small w is, so weights reach 0.

    Source: Goodfellow, Bengio & Courville (2016), eq. 7.18 and 7.19.
    """
    return lam * torch.stack([w.abs().sum() for w in weights]).sum()


class EarlyStopping:
    """Says when to stop: after `patience` epochs in a row without a better validation loss.

    Args:
        patience: bad epochs that are allowed before the verdict, at least 1.
        min_delta: a loss is better only if it lies below the best one by more than this.

    Source:
        Goodfellow, Bengio & Courville (2016), algorithm 7.1.
    """

    def __init__(self, patience: int, min_delta: float = 0.0) -> None:
        if patience < 1 or not min_delta >= 0:
            raise ValueError(f"patience is at least 1 and min_delta at least 0; got {patience} and {min_delta}")
        self.patience, self.min_delta = patience, min_delta
        self.best = math.inf
        self.bad_epochs = 0

    def step(self, loss: float) -> bool:
        """Take one epoch's validation loss; True at the patience-th bad epoch in a row. NaN is never better."""
        if loss < self.best - self.min_delta:
            self.best, self.bad_epochs = float(loss), 0
        else:
            self.bad_epochs += 1
        return self.bad_epochs >= self.patience


# The same in torch: nn.Dropout(p), which has a mode, and optim.SGD(..., weight_decay=lam). An L1 penalty is added to
# the loss by hand: lam * sum(p.abs().sum() for p in net.parameters()). Early stopping is left to the training loop.
