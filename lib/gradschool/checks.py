"""What many references refuse, each kind of it with one sentence.

A check that reads numbers out of a tensor waits for its device. Scores are checked wherever there are numbers to read.
Indices are checked on the CPU alone: on a GPU the kernel that uses them stops at one out of range, and the hot paths of
training must not wait.
"""

import torch
from jaxtyping import Shaped
from torch import Tensor


def has_numbers(x: Shaped[Tensor, "..."]) -> bool:
    """Whether there are numbers to read: not on the meta device, not inside a transform such as `torch.func.vmap`."""
    return not x.is_meta and not torch._C._functorch.is_functorch_wrapped_tensor(x)


def check_indices(indices: Shaped[Tensor, "..."], count: int, what: str = "classes") -> None:
    """Refuse what is no index into `count` things.

    Raises:
        ValueError: one below 0, or from `count` on.
    """
    if indices.numel() and indices.device.type == "cpu" and has_numbers(indices):
        low, high = int(indices.min()), int(indices.max())
        if low < 0 or high >= count:
            raise ValueError(f"{what} are 0 to {count - 1}; got {low} to {high}")


def check_scores(scores: Shaped[Tensor, "..."], what: str = "scores") -> None:
    """Refuse what has no order.

    Raises:
        ValueError: a NaN among them.
    """
    if has_numbers(scores) and bool(scores.isnan().any()):
        missing = int(scores.isnan().sum())
        raise ValueError(f"{what} are put in order, so each is a number; got NaN in {missing} of {scores.numel()}")


def check_among(y: Shaped[Tensor, "..."], allowed: tuple[float, float], what: str = "classes") -> None:
    """Refuse what is neither of two numbers.

    Raises:
        ValueError: another one.
    """
    if y.device.type == "cpu" and has_numbers(y) and not bool(((y == allowed[0]) | (y == allowed[1])).all()):
        raise ValueError(f"{what} are {allowed[0]:g} or {allowed[1]:g}; got {sorted(set(y.flatten().tolist()))[:5]}")


def check_shares(p: Shaped[Tensor, "..."], what: str) -> None:
    """Refuse what is no probability.

    Raises:
        ValueError: one below 0 or above 1, or a NaN.
    """
    if p.device.type == "cpu" and has_numbers(p) and not bool(((p >= 0) & (p <= 1)).all()):
        raise ValueError(f"{what} lies between 0 and 1; got {p.min().item():.3g} to {p.max().item():.3g}")


def check_steps(x: Shaped[Tensor, "batch time inputs"]) -> None:
    """Refuse a sequence that has no last state.

    Raises:
        ValueError: no step.
    """
    if x.shape[1] < 1:
        raise ValueError(f"a sequence has at least one step; got x of shape {tuple(x.shape)}")
