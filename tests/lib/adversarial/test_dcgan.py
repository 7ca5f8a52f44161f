"""DCGAN's two networks, their initial weights, and the Fréchet distance."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg, stats
from torch import nn
from torch.testing import assert_close

from gradschool.adversarial import dcgan, frechet


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


def sequential_generator(latent, width):
    return nn.Sequential(
        nn.Unflatten(1, (latent, 1, 1)),
        nn.ConvTranspose2d(latent, 2 * width, 4, bias=False), nn.BatchNorm2d(2 * width), nn.ReLU(),
        nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
        nn.ConvTranspose2d(width, 1, 4, 2, 1), nn.Tanh(),
    )  # fmt: skip


def sequential_discriminator(width):
    return nn.Sequential(
        nn.Conv2d(1, width, 4, 2, 1), nn.LeakyReLU(0.2),
        nn.Conv2d(width, 2 * width, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * width), nn.LeakyReLU(0.2),
        nn.Conv2d(2 * width, 1, 4), nn.Flatten(0),
    )  # fmt: skip


def test_both_networks_are_the_chains_of_the_paper(normal):
    pairs = [
        (dcgan.DCGANGenerator(6, 4), sequential_generator(6, 4), normal(0, 5, 6), (5, 1, 16, 16)),
        (dcgan.DCGANDiscriminator(4), sequential_discriminator(4), normal(1, 5, 1, 16, 16), (5,)),
    ]
    for ours, theirs, x, shape in pairs:
        ours, theirs = ours.double(), theirs.double()
        theirs.load_state_dict(dict(zip(theirs.state_dict(), ours.state_dict().values(), strict=True)))
        for mode in (True, False):
            a, b = ours.train(mode)(x), theirs.train(mode)(x)
            assert a.shape == shape
            assert_close(a, b)
            assert_close(
                torch.autograd.grad(a.sum(), list(ours.parameters())),
                torch.autograd.grad(b.sum(), list(theirs.parameters())),
            )
        assert_close(list(ours.buffers()), list(theirs.buffers()))


def test_images_stay_between_minus_one_and_one_and_a_batch_of_one_is_a_batch(normal):
    generator = dcgan.DCGANGenerator()
    assert generator(50 * normal(0, 3, 32).float()).abs().max() <= 1
    assert dcgan.DCGANDiscriminator()(normal(1, 1, 1, 16, 16).float()).shape == (1,)


def test_initial_weights_have_their_distributions_and_their_chance():
    net = nn.Sequential(dcgan.DCGANGenerator(), nn.Sequential(dcgan.DCGANDiscriminator(), nn.Linear(200, 30)))
    for p in net.parameters():
        p.data.fill_(7.0)
    before = torch.get_rng_state()
    dcgan.init_dcgan_weights(net, chance())
    assert torch.equal(before, torch.get_rng_state())
    for name, p in net.named_parameters():
        if name.endswith("bias"):
            assert not p.any()
        elif "norm" in name:
            assert stats.kstest(p.detach().numpy(), stats.norm(1, 0.02).cdf).pvalue > 1e-6
        else:
            assert stats.kstest(p.detach().flatten().numpy(), stats.norm(0, 0.02).cdf).pvalue > 1e-6
    first = net[0].up1.weight.detach().clone()
    dcgan.init_dcgan_weights(net, chance())
    assert torch.equal(net[0].up1.weight, first)


def covariance(normal, seed, features, rank):
    a = normal(seed, features, rank)
    return a @ a.T / rank


@given(seed=st.integers(0, 10**6), features=st.integers(1, 6))
def test_the_distance_is_that_of_scipys_matrix_root(seed, features, normal):
    mu1, mu2 = normal(seed, 2, features)
    c1, c2 = (covariance(normal, seed + i, features, features + 3) for i in (1, 2))
    ours = frechet.frechet_distance(mu1, c1, mu2, c2)
    root = linalg.sqrtm((c1 @ c2).numpy()).real
    theirs = (mu1 - mu2).square().sum() + c1.trace() + c2.trace() - 2 * root.trace()
    assert_close(ours.item(), float(theirs), rtol=1e-7, atol=1e-7)
    assert_close(frechet.frechet_distance(mu2, c2, mu1, c1), ours, rtol=1e-7, atol=1e-7)


def test_one_feature_is_the_difference_of_means_and_of_standard_deviations():
    one = torch.tensor
    got = frechet.frechet_distance(one([1.0]), one([[4.0]]), one([-1.0]), one([[9.0]]))
    assert got.item() == pytest.approx(4 + 1)


@given(seed=st.integers(0, 10**6), rank=st.integers(1, 3))
def test_singular_covariances_are_finite_and_no_distance_is_negative(seed, rank, normal):
    mu, c = normal(seed, 5), covariance(normal, seed + 1, 5, rank)
    assert abs(frechet.frechet_distance(mu, c, mu, c)) < 1e-6 * (1 + c.trace())
    far = frechet.frechet_distance(mu, c, mu + 3, torch.zeros_like(c))
    assert_close(far, 45 + c.trace())


def test_moments_are_torchs(normal):
    x = normal(0, 50, 4)
    mean, cov = frechet.moments(x)
    assert_close(mean, x.mean(0))
    assert_close(cov, torch.cov(x.T))
    with pytest.raises(ValueError, match="two samples"):
        frechet.moments(x[:1])
