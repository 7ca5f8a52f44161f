"""Pictures of LeNet-5 and AlexNet show what their text says."""

import pytest
import torch

from gradschool.convolutional.lenet import ORIGINAL_TABLE
from gradschool.convolutional.pictures import alexnet, lenet


def test_the_stack_names_every_layer_with_its_shape():
    figure = lenet.stack({"input": (1, 32, 32), "C1": (6, 28, 28), "F6": (84,)})
    told = [text.get_text() for text in figure.axes[0].texts]
    assert told == ["input\n1 @ 32×32", "C1\n6 @ 28×28", "F6\n84"]
    assert "C1 6×28×28" in figure.alt
    assert len(figure.axes[0].patches) == 1 + 6 + 24  # of 84 units 24 are drawn
    assert all(patch.get_y() + patch.get_height() < figure.axes[0].get_ylim()[1] for patch in figure.axes[0].patches)


def test_the_table_has_a_mark_for_each_connection():
    figure = lenet.connection_table(ORIGINAL_TABLE)
    assert len(figure.axes[0].texts) == 60
    assert "60 of 96" in figure.alt


def test_feature_maps_are_drawn_beside_their_image_on_one_scale(normal):
    figure = lenet.feature_maps(normal(0, 8, 8), normal(1, 10, 5, 6), "C3")
    assert "10 of 10 maps of 5×6" in figure.alt
    panels = [panel for sub in figure.subfigs for panel in sub.axes if panel.images]
    assert len(panels) == 11
    assert len({panel.images[0].get_clim() for panel in panels[1:]}) == 1
    assert figure.png()


def test_a_confusion_matrix_writes_its_counts_and_names_the_worst():
    figure = lenet.confusion(torch.tensor([[5, 0, 1], [0, 7, 0], [3, 0, 2]]), "three classes")
    assert sorted(int(text.get_text()) for text in figure.axes[0].texts) == [1, 2, 3, 5, 7]
    assert figure.alt == "three classes: confusion matrix, 14 of 18 right; most often 2 taken for 0, 3 times"
    assert "no mistakes" in lenet.confusion(torch.eye(2).long()).alt


def test_chosen_images_are_framed(normal):
    figure = lenet.marked(normal(0, 9, 4, 4), [str(i) for i in range(9)], [i == 3 for i in range(9)], "nine")
    framed = [axes.get_title() for axes in figure.axes if axes.images and axes.spines["left"].get_visible()]
    assert framed == ["3"]


def test_saturation_tells_how_much_is_flat():
    figure = lenet.saturation({"fine": torch.zeros(10), "flat": torch.tensor([1.0, -1.0, 0.0, 1.0])})
    assert figure.alt == "fine: 0 % beyond ±0.99; flat: 75 % beyond ±0.99"


def test_a_budget_adds_up_to_a_hundred():
    figure = alexnet.budget({"conv": (10, 900), "dense": (90, 100)})
    assert figure.alt == "parameters: conv 10 %, dense 90 %; products: conv 90 %, dense 10 %"


def test_runs_are_a_band_around_their_mean():
    figure = alexnet.against([0, 1], {"a": [[1, 2], [3, 4]]}, "x", "y", ("chance", 0.5))
    (line, level) = figure.axes[0].lines
    assert line.get_ydata() == pytest.approx([2, 3])
    assert level.get_ydata() == pytest.approx([0.5, 0.5])
    assert figure.alt == "y against x: a from 2 to 3"


def test_saliency_stands_under_its_image(normal):
    figure = alexnet.beside(normal(0, 3, 3, 5, 5).sigmoid(), normal(1, 3, 5, 5).abs(), ["a", "b", "c"])
    assert sum(bool(axes.images) for axes in figure.axes) == 6
    assert [axes.get_title() for axes in figure.axes[:3]] == ["a", "b", "c"]
