"""Hand-written backward passes, differentiated once more."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor


def by_autograd(
    f: Callable[..., Tensor | tuple[Tensor, ...]],
    arguments: Sequence[Any],
    douts: Sequence[Tensor | None],
    wanted: Sequence[bool],
) -> tuple[Tensor | None, ...]:
    """The gradients of f's arguments, as part of the graph: they can be differentiated again.

    The backward pass of a `torch.autograd.Function` is written for speed, into buffers of its own. Where a gradient's
    gradient is asked for (`create_graph=True`), it calls this with the function's plain form instead.

    Args:
        f: the plain form; gives one tensor or several.
        arguments: what it is called with.
        douts: gradient with respect to each of its results; None where none comes.
        wanted: for each argument, whether its gradient is.

    Returns:
        One gradient for each argument, None where it is not wanted.
    """
    with torch.enable_grad():
        found = f(*arguments)
        outs = (found,) if isinstance(found, Tensor) else found
        pairs = [(out, dout) for out, dout in zip(outs, douts, strict=True) if dout is not None]
        inputs = [a for a, needed in zip(arguments, wanted, strict=True) if needed]
        grads = iter(
            torch.autograd.grad(
                [out for out, _ in pairs], inputs, [dout for _, dout in pairs], create_graph=True, allow_unused=True
            )
        )
    return tuple(next(grads) if needed else None for needed in wanted)
