"""Pictures of the lesson on backpropagation: what they show is what they were given."""

import pytest
import torch

from gradschool.feedforward.backprop_pictures import Node, computation_graph, network_region
from gradschool.plotting import Picture

NODES = {"w": Node(0, 0, 1.5, -0.25), "z": Node(1, 0, 3.0, 0.125)}


def texts(figure: Picture) -> list[str]:
    return [t.get_text() for t in figure.axes[0].texts if t.get_text()]


def test_a_graph_shows_names_values_gradients_and_slopes():
    figure = computation_graph(NODES, {("w", "z"): 2.0}, title="one product")
    assert sorted(texts(figure)) == sorted(["w", "1.5", "−0.25", "z", "3", "0.125", "×2"])
    assert "w = 1.5, gradient -0.25" in figure.alt
    assert figure.png().startswith(b"\x89PNG")


def test_a_zero_has_no_sign():
    assert "−0" not in texts(computation_graph({"w": Node(0, 0, -1e-9, -0.0)}, {}))


def test_an_edge_to_nowhere_is_refused():
    with pytest.raises(KeyError, match="loss"):
        computation_graph(NODES, {("z", "loss"): 1.0})


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
