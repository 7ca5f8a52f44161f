"""Gradient clipping: a bound on the length of a step, whatever the gradient."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from gradschool.precision import wide


def clip_by_global_norm(
    grads: Sequence[Float[Tensor, "..."]], c: float
) -> tuple[list[Float[Tensor, "..."]], Float[Tensor, ""]]:
    """Shrink all gradients by one factor, min(1, c / ‖g‖), where ‖g‖ is the norm of all of them as one long vector.

    The direction stays; gradients no longer than c stay as they are, zeros too, where the slope of the factor is 0.

    Args:
        grads: the gradients of all parameters.
        c: the greatest norm that may come out, > 0.

    Returns:
        (clipped gradients, norm before clipping).

    Raises:
        ValueError: no gradients, or c not positive.

    Source:
        Pascanu, Mikolov & Bengio (2013), algorithm 1. torch.nn.utils.clip_grad_norm_ adds 1e-6 to the norm first.
    """
    if not grads or not c > 0:
        raise ValueError(f"expected at least one gradient and a positive bound; got {len(grads)} and {c}")
    # the norm of the norms: squares of 16-bit numbers overflow, and the root of their sum has no slope at 0
    norm: Tensor = torch.stack([wide(g).norm() for g in grads]).norm()
    factor = c / norm.clamp(min=c)
    return [g * factor for g in grads], norm


# The same in torch: torch.nn.utils.clip_grad_norm_(parameters, c), in place, between backward() and step().
