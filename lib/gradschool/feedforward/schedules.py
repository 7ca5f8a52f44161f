"""Learning rates that change: functions of the step (or epoch) t = 0, 1, 2 … that return the rate."""

import math


def step_decay(t: int, lr: float, drop: float, every: int) -> float:
    """The rate falls by the factor `drop` at each full `every` steps: lr · drop^⌊t / every⌋.

    Raises:
        ValueError: `every` below 1.
    """
    if every < 1:
        raise ValueError(f"every is a number of steps, at least 1; got {every}")
    return lr * drop ** (t // every)


def exponential_decay(t: int, lr: float, gamma: float) -> float:
    """The rate falls by the same factor at every step: lr · γ^t."""
    return lr * gamma**t


def linear_warmup(t: int, warmup: int, hi: float) -> float:
    """The rate rises on a straight line from 0 at t = 0 to `hi` at t = `warmup`, and stays there.

    Source: Goyal et al. (2017), section 2.2.
    """
    return hi if t >= warmup else hi * t / warmup


def cosine_schedule(t: int, T: int, warmup: int, hi: float, lo: float = 0.0) -> float:
    """Warm-up on a straight line to `hi` at t = `warmup`, then half a cosine down to `lo` at t = `T`, where it stays.

    Between the two: lo + (hi - lo) (1 + cos(π (t - warmup) / (T - warmup))) / 2.

    Raises:
        ValueError: unless 0 <= warmup < T.

    Source: Loshchilov & Hutter (2017), eq. 5, without restarts.
    """
    if not 0 <= warmup < T:
        raise ValueError(f"the warm-up ends before the schedule does: 0 <= warmup < T; got warmup={warmup}, T={T}")
    if t < warmup:
        return linear_warmup(t, warmup, hi)
    progress = min(1.0, (t - warmup) / (T - warmup))
    return lo + (hi - lo) * (1 + math.cos(math.pi * progress)) / 2


# The same in torch.optim.lr_scheduler: StepLR(step_size=every, gamma=drop), ExponentialLR(gamma), LinearLR to warm up,
# CosineAnnealingLR(T_max=T - warmup, eta_min=lo), and SequentialLR to put two in a row. They count calls of step().
