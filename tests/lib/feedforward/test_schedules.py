"""Schedules against torch.optim.lr_scheduler, and the corners that torch leaves open."""

from itertools import pairwise

import pytest
import torch
from torch.optim import lr_scheduler

from gradschool.feedforward import schedules


def torchs(make, steps, lr=0.4):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (
            lambda t: schedules.step_decay(t, 0.4, drop=0.3, every=4),
            lambda o: lr_scheduler.StepLR(o, step_size=4, gamma=0.3),
        ),
        (lambda t: schedules.exponential_decay(t, 0.4, gamma=0.9), lambda o: lr_scheduler.ExponentialLR(o, gamma=0.9)),
        (
            lambda t: schedules.cosine_schedule(t, T=30, warmup=0, hi=0.4, lo=0.01),
            lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=30, eta_min=0.01),
        ),
        (
            lambda t: schedules.linear_warmup(t + 1, 10, 0.4),  # torch's may not start from 0
            lambda o: lr_scheduler.LinearLR(o, start_factor=0.1, total_iters=9),
        ),
    ],
    ids=["step", "exponential", "cosine", "warm-up"],
)
def test_thirty_steps_are_torchs(ours, theirs):
    assert [ours(t) for t in range(30)] == pytest.approx(torchs(theirs, 30), rel=1e-10)


def test_the_cosines_corners():
    rate = [schedules.cosine_schedule(t, T=20, warmup=4, hi=0.8, lo=0.2) for t in range(30)]
    assert rate[:5] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])
    assert rate[12] == pytest.approx(0.5)  # half way down
    assert rate[20:] == pytest.approx([0.2] * 10)
    assert all(a > b for a, b in pairwise(rate[4:21]))


@pytest.mark.parametrize(("T", "warmup"), [(10, 10), (10, 11), (0, 0), (10, -1)])
def test_a_warm_up_that_never_ends_is_refused(T, warmup):
    with pytest.raises(ValueError, match="0 <= warmup < T"):
        schedules.cosine_schedule(3, T, warmup, hi=0.1)


def test_a_drop_every_zero_steps_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        schedules.step_decay(3, 0.1, 0.5, 0)
