"""Pictures of networks in the plane: the lines are where the net inputs vanish."""

import pytest
import torch

from gradschool.feedforward.pictures import network_region


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
