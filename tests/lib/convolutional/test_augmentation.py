"""Crops, mirrors, tints and turns: against torch's own, by distribution and by what no draw changes."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch.testing import assert_close

from gradschool.convolutional import augmentation

seeds = st.integers(0, 10**6)


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


@given(seeds, st.integers(1, 5), st.integers(1, 4), st.integers(1, 6), st.integers(1, 6))
def test_a_crop_is_a_window_of_its_own_image(seed, batch, channels, tall, wide):
    x = torch.arange(batch * channels * 6 * 7).double().reshape(batch, channels, 6, 7)
    out = augmentation.random_crop(x, (tall, wide), chance(seed))
    for image, window in zip(x, out, strict=True):
        top, left = divmod(int(window[0, 0, 0] - image[0, 0, 0]), 7)
        assert torch.equal(window, image[:, top : top + tall, left : left + wide])


def test_every_place_is_equally_likely():
    x = torch.arange(20.0).reshape(1, 1, 4, 5).expand(12_000, -1, -1, -1)
    corner = augmentation.random_crop(x, (2, 3), chance())[:, 0, 0, 0].long()
    counts = torch.bincount(corner, minlength=20).reshape(4, 5)[:3, :3].flatten()
    assert counts.sum() == 12_000
    assert stats.chisquare(counts.numpy()).pvalue > 1e-6


@pytest.mark.parametrize("size", [(5, 3), (4, 6), (0, 2)])
def test_a_window_that_does_not_fit_is_refused(size):
    with pytest.raises(ValueError, match="does not fit"):
        augmentation.random_crop(torch.zeros(1, 1, 4, 5), size, chance())


def test_mirrors_are_mirrors_and_as_often_as_said(normal):
    x = normal(0, 4000, 2, 3, 4)
    out = augmentation.random_flip(x, 0.3, chance())
    mirrored = (out == x.flip(-1)).flatten(1).all(dim=1)
    assert (mirrored | (out == x).flatten(1).all(dim=1)).all()
    assert stats.binomtest(int(mirrored.sum()), 4000, 0.3).pvalue > 1e-6
    assert torch.equal(augmentation.random_flip(x, 0.0, chance()), x)
    assert torch.equal(augmentation.random_flip(x, 1.0, chance()), x.flip(-1))


def test_jitter_has_uniform_factors_of_each_images_own():
    x = 0.35 + 0.3 * torch.rand(3000, 3, 4, 4, generator=chance(1), dtype=torch.float64)
    out = augmentation.color_jitter(x, 0.3, 0.2, chance())
    b = out.mean(dim=(1, 2, 3)) / x.mean(dim=(1, 2, 3))
    c = out.std(dim=(1, 2, 3)) / x.std(dim=(1, 2, 3)) / b
    assert stats.kstest(b.numpy(), stats.uniform(0.7, 0.6).cdf).pvalue > 1e-6
    assert stats.kstest(c.numpy(), stats.uniform(0.8, 0.4).cdf).pvalue > 1e-6
    assert abs(torch.corrcoef(torch.stack([b, c]))[0, 1]) < 0.1
    mean = (b * x.mean(dim=(1, 2, 3)))[:, None, None, None]
    by_hand = mean + c[:, None, None, None] * (b[:, None, None, None] * x - mean)
    assert_close(out, by_hand, rtol=1e-9, atol=1e-9)


def test_jitter_stays_in_range_and_may_do_nothing():
    x = torch.rand(50, 3, 4, 5, generator=chance(2))
    out = augmentation.color_jitter(x, 1.0, 1.0, chance())
    assert 0 <= out.min() <= out.max() <= 1
    assert_close(augmentation.color_jitter(x, 0.0, 0.0, chance()), x)
    for bad in ((-0.1, 0), (0, 1.1)):
        with pytest.raises(ValueError, match="between 0 and 1"):
            augmentation.color_jitter(x, *bad, chance())


@pytest.mark.parametrize("turns", [0, 1, 2, 3, -1])
def test_quarter_turns_are_torchs(turns, normal):
    x = normal(0, 2, 3, 6, 6)
    angles = torch.full((2,), 90.0 * turns).double()
    assert_close(augmentation.rotate(x, angles), x.rot90(turns, (2, 3)), rtol=1e-9, atol=1e-9)


@given(seeds, st.floats(-360, 360), st.integers(2, 7))
def test_a_turn_is_grid_samples_on_a_square(seed, degrees, side):
    x = torch.randn(2, 3, side, side, generator=chance(seed), dtype=torch.float64)
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = torch.tensor([[[cos, -sin, 0], [sin, cos, 0]]] * 2).double()
    theirs = F.grid_sample(x, F.affine_grid(turn, list(x.shape), align_corners=True), align_corners=True)
    assert_close(augmentation.rotate(x, torch.full((2,), degrees, dtype=torch.float64)), theirs, rtol=1e-6, atol=1e-6)


def test_turning_is_linear_goes_there_and_back_and_passes_gradients(normal):
    x = torch.zeros(1, 1, 41, 61).double()
    rows, columns = torch.meshgrid(torch.arange(41.0), torch.arange(61.0), indexing="ij")
    x[0, 0] = torch.exp(-((rows - 18) ** 2 + (columns - 33) ** 2) / 30)  # smooth, and away from the edges
    angle = torch.tensor([35.0]).double()
    there = augmentation.rotate(x, angle)
    assert_close(augmentation.rotate(there, -angle), x, rtol=0, atol=0.03)
    assert there.sum().item() == pytest.approx(x.sum().item(), rel=0.01)
    small, angles = normal(1, 2, 2, 4, 5).requires_grad_(), torch.tensor([10.0, -50.0]).double()
    assert torch.autograd.gradcheck(lambda z: augmentation.rotate(z, angles), small)
