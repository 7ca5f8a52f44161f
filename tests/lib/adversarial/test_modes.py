"""Mixtures, how their modes are counted, and games played side by side."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from gradschool.adversarial import modes, side_by_side


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


def test_the_ring_is_a_circle_of_equal_steps():
    ring = modes.ring_centres(8, 2.0)
    assert_close(ring.norm(dim=1), torch.full((8,), 2.0, dtype=torch.float64))
    steps = (ring - ring.roll(-1, 0)).norm(dim=1)
    assert_close(steps, torch.full((8,), 4 * math.sin(math.pi / 8), dtype=torch.float64))
    assert_close(ring[0], torch.tensor([2.0, 0.0], dtype=torch.float64))


def test_samples_lie_around_their_centres_in_equal_numbers():
    centres = modes.ring_centres(5)
    x = modes.mixture_samples(centres, 0.05, (2, 4000), chance())
    assert x.shape == (2, 4000, 2)
    assert x.dtype == torch.float64
    for game in x:
        covered, good = modes.modes_covered(game, centres, 0.15, 600)
        assert covered == 5
        assert abs(good - (1 - math.exp(-4.5))) < 0.01  # within 3 standard deviations in the plane: 1 - exp(-9/2)


@given(seed=st.integers(0, 10**6), counts=st.lists(st.integers(0, 12), min_size=1, max_size=6), least=st.integers(1, 9))
def test_modes_with_enough_good_samples_count(seed, counts, least):
    if not sum(counts):
        return
    centres = modes.ring_centres(len(counts), 10.0)
    near = torch.cat([c.repeat(n, 1) for c, n in zip(centres, counts, strict=True)])
    near = near + 0.1 * torch.rand(near.shape, generator=chance(seed), dtype=torch.float64)
    far = torch.full((3, 2), 100.0, dtype=torch.float64)
    covered, good = modes.modes_covered(torch.cat([near, far]), centres, 0.2, least)
    assert covered == sum(n >= least for n in counts)
    assert good == pytest.approx(len(near) / (len(near) + 3))


def test_nothing_to_count_is_refused():
    with pytest.raises(ValueError, match="at least one sample"):
        modes.modes_covered(torch.zeros(0, 2), torch.zeros(3, 2), 1.0, 1)


def test_networks_side_by_side_are_as_many_networks():
    nets = side_by_side.mlps_side_by_side(3, [2, 5, 4, 1], nn.ReLU(), chance())
    x = torch.randn(3, 7, 2, generator=chance(1))
    together = nets(x)
    assert together.shape == (3, 7, 1)
    dense = [layer for layer in nets if isinstance(layer, side_by_side.DenseSideBySide)]
    for i in range(3):
        h = x[i]
        for k, layer in enumerate(dense):
            h = nn.functional.linear(h, layer.weight[i], layer.bias[i, 0])
            h = h.relu() if k < 2 else h
        assert_close(together[i], h)
    first = dense[0].weight
    assert first.abs().max() <= 1 / math.sqrt(2)
    assert not torch.equal(first[0], first[1])
