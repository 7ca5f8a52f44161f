"""Clipping, initialisation, batch normalisation and regularisation against torch, closed forms and distributions."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch.testing import assert_close

from gradschool.feedforward import clipping, initialisation, normalisation, regularisation

seeds = st.integers(0, 10**6)


@given(seed=seeds, scale=st.floats(1e-3, 1e3), c=st.floats(1e-2, 1e2))
def test_clipping_is_torchs_up_to_its_extra_millionth(seed, scale, c, normal):
    grads = [scale * normal(seed, 3, 2), scale * normal(seed + 1, 4)]
    leaves = [torch.zeros_like(g, requires_grad=True) for g in grads]
    for leaf, g in zip(leaves, grads, strict=True):
        leaf.grad = g.clone()
    their_norm = torch.nn.utils.clip_grad_norm_(leaves, c)
    clipped, norm = clipping.clip_by_global_norm(grads, c)
    assert_close(norm, their_norm)
    assert_close(clipped, [leaf.grad for leaf in leaves], rtol=1e-6 / c + 1e-6, atol=0)
    assert torch.cat([g.flatten() for g in clipped]).norm() <= c * (1 + 1e-12)


def test_short_gradients_and_zeros_stay_as_they_are(normal):
    grads = [0.01 * normal(0, 5), torch.zeros(2, dtype=torch.float64)]
    assert_close(clipping.clip_by_global_norm(grads, 1.0)[0], grads, rtol=0, atol=0)
    zeros, norm = clipping.clip_by_global_norm([torch.zeros(3), torch.zeros(2, 2)], 1.0)
    assert norm == 0
    assert_close(zeros, [torch.zeros(3), torch.zeros(2, 2)])


@pytest.mark.parametrize(("grads", "c"), [([], 1.0), ([torch.ones(1)], 0.0), ([torch.ones(1)], -1.0)])
def test_nothing_to_clip_and_no_bound_are_refused(grads, c):
    with pytest.raises(ValueError, match="a positive bound"):
        clipping.clip_by_global_norm(grads, c)


@pytest.mark.parametrize("shape", [(40, 60), (300, 20), (16, 8, 3, 3)], ids=str)
def test_xavier_is_uniform_between_its_bounds(shape):
    w = initialisation.xavier_uniform(shape, torch.Generator().manual_seed(0), gain=1.5)
    torch.manual_seed(0)
    theirs = torch.nn.init.xavier_uniform_(torch.empty(shape), gain=1.5)
    fan_in, fan_out = initialisation.fan_in_and_out(shape)
    a = 1.5 * math.sqrt(6 / (fan_in + fan_out))
    assert w.shape == shape
    assert 0.98 * a < w.abs().max() <= a
    assert stats.kstest(w.flatten().numpy(), stats.uniform(-a, 2 * a).cdf).pvalue > 1e-6
    assert stats.ks_2samp(w.flatten().numpy(), theirs.flatten().numpy()).pvalue > 1e-6


@pytest.mark.parametrize("shape", [(40, 60), (300, 20), (16, 8, 3, 3)], ids=str)
def test_he_is_normal_with_twice_the_inverse_fan_in(shape):
    w = initialisation.he_normal(shape, torch.Generator().manual_seed(0))
    fan_in, _ = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
    assert w.shape == shape
    assert stats.kstest(w.flatten().numpy(), stats.norm(0, math.sqrt(2 / fan_in)).cdf).pvalue > 1e-6


def test_he_keeps_the_signal_through_twenty_relu_layers_and_the_generator_is_the_only_chance():
    before = torch.get_rng_state()
    generator = torch.Generator().manual_seed(1)
    h = torch.randn(200, 256, generator=generator)
    for _ in range(20):
        h = (h @ initialisation.he_normal((256, 256), generator).T).relu()
    assert 0.3 < h.square().mean() < 3
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("shape", [(3,), (), (3, 0), (0, 2)], ids=str)
def test_shapes_without_fans_are_refused(shape):
    with pytest.raises(ValueError, match="none empty"):
        initialisation.he_normal(shape, torch.Generator())


def batchnorms(features, dtype, momentum=0.1, eps=1e-5):
    theirs = torch.nn.BatchNorm1d(features, momentum=momentum, eps=eps, dtype=dtype)
    with torch.no_grad():
        theirs.weight.copy_(torch.linspace(0.5, 2, features))
        theirs.bias.copy_(torch.linspace(-1, 1, features))
    return theirs


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@given(seed=seeds, batch=st.integers(2, 6), features=st.integers(1, 4), momentum=st.sampled_from([0.1, 0.5, 1.0]))
def test_batch_normalisation_is_torchs_over_several_steps_and_in_evaluation(
    seed, batch, features, momentum, dtype, normal
):
    theirs = batchnorms(features, dtype, momentum)
    gamma, beta = theirs.weight.detach(), theirs.bias.detach()
    mean, var = torch.zeros(features, dtype=dtype), torch.ones(features, dtype=dtype)
    tight = {"rtol": 1e-3, "atol": 1e-4} if dtype == torch.float32 else {"rtol": 1e-8, "atol": 1e-9}
    for step in range(4):
        x = (3 * normal(seed + step, batch, features, dtype=dtype) + 5).requires_grad_()
        dout = normal(seed + 99, batch, features, dtype=dtype)
        out, cache, mean, var = normalisation.batchnorm_forward(
            x.detach(), gamma, beta, mean, var, train=True, momentum=momentum
        )
        expected = theirs(x)
        assert_close(out, expected.detach(), **tight)
        gradients = torch.autograd.grad(expected, [x, theirs.weight, theirs.bias], dout)
        assert_close(normalisation.batchnorm_backward(dout, cache), gradients, **tight)
        assert_close((mean, var), (theirs.running_mean, theirs.running_var), **tight)
    theirs.eval()
    x = normal(seed + 7, 1, features, dtype=dtype)
    out, _, kept_mean, kept_var = normalisation.batchnorm_forward(x, gamma, beta, mean, var, train=False)
    assert_close(out, theirs(x).detach(), **tight)
    assert_close((kept_mean, kept_var), (mean, var), rtol=0, atol=0)


def test_a_constant_feature_stays_finite_and_a_batch_of_one_is_refused():
    ones = torch.ones(2)
    constant = torch.full((4, 2), 7.0)
    out, cache, _, var = normalisation.batchnorm_forward(constant, ones, 3 * ones, 0 * ones, ones, train=True)
    assert_close(out, torch.full((4, 2), 3.0))
    assert_close(var, 0.9 * ones)
    assert torch.isfinite(normalisation.batchnorm_backward(torch.ones(4, 2), cache)[0]).all()
    with pytest.raises(ValueError, match="two samples or more; got 1"):
        normalisation.batchnorm_forward(constant[:1], ones, ones, ones, ones, train=True)


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9])
def test_dropout_drops_its_share_and_keeps_the_mean(p):
    n = 40_000
    x = torch.full((n,), 2.0, dtype=torch.float64)
    out, mask = regularisation.dropout_forward(x, p, True, torch.Generator().manual_seed(0))
    dropped = int((mask == 0).sum())
    assert stats.binomtest(dropped, n, p).pvalue > 1e-6 if p else dropped == 0
    assert_close(mask[mask > 0], torch.full((n - dropped,), 1 / (1 - p), dtype=torch.float64))
    assert torch.equal(out, x * mask)
    assert out.mean().item() == pytest.approx(2, abs=0.15)


def test_dropout_follows_its_generator_sample_by_sample():
    x = torch.ones(8, 500)
    generator = torch.Generator().manual_seed(0)
    (_, first), (_, second) = (regularisation.dropout_forward(x, 0.5, True, generator) for _ in range(2))
    _, again = regularisation.dropout_forward(x, 0.5, True, torch.Generator().manual_seed(0))
    assert torch.equal(first, again)
    assert not torch.equal(first, second)
    assert len(first.unique(dim=0)) == 8  # no mask shared by the batch


def test_dropout_rests_in_evaluation():
    x = torch.randn(4, 3)
    out, mask = regularisation.dropout_forward(x, 0.9, False, torch.Generator())
    assert torch.equal(out, x)
    assert torch.equal(mask, torch.ones(4, 3))


def test_dropout_backward_is_autograds_through_the_same_mask(normal):
    x, dout = normal(0, 5, 4).requires_grad_(), normal(1, 5, 4)
    out, mask = regularisation.dropout_forward(x, 0.4, True, torch.Generator().manual_seed(2))
    assert_close(regularisation.dropout_backward(dout, mask), torch.autograd.grad(out, x, dout)[0])


@pytest.mark.parametrize("p", [-0.1, 1.0, 1.5, math.nan])
def test_shares_that_are_none_are_refused(p):
    with pytest.raises(ValueError, match="0 <= p < 1"):
        regularisation.dropout_forward(torch.ones(2), p, True, torch.Generator())


def test_the_l2_penalty_is_torchs_weight_decay(normal):
    weights = [normal(0, 3, 2).requires_grad_(), normal(1, 4).requires_grad_()]
    decayed = [w.detach().clone().requires_grad_() for w in weights]
    for w in decayed:
        w.grad = torch.zeros_like(w)
    torch.optim.SGD(decayed, lr=0.1, weight_decay=0.3).step()
    gradients = torch.autograd.grad(regularisation.l2_penalty(weights, 0.3), weights)
    assert_close([w - 0.1 * g for w, g in zip(weights, gradients, strict=True)], decayed)


def test_penalties_by_hand():
    weights = [torch.tensor([[1.0, -2.0]]), torch.tensor([3.0])]
    assert regularisation.l2_penalty(weights, 0.1).item() == pytest.approx(0.05 * 14)
    assert regularisation.l1_penalty(weights, 0.1).item() == pytest.approx(0.1 * 6)


@pytest.mark.parametrize(
    ("patience", "min_delta", "losses", "stops"),
    [
        (2, 0.0, [3, 2, 2.5, 2.4, 1], [False, False, False, True, False]),
        (1, 0.0, [3, 3], [False, True]),  # as good is not better
        (2, 0.0, [3, 4, 2, 4, 1, 4, 4], [False] * 6 + [True]),  # the count starts anew
        (2, 0.5, [3, 2.6, 2.5], [False, False, True]),  # better by exactly min_delta is not better
        (2, 0.5, [3, 2.6, 2.4, 2.3], [False, False, False, False]),  # measured from the best, not from the last
        (2, 0.0, [math.nan, math.nan, 1], [False, True, False]),
        (3, 0.0, [1, 2, 2, 2, 2], [False, False, False, True, True]),
    ],
)
def test_early_stopping_step_by_step(patience, min_delta, losses, stops):
    stopping = regularisation.EarlyStopping(patience, min_delta)
    assert [stopping.step(loss) for loss in losses] == stops


@pytest.mark.parametrize(("patience", "min_delta"), [(0, 0.0), (2, -0.1)])
def test_impatience_is_refused(patience, min_delta):
    with pytest.raises(ValueError, match="patience is at least 1"):
        regularisation.EarlyStopping(patience, min_delta)
