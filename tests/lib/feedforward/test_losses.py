"""Losses against torch, closed forms, and what a sure and wrong network must cost."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from gradschool.feedforward import losses

DTYPES = [torch.float32, torch.float64]
seeds = st.integers(0, 10**6)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@given(seed=seeds, shape=st.lists(st.integers(1, 4), max_size=3))
def test_mean_squared_error_is_torchs(seed, shape, dtype, normal):
    pred, target = normal(seed, *shape, dtype=dtype).requires_grad_(), normal(seed + 1, *shape, dtype=dtype)
    ours, theirs = losses.mse_loss(pred, target), F.mse_loss(pred, target)
    assert_close(ours, theirs)
    assert_close(torch.autograd.grad(ours, pred), torch.autograd.grad(theirs, pred))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@given(seed=seeds, batch=st.integers(1, 8))
def test_binary_cross_entropy_is_torchs_between_the_ends(seed, batch, dtype, normal):
    p = torch.sigmoid(3 * normal(seed, batch, dtype=dtype)).clamp(1e-4, 1 - 1e-4).requires_grad_()
    y = (normal(seed + 1, batch, dtype=dtype) > 0).to(dtype)
    ours, theirs = losses.binary_cross_entropy(p, y), F.binary_cross_entropy(p, y)
    assert_close(ours, theirs)
    assert_close(torch.autograd.grad(ours, p), torch.autograd.grad(theirs, p))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("p", [0.0, 1.0])
def test_binary_cross_entropy_at_the_ends(p, dtype):
    sure = torch.tensor([p], dtype=dtype, requires_grad=True)
    wrong = losses.binary_cross_entropy(sure, 1 - sure.detach())
    right = losses.binary_cross_entropy(sure, sure.detach())
    assert 10 <= wrong.item() < math.inf
    assert 0 <= right.item() <= 1e-6
    assert torch.autograd.grad(wrong, sure)[0].isfinite().all()


def test_binary_cross_entropy_is_least_where_p_is_the_share_of_ones():
    shares = torch.linspace(0.05, 0.95, 19, dtype=torch.float64)
    cost = [losses.binary_cross_entropy(p.reshape(1), shares.new_tensor([0.3])) for p in shares]
    assert shares[torch.stack(cost).argmin()].item() == pytest.approx(0.3)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("scale", [1.0, 1e4])
@given(seed=seeds, batch=st.integers(1, 5), classes=st.integers(1, 6))
def test_cross_entropy_and_its_backward_are_torchs(seed, batch, classes, scale, dtype, normal):
    logits = (scale * normal(seed, batch, classes, dtype=dtype)).requires_grad_()
    target = normal(seed + 1, batch, classes).argmax(dim=1)
    theirs = F.cross_entropy(logits, target)
    ours = losses.cross_entropy(logits, target)
    expected = torch.autograd.grad(theirs, logits)[0]
    assert_close(ours, theirs)
    assert_close(torch.autograd.grad(ours, logits)[0], expected)
    assert_close(losses.cross_entropy_backward(logits.detach(), target), expected)


def test_uniform_scores_cost_log_of_the_classes():
    loss = losses.cross_entropy(torch.full((3, 10), -7.0), torch.tensor([0, 4, 9]))
    assert loss.item() == pytest.approx(math.log(10), rel=1e-6)


@pytest.mark.parametrize("integers", [torch.int32, torch.int64, torch.uint8], ids=str)
def test_targets_may_be_any_integers(integers, normal):
    logits, target = normal(0, 4, 3), torch.tensor([2, 0, 1, 1])
    assert_close(losses.cross_entropy(logits, target.to(integers)), F.cross_entropy(logits, target))
    losses.cross_entropy_backward(logits, target.to(integers))


def test_hinge_loss_by_hand_and_its_gradient():
    scores = torch.tensor([2.0, 0.5, -0.5, 3.0], dtype=torch.float64, requires_grad=True)
    y = torch.tensor([1.0, 1.0, 1.0, -1.0], dtype=torch.float64)
    loss = losses.hinge_loss(scores, y)
    assert loss.item() == pytest.approx((0 + 0.5 + 1.5 + 4) / 4)
    assert torch.autograd.grad(loss, scores)[0].tolist() == [0, -0.25, -0.25, 0.25]


@given(seed=seeds, batch=st.integers(1, 8))
def test_hinge_loss_is_the_multi_margin_loss_of_the_scores_zero_and_s(seed, batch, normal):
    scores = normal(seed, batch)
    positive = normal(seed + 1, batch) > 0
    pairs = torch.stack([torch.zeros_like(scores), scores], dim=1)
    theirs = F.multi_margin_loss(pairs, positive.long()) * 2  # torch divides by the number of classes
    assert_close(losses.hinge_loss(scores, 2.0 * positive - 1), theirs, check_dtype=False)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("delta", [0.5, 1.0, 3.0])
@given(seed=seeds, batch=st.integers(1, 8))
def test_losses_for_outliers_are_torchs(seed, batch, delta, dtype, normal):
    pred, target = (3 * normal(seed, batch, dtype=dtype)).requires_grad_(), normal(seed + 1, batch, dtype=dtype)
    pairs = [
        (losses.huber_loss(pred, target, delta), F.huber_loss(pred, target, delta=delta)),
        (losses.absolute_loss(pred, target), F.l1_loss(pred, target)),
    ]
    for ours, theirs in pairs:
        assert_close(ours, theirs)
        assert_close(torch.autograd.grad(ours, pred), torch.autograd.grad(theirs, pred))
