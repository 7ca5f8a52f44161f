"""Drawings of sequences say in words what they show."""

import pytest
import torch

from gradschool.recurrent.pictures import sequences


def texts(figure):
    return [t.get_text() for axes in figure.axes for t in axes.texts]


def test_the_loop_is_drawn_once_and_unfolded_as_often_as_asked():
    figure = sequences.unfolded(3)
    assert "3 steps" in figure.alt
    assert {"$x_{3}$", "$h_{1}$", "$y_{2}$", "$h_0$"} <= set(texts(figure)) and "$x_{4}$" not in texts(figure)
    with pytest.raises(ValueError, match="two steps"):
        sequences.unfolded(1)


def test_every_shape_has_its_panel_and_as_many_boxes_as_steps_inputs_and_outputs():
    figure = sequences.five_shapes()
    assert [axes.get_title() for axes in figure.axes] == list(sequences.SHAPES)
    for axes, (inputs, outputs) in zip(figure.axes, sequences.SHAPES.values(), strict=True):
        boxes = [p for p in axes.patches if type(p).__name__ == "Rectangle"]
        assert len(boxes) == len(inputs) + inputs.count("1") + outputs.count("1")
    assert "many to one: in 1111, out 0001" in figure.alt


def test_padding_is_shown_and_counted():
    mask = torch.tensor([[True, True, True, True], [True, True, False, False]])
    figure = sequences.padded([["a", "b", "c", "d"], ["e", "f", "·", "·"]], mask)
    assert figure.alt == "2 sequences in 4 columns, 25% of the cells padding"
    assert texts(figure).count("·") == 2


def test_every_way_to_cut_a_text_is_named():
    figure = sequences.tradeoff({"characters": (90, 1000), "words": (3000, 200)}, "size", "length", alt="two ways")
    assert texts(figure) == ["characters", "words"]
    assert figure.axes[0].get_xscale() == figure.axes[0].get_yscale() == "log"
    assert figure.alt == "two ways"
