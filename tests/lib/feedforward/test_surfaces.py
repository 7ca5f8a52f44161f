"""The four surfaces have their minima where they say, and each shows the failure that it is there for."""

import pytest
import torch
from torch.testing import assert_close

from gradschool.feedforward import pictures
from gradschool.feedforward.optimizers import OPTIMIZERS, descend
from gradschool.feedforward.surfaces import SURFACES


def start(surface):
    return torch.tensor(surface.start, dtype=torch.float64)


@pytest.mark.parametrize("name", SURFACES)
def test_the_minimum_is_one(name, normal):
    surface = SURFACES[name]
    minimum = torch.tensor(surface.minimum, dtype=torch.float64)
    assert surface.loss(minimum) == 0
    assert_close(surface.gradient(minimum), torch.zeros(2, dtype=torch.float64))
    assert (surface.loss(minimum + 0.1 * normal(0, 500, 2)) > 0).all()
    assert (surface.loss(4 * normal(1, 500, 2)) >= 0).all()


@pytest.mark.parametrize("name", SURFACES)
def test_gradients_are_those_of_differences_at_many_points_at_once(name, normal):
    surface, points, h = SURFACES[name], 2 * normal(2, 3, 4, 2), 1e-6
    steps = h * torch.eye(2, dtype=torch.float64)
    differences = torch.stack([(surface.loss(points + s) - surface.loss(points - s)) / (2 * h) for s in steps], dim=-1)
    assert_close(surface.gradient(points), differences, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", SURFACES)
def test_start_and_minimum_are_in_view(name):
    surface = SURFACES[name]
    low, high = surface.view
    assert all(low < c < high for c in (*surface.start, *surface.minimum))


def final(surface_name, optimizer, lr, steps=100, **settings):
    surface = SURFACES[surface_name]
    return surface.loss(descend(optimizer, surface.gradient, start(surface), steps, lr=lr, **settings)[-1]).item()


def test_ravine_any_faster_and_descent_leaves_it_while_momentum_gains():
    assert final("ravine", "SGD", 0.041) > 1e3  # 2/50 is the limit
    assert final("ravine", "momentum", 0.03) < final("ravine", "SGD", 0.03) / 20
    assert final("ravine", "AdaGrad", 0.5) > 0.1  # a rate for each axis is no help in a turned valley


def test_saddle_descent_waits_on_the_ridge_where_adagrad_walks_off():
    assert final("saddle", "SGD", 0.03) == pytest.approx(0.25, abs=0.01)
    assert final("saddle", "AdaGrad", 0.5) < 1e-3


def test_plateau_a_step_as_long_as_the_gradient_goes_nowhere():
    assert final("plateau", "SGD", 0.03) > 0.9
    assert final("plateau", "RMSProp", 0.05) < 1e-2


def test_sparse_features_the_rare_weight_is_left_behind_without_a_rate_of_its_own():
    surface = SURFACES["sparse features"]
    slow = descend("SGD", surface.gradient, start(surface), 100, lr=0.5)[-1]
    own = descend("AdaGrad", surface.gradient, start(surface), 100, lr=0.5)[-1]
    assert slow[0].abs() < 1e-6 < 1 < slow[1]
    assert own.abs().max() < 0.05


@pytest.mark.filterwarnings("error")
def test_the_race_is_drawn_for_every_optimizer_and_one_that_flies_off():
    surface = SURFACES["ravine"]
    paths = {name: descend(name, surface.gradient, start(surface), 30, lr=0.03) for name in OPTIMIZERS}
    paths["far too fast"] = descend("SGD", surface.gradient, start(surface), 600, lr=10.0)
    assert not paths["far too fast"].isfinite().all()
    figure = pictures.descent(surface, paths, title="ravine")
    assert figure.png().startswith(b"\x89PNG")
    for name in paths:
        assert name in figure.alt
