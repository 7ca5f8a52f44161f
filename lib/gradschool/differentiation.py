"""Slopes where they are not plain: at the root of 0, and of backward passes written out by hand."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch
from jaxtyping import Float, Shaped
from torch import Tensor
from torch.autograd import forward_ad


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


def root(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """The square root, with a slope of 0 at 0, where that of `sqrt` is infinite and turns the chain rule into NaN."""
    return torch.where(x == 0, 0, torch.where(x == 0, 1, x).sqrt())


def transformed() -> bool:
    """Whether a transform of `torch.func` (grad, vmap, jvp …) or forward differentiation is at work.

    A backward pass written out by hand knows one way only, and buffers that are filled in place have no axis for
    `vmap`. There a fast form leaves the work to its textbook form, whose operations every transform knows.
    """
    return torch._C._are_functorch_transforms_active() or forward_ad._current_level >= 0


def autocast_type(x: Shaped[Tensor, "..."]) -> torch.dtype | None:
    """The data type in which autocast wants products on this tensor's device; None where it is off."""
    where = x.device.type
    if torch.amp.is_autocast_available(where) and torch.is_autocast_enabled(where):
        return torch.get_autocast_dtype(where)
    return None


def lowered(x: Shaped[Tensor, "*shape"], dtype: torch.dtype) -> Shaped[Tensor, "*shape"]:
    """What autocast makes of an argument: double precision stays."""
    return x if x.dtype == torch.float64 else x.to(dtype)


def in_full(backward: Callable[..., Any]) -> Callable[..., Any]:
    """A backward pass in the data types that the way forward chose, also where autocast is on when it runs."""

    @functools.wraps(backward)
    def _backward(ctx: Any, *douts: Any) -> Any:
        where = next(dout.device.type for dout in douts if dout is not None)
        if not torch.amp.is_autocast_available(where):
            return backward(ctx, *douts)
        with torch.autocast(where, enabled=False):
            return backward(ctx, *douts)

    return _backward
