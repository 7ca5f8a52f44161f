"""Distances, penalties and steps of a critic, against SciPy, closed forms and autograd."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance
from torch import nn
from torch.testing import assert_close

from gradschool.adversarial import wasserstein as w
from gradschool.adversarial.conditional import condition_on_label

numbers = st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=12)


@given(numbers, numbers)
def test_the_distance_on_a_line_is_scipys(x, y):
    ours = w.wasserstein_1d(torch.tensor(x, dtype=torch.float64), torch.tensor(y, dtype=torch.float64))
    assert ours.item() == pytest.approx(wasserstein_distance(x, y), abs=1e-10)


@given(numbers, st.floats(-10, 10))
def test_a_shift_costs_its_length(x, shift):
    sample = torch.tensor(x, dtype=torch.float64)
    assert w.wasserstein_1d(sample, sample + shift).item() == pytest.approx(abs(shift), abs=1e-9)


def test_the_distances_gradient_moves_every_sample_towards_its_partner():
    x = torch.tensor([3.0, 0.0, 1.0], dtype=torch.float64, requires_grad=True)
    y = torch.tensor([10.0, -10.0, 20.0], dtype=torch.float64)
    w.wasserstein_1d(x, y).backward()
    assert_close(x.grad, torch.tensor([-1, 1, -1], dtype=torch.float64) / 3)


def test_an_empty_side_is_refused():
    with pytest.raises(ValueError, match="got 0 and 2"):
        w.wasserstein_1d(torch.zeros(0), torch.zeros(2))


def test_a_linear_critic_has_the_slope_of_its_weights(normal):
    weight = normal(0, 6)
    critic = lambda x: x.flatten(1) @ weight  # noqa: E731
    real, fake = normal(1, 5, 1, 2, 3), normal(2, 5, 1, 2, 3)
    eps = torch.rand(5, 1, 1, 1, dtype=torch.float64)
    assert_close(w.gradient_penalty(critic, real, fake, eps), (weight.norm() - 1).square())


def test_the_penalty_is_measured_between_the_samples_and_taught():
    """critic(x) = a x² / 2 has the slope a x̂: at ε = ¼ between 8 and 0 that is 2 a."""
    a = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    real, fake = torch.tensor([[8.0]]).double(), torch.zeros(1, 1).double()
    penalty = w.gradient_penalty(lambda x: a * x[:, 0] ** 2 / 2, real, fake, torch.tensor([[0.25]]).double())
    assert_close(penalty.detach(), torch.tensor(25.0).double())
    penalty.backward()
    assert_close(a.grad, torch.tensor(20.0).double())  # d (2a - 1)² / da = 4 (2a - 1)


def test_clipped_weights_lie_within_the_bound(normal):
    weights = [normal(0, 3, 2), normal(1, 4)]
    kept = [t.clone() for t in weights]
    for clipped, t in zip(w.clip_weights(weights, 0.3), kept, strict=True):
        assert_close(clipped, t.clip(-0.3, 0.3))
    assert_close(weights, kept)
    with pytest.raises(ValueError, match="not negative"):
        w.clip_weights(weights, -1.0)


def test_a_step_of_the_critic_moves_the_critic_alone(normal):
    torch.manual_seed(0)
    critic = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1)).double()
    generator = nn.Linear(3, 2).double()
    before = [p.clone() for p in (*critic.parameters(), *generator.parameters())]
    real, z, eps = normal(0, 6, 2), normal(1, 6, 3), torch.rand(6, 1, dtype=torch.float64)
    optimizer = torch.optim.SGD(critic.parameters(), lr=0.01)
    losses = [w.wgan_gp_step(critic, generator, optimizer, real, z, eps, lam=1.0) for _ in range(30)]
    assert losses[-1] < losses[0]
    assert all(p.grad is None for p in generator.parameters())
    assert_close([*generator.parameters()], before[len([*critic.parameters()]) :], rtol=0, atol=0)


def test_a_class_is_put_behind_the_noise(normal):
    z, embedding = normal(0, 4, 3), nn.Embedding(5, 2).double()
    labels = torch.tensor([4, 0, 0, 2])
    ours = condition_on_label(z, labels, embedding.weight)
    assert_close(ours, torch.cat([z, embedding(labels)], dim=1))
