"""Pictures of kernels say in words what they show."""

import pytest
import torch

from gradschool.convolutional.pictures.kernels import pixels, positions, seen_through, window_at


def test_the_window_and_its_sum():
    image = torch.arange(20.0).reshape(4, 5)
    figure = window_at(image, torch.tensor([[1.0, 0, -1]]), 2, 1)
    assert figure.alt == "a kernel of 1×3 on the window at (2, 1): its products sum to -2"
    frames = [axes.patches[0].get_bbox().bounds for axes in figure.axes if axes.patches]
    assert frames == [(0.5, 1.5, 3, 1), (0.5, 1.5, 1, 1)]
    assert len(figure.axes[0].texts) == 20
    with pytest.raises(ValueError, match="columns 0 … 2"):
        window_at(image, torch.ones(1, 3), 0, 3)


def test_positions_count_what_they_draw():
    figure = positions(8, 3, stride=2)
    assert figure.alt == "8 pixels, kernel 3, stride 2, padding 0, dilation 1: 3 positions, 1 pixel never seen"
    assert len(figure.axes[0].patches) == 8 + 3 * 3
    assert [t.get_text() for t in figure.axes[0].texts] == ["×"]
    assert positions(5, 2, 1, 1, 2).alt.endswith("5 positions, 0 pixels never seen")


def test_a_stack_is_drawn_down_to_the_pixels_that_it_sees():
    figure = seen_through([(3, 1), (2, 2), (3, 1)])
    assert figure.alt == "one output after 3 layers [(3, 1), (2, 2), (3, 1)] sees 8 pixels across"
    dots = [len(line.get_xdata()) for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert dots == [8, 6, 3, 1]


def test_every_pixel_shows_its_number():
    figure = pixels(torch.tensor([[0.25, 1.0, 0.5], [0.0, 0.125, 0.75]]))
    assert [t.get_text() for t in figure.axes[0].texts] == ["0.25", "1", "0.5", "0", "0.12", "0.75"]
    assert figure.alt == "2×3 pixels as numbers from 0 to 1"
