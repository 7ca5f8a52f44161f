"""The variational autoencoder's parts against torch.distributions, closed forms and distributions of draws."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch.distributions import Normal
from torch.distributions import kl_divergence as torchs_kl
from torch.testing import assert_close

from gradschool.autoencoders import variational

seeds = st.integers(0, 10**6)


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


@given(seed=seeds, batch=st.integers(1, 5), latents=st.integers(1, 4))
def test_the_divergence_is_torchs_with_its_gradients_and_never_negative(seed, batch, latents, normal):
    mu, logvar = normal(seed, batch, latents).requires_grad_(), normal(seed + 1, batch, latents).requires_grad_()
    theirs = torchs_kl(Normal(mu, (logvar / 2).exp()), Normal(0.0, 1.0)).sum(dim=1)
    ours = variational.kl_divergence(mu, logvar)
    assert_close(ours, theirs, rtol=1e-10, atol=1e-12)
    assert (ours >= 0).all()
    given = (mu, logvar)
    assert_close(torch.autograd.grad(ours.sum(), given), torch.autograd.grad(theirs.sum(), given))


def test_the_divergence_vanishes_at_the_prior_alone():
    zeros = torch.zeros(2, 3)
    assert_close(variational.kl_divergence(zeros, zeros), torch.zeros(2))
    assert (variational.kl_divergence(zeros, zeros + 0.1) > 0).all()


def test_the_divergence_is_the_mean_log_ratio_of_the_densities():
    mu, logvar = torch.tensor([[0.7, -1.0]]).double(), torch.tensor([[-1.0, 0.5]]).double()
    q = Normal(mu, (logvar / 2).exp())
    z = mu + (logvar / 2).exp() * torch.randn(200_000, 2, generator=chance(), dtype=torch.float64)
    ratio = (q.log_prob(z) - Normal(0.0, 1.0).log_prob(z)).sum(dim=1)
    error = float(ratio.std() / math.sqrt(len(ratio)))
    assert abs(float(ratio.mean() - variational.kl_divergence(mu, logvar))) < 6 * error


def test_draws_are_normal_with_the_deviation_asked_for():
    mu, logvar = torch.full((400, 50), 2.0), torch.full((400, 50), math.log(9.0))
    z = variational.reparameterize(mu, logvar, chance())
    assert stats.kstest(z.flatten().numpy(), stats.norm(2, 3).cdf).pvalue > 1e-6


@given(seed=seeds)
def test_gradients_reach_mean_and_log_variance(seed, normal):
    mu, logvar = normal(seed, 3, 2).requires_grad_(), normal(seed + 1, 3, 2).requires_grad_()
    z = variational.reparameterize(mu, logvar, chance(seed))
    by_mu, by_logvar = torch.autograd.grad(z.sum(), (mu, logvar))
    assert_close(by_mu, torch.ones_like(mu))
    assert_close(by_logvar, (z - mu).detach() / 2)


def test_the_generator_is_the_only_chance_and_every_precision_draws_alike():
    before = torch.get_rng_state()
    mu, logvar = torch.zeros(5, 4), torch.zeros(5, 4)
    first, again, other = (variational.reparameterize(mu, logvar, chance(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    double = variational.reparameterize(mu.double(), logvar.double(), chance(1))
    assert double.dtype == torch.float64
    assert_close(double.float(), first)
    assert torch.equal(before, torch.get_rng_state())


@given(seed=seeds, batch=st.integers(1, 4), beta=st.sampled_from([0.0, 0.3, 1.0, 4.0]))
def test_the_loss_is_torchs_cross_entropy_plus_beta_times_the_divergence(seed, batch, beta, normal):
    logits, x = normal(seed, batch, 2, 3).requires_grad_(), normal(seed + 1, batch, 2, 3).sigmoid()
    mu, logvar = normal(seed + 2, batch, 2), normal(seed + 3, batch, 2)
    ours = variational.elbo_loss(logits, x, mu, logvar, beta)
    pixels = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    theirs = (pixels + beta * torchs_kl(Normal(mu, (logvar / 2).exp()), Normal(0.0, 1.0)).sum()) / batch
    assert_close(ours, theirs, rtol=1e-10, atol=1e-12)
    assert_close(torch.autograd.grad(ours, logits), torch.autograd.grad(theirs, logits))


def test_the_loss_is_finite_at_any_logits():
    logits = torch.tensor([[1e4, -1e4, 1e4]], requires_grad=True)
    x, zeros = torch.tensor([[1.0, 0.0, 0.0]]), torch.zeros(1, 2)
    loss = variational.elbo_loss(logits, x, zeros, zeros)
    assert_close(loss, torch.tensor(1e4))
    assert torch.isfinite(torch.autograd.grad(loss, logits)[0]).all()


def test_images_that_would_broadcast_are_refused():
    zeros = torch.zeros(2, 3)
    with pytest.raises(Exception, match=r"one logit for each pixel|Type-check error"):  # whoever sees it first
        variational.elbo_loss(torch.zeros(2, 4), torch.zeros(2, 1), zeros, zeros)


def test_the_negative_loss_is_a_lower_bound_on_the_likelihood():
    """A decoder of one latent, whose likelihood a sum over a fine grid gives."""
    vae = variational.new_vae(3, pixels=5, hidden=6, latents=1)
    x = torch.tensor([[1.0, 0.0, 1.0, 1.0, 0.0]], dtype=torch.float64)
    z = torch.linspace(-8, 8, 4001, dtype=torch.float64).unsqueeze(1)
    with torch.no_grad():
        joint = -F.binary_cross_entropy_with_logits(vae.decode(z), x.expand(len(z), 5), reduction="none").sum(1)
        evidence = torch.logsumexp(joint + Normal(0.0, 1.0).log_prob(z[:, 0]), 0) + math.log(16 / 4000)
        mu, logvar = (h.expand(50_000, 1) for h in vae.encode(x))
        drawn = variational.reparameterize(mu, logvar, chance())
        bound = -variational.elbo_loss(vae.decode(drawn), x.expand(50_000, 5), mu, logvar)
    assert bound < evidence


def test_a_step_of_training_is_algorithm_1_and_lowers_the_loss():
    vae, x = variational.new_vae(0, pixels=6, hidden=8, latents=2), torch.rand(20, 6, generator=chance()).double()
    twin = variational.new_vae(0, pixels=6, hidden=8, latents=2)
    optimizer, generator = torch.optim.SGD(vae.parameters(), 0.05), chance(5)
    first = variational.vae_step(vae, optimizer, x, 0.5, generator)
    mu, logvar = twin.encode(x)
    loss = variational.elbo_loss(twin.decode(variational.reparameterize(mu, logvar, chance(5))), x, mu, logvar, 0.5)
    loss.backward()
    assert first == pytest.approx(loss.item())
    for ours, theirs in zip(vae.parameters(), twin.parameters(), strict=True):
        assert_close(ours, theirs - 0.05 * theirs.grad)
    losses = [variational.vae_step(vae, optimizer, x, 0.5, generator) for _ in range(200)]
    assert sum(losses[-20:]) < sum(losses[:20])


@pytest.mark.parametrize("shape", [(3,), (1,), (2, 4)], ids=str)
def test_interpolation_is_even_and_ends_at_both_ends(shape, normal):
    a, b = normal(0, *shape), normal(1, *shape)
    line = variational.interpolate(a, b, 6)
    assert line.shape == (6, *shape)
    assert_close(line[0], a, rtol=0, atol=0)
    assert_close(line[-1], b, rtol=0, atol=0)
    assert_close(line, torch.stack([torch.lerp(a, b, k / 5) for k in range(6)]))


def test_a_line_of_one_point_is_refused():
    with pytest.raises(ValueError, match="two steps or more"):
        variational.interpolate(torch.zeros(2), torch.zeros(2), 1)
