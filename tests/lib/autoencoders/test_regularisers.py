"""Sparsity, noise and contraction against closed forms, torch's own and each other."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch.distributions import Bernoulli, kl_divergence
from torch.testing import assert_close

from gradschool.autoencoders.contraction import contractive_penalty, jacobian_frobenius
from gradschool.autoencoders.corruption import gaussian_noise, masking_noise, salt_and_pepper
from gradschool.autoencoders.networks import Autoencoder
from gradschool.autoencoders.sparsity import kl_sparsity, l1_sparsity
from gradschool.training import generator

seeds = st.integers(0, 10**6)


def test_l1_by_hand():
    h = torch.tensor([[1.0, -2.0], [0.0, 3.0]])
    assert l1_sparsity(h, 0.5).item() == pytest.approx(0.5 * (3 + 3) / 2)


@given(seed=seeds, batch=st.integers(1, 5), units=st.integers(1, 4), rho=st.floats(0.01, 0.99))
def test_kl_is_torchs(seed, batch, units, rho, normal):
    h = normal(seed, batch, units).sigmoid().requires_grad_()
    target = torch.full((units,), rho, dtype=torch.float64)
    theirs = 3 * kl_divergence(Bernoulli(target), Bernoulli(h.mean(dim=0))).sum()
    ours = kl_sparsity(h, rho, 3.0)
    assert_close(ours, theirs, atol=1e-9, rtol=1e-7)
    assert_close(torch.autograd.grad(ours, h), torch.autograd.grad(theirs, h))


def test_kl_vanishes_at_the_target_only_and_dead_units_cost_a_finite_sum():
    assert kl_sparsity(torch.tensor([[0.0], [0.1]]).double(), 0.05, 1.0).abs() < 1e-15
    for level in (0.0, 1.0):
        cost = kl_sparsity(torch.full((4, 1), level), 0.05, 1.0)
        assert math.isfinite(cost) and cost > 0.5


@pytest.mark.parametrize("rho", [0.0, 1.0, -0.1, math.nan])
def test_targets_that_are_no_shares_are_refused(rho):
    with pytest.raises(ValueError, match="above 0 and below 1"):
        kl_sparsity(torch.ones(2, 2) / 2, rho, 1.0)


def test_gaussian_noise_is_normal_and_added(normal):
    x = normal(0, 200, 100)
    noise = (gaussian_noise(x, 0.3, generator(1)) - x) / 0.3
    assert stats.kstest(noise.flatten().numpy(), "norm").pvalue > 1e-6
    assert len(noise.unique(dim=0)) == 200
    assert torch.equal(gaussian_noise(x, 0.0, generator(1)), x)


@pytest.mark.parametrize("p", [0.0, 0.2, 0.75, 1.0])
def test_masking_destroys_its_share_and_leaves_the_rest(p, normal):
    x = normal(0, 300, 100).abs() + 0.1
    out = masking_noise(x, p, generator(2))
    destroyed = int((out == 0).sum())
    assert torch.equal(out[out != 0], x[out != 0])
    assert destroyed == p * x.numel() if p in (0, 1) else stats.binomtest(destroyed, x.numel(), p).pvalue > 1e-6


@pytest.mark.parametrize("p", [0.0, 0.2, 0.75, 1.0])
def test_salt_and_pepper_are_even(p):
    x = 0.1 + 0.8 * torch.rand(300, 100, generator=generator(0))
    out = salt_and_pepper(x, p, generator(3))
    salt, pepper = int((out == 1).sum()), int((out == 0).sum())
    rest = (out != 0) & (out != 1)
    assert torch.equal(out[rest], x[rest])
    if p == 0:
        assert salt == pepper == 0
        return
    assert salt + pepper == x.numel() if p == 1 else stats.binomtest(salt + pepper, x.numel(), p).pvalue > 1e-6
    assert stats.binomtest(salt, salt + pepper, 0.5).pvalue > 1e-6


@pytest.mark.parametrize("corrupt", [gaussian_noise, masking_noise, salt_and_pepper])
def test_noise_comes_from_its_generator_alone_and_leaves_its_argument(corrupt):
    x = torch.rand(20, 30, generator=generator(0)).double()
    kept, state = x.clone(), torch.get_rng_state()
    chance = generator(1)
    first, second = corrupt(x, 0.4, chance), corrupt(x, 0.4, chance)
    assert torch.equal(first, corrupt(x, 0.4, generator(1)))
    assert not torch.equal(first, second)
    assert torch.equal(x, kept) and torch.equal(state, torch.get_rng_state())
    assert first.dtype == x.dtype


@pytest.mark.parametrize(("corrupt", "level"), [(gaussian_noise, -1.0), (masking_noise, 1.2), (salt_and_pepper, -0.1)])
def test_levels_that_are_none_are_refused(corrupt, level):
    with pytest.raises(ValueError, match="got"):
        corrupt(torch.zeros(2), level, generator(0))


@given(seed=seeds, batch=st.integers(1, 4), code=st.integers(1, 4), inputs=st.integers(1, 5))
def test_the_closed_form_is_autograds_on_a_sigmoid_layer(seed, batch, code, inputs, normal):
    W, b, x = normal(seed, code, inputs).requires_grad_(), normal(seed + 1, code), normal(seed + 2, batch, inputs)

    def encode(x):
        return torch.sigmoid(x @ W.T + b)

    closed, general = contractive_penalty(encode(x), W), jacobian_frobenius(encode, x)
    assert_close(closed, general)
    assert_close(torch.autograd.grad(closed, W), torch.autograd.grad(general, W))


def test_the_general_form_is_the_jacobians_of_torch(normal):
    net = Autoencoder([5, 7, 3]).double()
    x = normal(0, 4, 5)
    jacobians = torch.func.vmap(torch.func.jacrev(net.encoder))(x)  # (batch, code, inputs)
    assert_close(jacobian_frobenius(net.encode, x), jacobians.square().sum() / 4)
    assert x.grad is None and not x.requires_grad


def test_a_linear_encoder_has_the_norm_of_its_matrix_and_images_may_have_any_shape(normal):
    W = normal(0, 3, 8)
    for x in (normal(1, 5, 8), normal(1, 5, 2, 4)):
        assert_close(jacobian_frobenius(lambda x: x.flatten(1) @ W.T, x), W.square().sum())


def test_codes_that_are_no_rows_are_refused():
    with pytest.raises(ValueError, match="codes of shape"):
        jacobian_frobenius(lambda x: x.sum(dim=0), torch.ones(3, 2))
