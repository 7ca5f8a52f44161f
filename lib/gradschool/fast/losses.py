"""Cross-entropy for speed: one node in the graph, which keeps the probabilities for the way back."""

from typing import Any

import torch
from jaxtyping import Float, Integer
from torch import Tensor

from gradschool.differentiation import by_autograd
from gradschool.feedforward import losses


def cross_entropy(logits: Float[Tensor, "batch classes"], target: Integer[Tensor, " batch"]) -> Float[Tensor, ""]:
    """`losses.cross_entropy`: arguments and result as there."""
    loss: Tensor = _CrossEntropy.apply(logits, target.long().unsqueeze(1))  # type: ignore[no-untyped-call]
    return loss


class _CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, logits: Tensor, target: Tensor) -> Tensor:
        """What the textbook form gives; keeps what the way back needs."""
        shifted = logits - logits.amax(dim=1, keepdim=True)
        right = shifted.gather(1, target)
        p = shifted.exp_()
        total = p.sum(dim=1, keepdim=True)
        ctx.save_for_backward(logits, target, p.div_(total))
        return total.log_().sub_(right).mean()

    @staticmethod
    def backward(ctx: Any, dloss: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of the arguments, in their order; None for those that have none."""
        logits, target, p = ctx.saved_tensors
        if torch.is_grad_enabled():  # a gradient's gradient is wanted
            f = lambda z: losses.cross_entropy(z, target.squeeze(1))  # noqa: E731
            return *by_autograd(f, (logits,), (dloss,), (True,)), None
        share = dloss / len(p)
        return (p * share).scatter_add_(1, target, -share.expand_as(target)), None
