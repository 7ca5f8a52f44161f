"""The contractive penalty: how much a code moves when its input moves a little, ‖∂h/∂x‖²_F."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor


def contractive_penalty(h: Float[Tensor, "batch code"], weight: Float[Tensor, "code inputs"]) -> Float[Tensor, ""]:
    """Squared Frobenius norm of ∂h/∂x for a sigmoid layer h = σ(x Wᵀ + b), averaged over the batch.

    ∂h_j/∂x_i = h_j (1 - h_j) W_ji, so that the squares sum to Σ_j (h_j (1 - h_j))² Σ_i W_ji²: one product, no
    differentiation.

    Args:
        h: the layer's outputs, between 0 and 1.
        weight: the layer's W.

    Source:
        Rifai, Vincent, Muller, Glorot & Bengio (2011), section 3 and appendix.
    """
    slopes = h * (1 - h)
    return (slopes**2 @ (weight**2).sum(dim=1)).mean()


def jacobian_frobenius(encode: Callable[[Tensor], Tensor], x: Float[Tensor, "batch *pixels"]) -> Float[Tensor, ""]:
    """Squared Frobenius norm of ∂encode(x)/∂x for any encoder, averaged over the batch.

    One backward pass for each unit of the code: a sample's code depends on that sample alone, so that the gradient of
    Σ_n h_nj with respect to x holds in row n the gradient of h_nj.

    Args:
        encode: from a batch to its codes, (batch, code), row by row: no batch normalisation in training mode.
        x: the batch.

    Returns:
        One number, through which autograd can pass to the encoder's parameters.

    Raises:
        ValueError: codes that are not one row for each sample.

    Source:
        Rifai et al. (2011), eq. 1.
    """
    x = x.detach().requires_grad_()
    h = encode(x)  # (batch, code)
    if h.ndim != 2 or len(h) != len(x):
        raise ValueError(f"expected codes of shape (batch, code); got {tuple(h.shape)} for {len(x)} samples")
    total = x.new_zeros(())
    for unit in h.sum(dim=0):
        (slopes,) = torch.autograd.grad(unit, x, create_graph=True)
        total = total + slopes.square().sum()
    return total / len(x)


# The same in torch: torch.func.vmap(torch.func.jacrev(encode_one))(x).square().sum() / len(x), for an encoder of one
# sample.
