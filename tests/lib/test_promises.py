"""What a docstring says of every result holds after rounding too; the truth is the same formula in float64, or SciPy's."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from torch.testing import assert_close

from gradschool.adversarial import frechet, game, steps, wasserstein
from gradschool.autoencoders import reconstruction, sparsity, subspaces, variational
from gradschool.convolutional import boxes
from gradschool.feedforward import activations

seeds = st.integers(0, 2**31)
small = st.integers(-9, -1).map(lambda power: 10.0**power)


def normal(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@given(seeds, small, st.sampled_from([torch.float32, torch.float64]))
def test_a_divergence_of_gaussians_is_never_negative(seed, scale, dtype):
    mu, logvar = (scale * normal(seed, 2, 200, 3)).to(dtype)
    assert (variational.kl_divergence(0 * mu, logvar) >= 0).all()
    exact = variational.kl_divergence(mu.double(), logvar.double())
    rounding = 10 * scale * torch.finfo(dtype).eps  # of the log-variances themselves
    assert_close(variational.kl_divergence(mu, logvar).double(), exact, rtol=1e-5, atol=rounding)


def test_a_divergence_of_gaussians_near_zero_is_its_square():
    """½ (σ² - 1 - log σ²) is x²/4 for σ² = exp(x), up to x³/12."""
    logvar = torch.tensor([[1e-6]])
    assert_close(variational.kl_divergence(0 * logvar, logvar), torch.tensor([2.5e-13]), rtol=0.1, atol=0)


def shares(seed, n, apart):
    p = normal(seed, n, 6).abs() + 0.05
    p = p / p.sum(-1, keepdim=True)
    q = (p * (1 + apart * normal(seed + 1, n, 6))).abs()
    return p, q / q.sum(-1, keepdim=True)


@given(seeds, small)
def test_jensen_shannon_has_a_root_and_scipy_finds_the_same(seed, apart):
    p, q = shares(seed, 300, apart)
    single = game.js_divergence(p.float(), q.float())
    assert ((single >= 0) & (single <= math.log(2) + 1e-6)).all() and not single.sqrt().isnan().any()
    exact = game.js_divergence(p.float().double(), q.float().double())
    assert_close(single.double(), exact, rtol=0.05, atol=1e-13)
    if apart > 1e-4:  # SciPy subtracts logarithms, and has no digits left further down
        theirs = torch.from_numpy(jensenshannon(p.numpy(), q.numpy(), axis=-1) ** 2)
        assert_close(game.js_divergence(p, q), theirs, rtol=1e-6, atol=1e-15)


def test_jensen_shannon_at_its_ends():
    p, q = torch.tensor([0.25, 0.75, 0.0, 0.0]), torch.tensor([0.0, 0.0, 0.5, 0.5])
    assert_close(game.js_divergence(p, q), torch.tensor(math.log(2)))
    assert game.js_divergence(p, p) == 0


@given(seeds, st.integers(2, 12), st.sampled_from([torch.float32, torch.float64]))
def test_frechet_of_a_cloud_with_itself_is_0_and_never_below(seed, samples, dtype):
    mean, covariance = frechet.moments(normal(seed, samples, 10).to(dtype))
    itself = frechet.frechet_distance(mean, covariance, mean, covariance)
    assert 0 <= itself <= 100 * torch.finfo(dtype).eps * covariance.trace()


@given(seeds, st.integers(2, 40))
def test_frechet_of_few_samples_in_many_dimensions_keeps_its_digits(seed, samples):
    single = [
        *frechet.moments(normal(seed, samples, 20).float()),
        *frechet.moments(normal(seed + 1, samples, 20).float()),
    ]
    exact = frechet.frechet_distance(*(part.double() for part in single))
    assert_close(frechet.frechet_distance(*single).double(), exact, rtol=0, atol=1e-4 * single[1].trace().item())


def at(logit, *shape):
    return torch.full(shape, float(logit), dtype=torch.float64)


@pytest.mark.parametrize("z", [15.0, 21.0, 30.0, 40.0])
def test_a_sure_and_right_unit_still_pays_a_little(z):
    """-log σ(z) is log(1 + exp(-z)), far beyond the 20 from where torch's softplus is a straight line."""
    one, little = torch.ones(2, 3).double(), math.log1p(math.exp(-z))
    zeros = torch.zeros(2, 1).double()
    for x in (one, 0 * one):  # right on white pixels, and on black ones
        logits = at(z, 2, 3) * (2 * x - 1)
        pays = torch.tensor(3 * little, dtype=torch.float64)
        assert_close(variational.elbo_loss(logits, x, zeros, zeros), pays, rtol=1e-12, atol=0)
        assert_close(reconstruction.reconstruction_loss(logits, x, "bce"), pays, rtol=1e-12, atol=0)
        single = reconstruction.reconstruction_loss(logits.float(), x.float(), "bce")
        assert_close(single, pays.float(), rtol=1e-6, atol=0)
    twice = torch.tensor(2 * little, dtype=torch.float64)
    assert_close(game.discriminator_loss(at(z, 4), at(-z, 3)), twice, rtol=1e-12, atol=0)
    assert_close(steps.smoothed_discriminator_loss(at(z, 4), at(-z, 3), 1.0), twice, rtol=1e-12, atol=0)
    assert_close(game.generator_loss(at(z, 4)), twice / 2, rtol=1e-12, atol=0)
    # sure and wrong, the loss is z and this little: the last digits of float64
    assert game.generator_loss(at(-z, 1)) == z + little
    assert game.generator_loss(at(z, 1), saturating=True) == -(z + little)


@given(st.floats(0.01, 0.99), st.sampled_from([torch.float32, torch.float64]))
def test_a_code_whose_mean_is_the_target_costs_nothing(rho, dtype):
    assert sparsity.kl_sparsity(torch.full((1, 3), rho, dtype=dtype), rho, 1.0) == 0


@given(seeds, small)
def test_overlaps_are_0_to_1(seed, apart):
    corner = 10 * normal(seed, 50, 2)
    a = torch.cat([corner, corner + normal(seed + 1, 50, 2).abs()], dim=1).float()
    b = a + apart * normal(seed + 2, 50, 4).float()
    for found in (boxes.iou(a, b), boxes.shape_iou(a[:, 2:] - a[:, :2], (b[:, 2:] - b[:, :2]).abs())):
        assert ((found >= 0) & (found <= 1)).all()
    assert (boxes.iou(a, a).diagonal()[boxes.area(a) > 0] == 1).all()


def test_shapes_without_area_overlap_by_0():
    flat = torch.tensor([[0.0, 3.0], [2.0, 0.0], [2.0, 2.0]])
    assert boxes.shape_iou(flat, flat).tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 1]]


@given(seeds)
def test_angles_are_0_to_90_and_a_distance_is_not_negative(seed):
    A, B = normal(seed, 6, 3).float(), normal(seed + 1, 6, 2).float()
    for angles in (subspaces.principal_angles(A, B), subspaces.principal_angles(A, A), subspaces.principal_angles(torch.eye(6)[:, :2], torch.eye(6)[:, 3:5])):  # fmt: skip
        assert ((angles >= 0) & (angles <= 90)).all()
    assert wasserstein.wasserstein_1d(A.flatten(), B.flatten()) >= 0
    assert wasserstein.wasserstein_1d(A.flatten(), A.flatten()[torch.randperm(18)]) == 0


@given(seeds)
def test_probabilities_are_0_to_1(seed):
    z = 200 * normal(seed, 20, 4).float()
    p = activations.softmax(z)
    assert ((p >= 0) & (p <= 1)).all()
    assert_close(p.sum(dim=-1), torch.ones(20))
    assert ((activations.sigmoid(z) >= 0) & (activations.sigmoid(z) <= 1)).all() and (
        activations.tanh(z).abs() <= 1
    ).all()
    d = game.optimal_discriminator(p, p.flip(1))
    assert ((d >= 0) & (d <= 1)).all()
