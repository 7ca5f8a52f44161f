"""Pictures of networks in the plane, whose lines are where the net inputs vanish, and of fitted curves."""

import pytest
import torch

from gradschool.feedforward.pictures import curves_and_points, network_region


def test_a_network_shows_a_line_for_each_hidden_unit_that_has_weights(normal):
    x = normal(0, 20, 2)
    y = (x[:, 0] > 0).long()
    w1 = normal(1, 4, 2)
    w1[2] = 0
    figure = network_region([w1, normal(2, 4), normal(3, 1, 4), normal(4, 1)], x, y, title="step 0")
    assert "step 0" in figure.alt and "3 hidden units" in figure.alt
    lines = [line for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    assert len(lines) == 3


def test_the_lines_pass_where_the_net_input_is_zero(normal):
    x = normal(0, 20, 2)
    w1, b1 = torch.tensor([[3.0, 4.0]], dtype=torch.float64), torch.tensor([-10.0], dtype=torch.float64)
    figure = network_region([w1, b1, normal(3, 1, 1), normal(4, 1)], x, (x[:, 0] > 0).long())
    line = next(line for line in figure.axes[0].lines if line.get_linestyle() == "--")
    for point in (line.get_xy1(), line.get_xy2()):
        assert w1[0] @ torch.tensor(point, dtype=torch.float64) + b1[0] == pytest.approx(0)


def test_every_panel_shows_its_curves_and_the_samples_are_in_view():
    at = torch.linspace(-1, 1, 11)
    fits = {"one": (at, at.square()), "three": (at, torch.stack([at, 2 * at, 100 * at]))}
    samples = torch.tensor([[0.0], [0.5]]), torch.tensor([[4.0], [-1.0]])
    figure = curves_and_points(fits, truth=(at, at.square()), points=samples)
    one, three = figure.axes
    assert [len(panel.lines) for panel in (one, three)] == [3, 5]  # samples, fits, truth
    low, high = one.get_ylim()
    assert low < -1
    assert 4 < high < 10, "a fit that runs off must not hide the others"
    assert [panel.get_title() for panel in (one, three)] == ["one", "three"]
    assert "one, three" in figure.alt


def test_without_truth_nothing_is_cut():
    at = torch.linspace(0, 1, 5)
    figure = curves_and_points({"steep": (at, 50 * at)})
    assert figure.axes[0].get_ylim()[1] >= 50
