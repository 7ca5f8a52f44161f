"""Penalties on a code that most of its units stay quiet: L1, and the KL divergence to a target activation."""

import torch
from jaxtyping import Float
from torch import Tensor

from gradschool.checks import check_shares


def l1_sparsity(h: Float[Tensor, "batch code"], lam: float) -> Float[Tensor, ""]:
    """λ Σ_j |h_j|: summed over the units of a code, averaged over the batch.

    Its slope is λ however small an activation is, so that units which reconstruction does not defend fall silent.

    Source: Goodfellow, Bengio & Courville (2016), section 14.2.1.
    """
    return lam * h.abs().sum(dim=1).mean()


def kl_sparsity(h: Float[Tensor, "batch code"], rho: float, beta: float) -> Float[Tensor, ""]:
    """β Σ_j KL(ρ ‖ ρ̂_j), with ρ̂_j the mean activation of unit j over the batch; 0 where every mean is ρ.

    KL(ρ ‖ ρ̂) = ρ log(ρ / ρ̂) + (1 - ρ) log((1 - ρ) / (1 - ρ̂)) is the divergence of two coins, in nats. The means are
    kept one machine epsilon away from 0 and 1, so that a unit that is dead on the whole batch costs much, not infinity.

    Args:
        h: activations between 0 and 1, as a sigmoid layer gives.
        rho: target mean activation, above 0 and below 1, usually some per cent.
        beta: weight of the penalty.

    Raises:
        ValueError: rho outside (0, 1), or a mean activation outside [0, 1].

    Source:
        Ng (2011), Sparse autoencoder, CS294A lecture notes, section 3; Lee, Ekanadham & Ng (2008) for the idea.
    """
    if not 0 < rho < 1:
        raise ValueError(f"rho is a share above 0 and below 1; got {rho}")
    check_shares(h, "h")
    eps = torch.finfo(h.dtype).eps
    mean = h.mean(dim=0).clamp(eps, 1 - eps)  # (code,)
    target = mean.new_tensor(rho)  # rounded as the mean is: where the two are equal, both logarithms are 0
    kl = target * torch.log(target / mean) + (1 - target) * torch.log((1 - target) / (1 - mean))
    return beta * kl.sum()


# The same in torch: torch.distributions.kl_divergence(Bernoulli(rho), Bernoulli(h.mean(0))).sum() for the second; the
# first is written out there too.
