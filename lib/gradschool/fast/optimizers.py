"""Optimizers for speed: one step of all parameters of a network at once, in place.

The textbook's step makes a new tensor for each sign in its formula. Here each sign is one call for all parameters
(`torch._foreach_…`, which is what `torch.optim` calls with `foreach=True`; on a GPU it is one launch for all of
them), and writes into the tensors that are there.
"""

import torch
from jaxtyping import Float
from torch import Tensor

Tensors = list[Float[Tensor, "..."]]


@torch.no_grad()
def sgd_step(parameters: Tensors, grads: Tensors, lr: float) -> None:
    """`optimizers.sgd_step` for all parameters, in place: p ← p - lr g."""
    torch._foreach_add_(parameters, grads, alpha=-lr)


@torch.no_grad()
def momentum_step(parameters: Tensors, grads: Tensors, velocities: Tensors, lr: float, mu: float = 0.9) -> None:
    """`optimizers.momentum_step` for all parameters, in place: v ← μ v + g, p ← p - lr v."""
    torch._foreach_mul_(velocities, mu)
    torch._foreach_add_(velocities, grads)
    torch._foreach_add_(parameters, velocities, alpha=-lr)


@torch.no_grad()
def adam_step(
    parameters: Tensors,
    grads: Tensors,
    means: Tensors,
    squares: Tensors,
    t: int,
    lr: float = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> int:
    """`optimizers.adam_step` for all parameters, in place: see there for the formula.

    Args:
        parameters, grads: of a network; the gradients stay as they are.
        means, squares: running means of g and g², uncorrected; zeros before the first step.
        t: steps taken before this one.

    Returns:
        The number of steps taken, t + 1.
    """
    t = t + 1
    torch._foreach_lerp_(means, grads, 1 - beta1)  # m + (1 - β₁) (g - m)
    torch._foreach_mul_(squares, beta2)
    torch._foreach_addcmul_(squares, grads, grads, 1 - beta2)
    # the corrections for the start at zero are numbers, and leave the tensors to the step's size and to ε
    roots = torch._foreach_sqrt(squares)
    torch._foreach_div_(roots, (1 - beta2**t) ** 0.5)
    torch._foreach_add_(roots, eps)
    torch._foreach_addcdiv_(parameters, means, roots, -lr / (1 - beta1**t))
    return t
