"""The drawings show as many circles, lines and shapes as they should, say so in words, and refuse what cannot be drawn."""

from itertools import pairwise

import pytest
from matplotlib.patches import Circle

from gradschool import diagrams


def circles(figure) -> int:
    return sum(isinstance(patch, Circle) for patch in figure.axes[0].patches)


def words(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize("inputs", [1, 2, 5])
def test_a_unit_has_its_inputs_its_sum_and_a_weight_for_each(inputs):
    figure = diagrams.unit(inputs)
    assert circles(figure) == inputs + 1
    assert {f"$w_{{{i}}}$" for i in range(1, inputs + 1)} <= set(words(figure))
    assert f"{inputs} inputs" in figure.alt


@pytest.mark.parametrize(("sizes", "drawn"), [([3, 2], [3, 2]), ([64, 32, 5, 1], [6, 6, 5, 1])])
def test_a_network_joins_neighbouring_layers_only_and_marks_what_is_left_out(sizes, drawn):
    figure = diagrams.network(sizes)
    assert circles(figure) == sum(drawn)
    assert len(figure.axes[0].lines) == sum(a * b for a, b in pairwise(drawn))
    assert words(figure).count("⋮") == sum(size > most for size, most in zip(sizes, drawn, strict=True))
    assert " → ".join(map(str, sizes)) in figure.alt


def test_a_product_names_all_shapes():
    figure = diagrams.dense_product(7, 5, 3)
    for shape in ("(7, 5)", "(5, 3)", "(3,)", "(7, 3)"):
        assert any(shape in text for text in words(figure))
        assert shape in figure.alt


@pytest.mark.parametrize(
    "draw",
    [
        lambda: diagrams.unit(0),
        lambda: diagrams.network([4]),
        lambda: diagrams.network([4, 0]),
        lambda: diagrams.dense_product(1, 0, 2),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_sentence(draw):
    with pytest.raises(ValueError, match="at least"):
        draw()


def test_pictures_come_out_as_png():
    assert diagrams.network([2, 2]).png().startswith(b"\x89PNG")


NODES = {"w": diagrams.Node(0, 0, 1.5, -0.25), "z": diagrams.Node(1, 0, 3.0, 0.125)}


def test_a_graph_shows_names_values_gradients_and_slopes():
    figure = diagrams.computation_graph(NODES, {("w", "z"): 2.0}, title="one product")
    assert sorted(filter(None, words(figure))) == sorted(["w", "1.5", "−0.25", "z", "3", "0.125", "×2"])
    assert "w = 1.5, gradient -0.25" in figure.alt
    assert figure.png().startswith(b"\x89PNG")


def test_a_zero_has_no_sign():
    assert "−0" not in words(diagrams.computation_graph({"w": diagrams.Node(0, 0, -1e-9, -0.0)}, {}))


def test_an_edge_to_nowhere_is_refused():
    with pytest.raises(KeyError, match="loss"):
        diagrams.computation_graph(NODES, {("z", "loss"): 1.0})
