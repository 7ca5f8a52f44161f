"""The losses of both players, the ideal discriminator, the divergence, and a brake, against torch, scipy and closed forms."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from torch.testing import assert_close

from gradschool.adversarial import game

seeds = st.integers(0, 10**6)


def gradients(loss, *inputs):
    return torch.autograd.grad(loss, inputs)


@given(seed=seeds, scale=st.floats(0.1, 30))
def test_the_discriminators_loss_is_torchs_binary_cross_entropy_on_each_half(seed, scale, normal):
    real, fake = (scale * normal(seed, 5)).requires_grad_(), (scale * normal(seed + 1, 3)).requires_grad_()
    ours = game.discriminator_loss(real, fake)
    theirs = F.binary_cross_entropy_with_logits(real, torch.ones_like(real))
    theirs = theirs + F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
    assert_close(ours, theirs)
    assert_close(gradients(ours, real, fake), gradients(theirs, real, fake), rtol=1e-6, atol=1e-13)


def test_a_discriminator_that_guesses_loses_log_4():
    assert game.discriminator_loss(torch.zeros(3), torch.zeros(7)).item() == pytest.approx(math.log(4))


@given(seed=seeds)
def test_the_generators_losses_are_those_of_their_formulas(seed, normal):
    z = (2 * normal(seed, 6)).requires_grad_()
    for saturating in (False, True):
        d = torch.sigmoid(z)
        formula = (1 - d).log().mean() if saturating else -d.log().mean()
        ours = game.generator_loss(z, saturating)
        assert_close(ours, formula)
        assert_close(gradients(ours, z), gradients(formula, z), rtol=1e-6, atol=1e-12)


def test_only_one_of_the_two_forms_keeps_its_slope_where_the_generator_is_seen_through():
    z = torch.full((4,), -50.0, dtype=torch.float64, requires_grad=True)
    (kept,) = gradients(game.generator_loss(z), z)
    (lost,) = gradients(game.generator_loss(z, saturating=True), z)
    assert_close(kept, torch.full_like(kept, -0.25))
    assert lost.abs().max() < 1e-20


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_extreme_logits_stay_finite(dtype):
    z = torch.tensor([-1e4, 1e4], dtype=dtype, requires_grad=True)
    losses = [game.discriminator_loss(z, z), game.generator_loss(z), game.generator_loss(z, True)]
    for loss in losses:
        assert loss.dtype == dtype
        assert loss.isfinite()
        assert gradients(loss, z)[0].isfinite().all()


@given(seed=seeds)
def test_no_other_discriminator_does_better_than_the_optimal_one(seed, normal):
    p, q = normal(seed, 2, 8).abs() + 0.01
    p, q = p / p.sum(), q / q.sum()

    def loss(d):
        return -(p * d.log()).sum() - (q * (1 - d).log()).sum()

    best = game.optimal_discriminator(p, q)
    other = (best + 0.01 * normal(seed + 1, 8)).clamp(1e-3, 1 - 1e-3)
    assert loss(best) <= loss(other) + 1e-12
    assert_close(-loss(best), -math.log(4) + 2 * game.js_divergence(p, q))  # the value of the game


def test_the_optimal_discriminator_at_zeros():
    p, q = torch.tensor([0.0, 1.0, 0.0]), torch.tensor([2.0, 0.0, 0.0])
    assert_close(game.optimal_discriminator(p, q), torch.tensor([0.0, 1.0, 0.5]))


@given(seed=seeds, zeros=st.integers(0, 3))
def test_the_divergence_is_the_square_of_scipys_distance(seed, zeros, normal):
    p, q = normal(seed, 2, 6).abs()
    p[:zeros] = 0
    q[3 : 3 + zeros] = 0
    p, q = p / p.sum(), q / q.sum()
    assert_close(game.js_divergence(p, q).item(), float(jensenshannon(p, q)) ** 2, rtol=1e-9, atol=1e-12)
    assert_close(game.js_divergence(p, q), game.js_divergence(q, p))
    assert -1e-15 <= game.js_divergence(p, q) <= math.log(2) + 1e-12


def test_disjoint_distributions_are_log_2_apart_and_equal_ones_0():
    p, q = torch.tensor([[0.5, 0.5, 0, 0], [0.2, 0.3, 0.1, 0.4]]), torch.tensor([[0, 0, 1.0, 0], [0.2, 0.3, 0.1, 0.4]])
    assert_close(game.js_divergence(p, q), torch.tensor([math.log(2), 0.0]), atol=1e-7, rtol=0)


def test_the_penalty_is_half_the_mean_square_of_the_slope_and_can_be_differentiated(normal):
    x, w = normal(0, 7, 3).requires_grad_(), normal(1, 3).requires_grad_()
    penalty = game.r1_penalty((x**2) @ w, x)  # the slope at x is 2 w x
    assert_close(penalty, (2 * w * x).square().sum(1).mean() / 2)
    (by_w,) = torch.autograd.grad(penalty, w)
    assert_close(by_w, (4 * w * x**2).mean(0))
