"""Pictures of reconstructions, filters and activations."""

import pytest
import torch

from gradschool.autoencoders.pictures.codes import activation_histograms, filters
from gradschool.autoencoders.pictures.reconstructions import image_rows


def test_every_row_has_its_images_and_its_name():
    images = torch.rand(4, 8, 8)
    figure = image_rows({"digits": images, "8 numbers": 2 * images - 1}, title="test")
    assert len(figure.axes) == 8
    assert [figure.axes[i].get_ylabel() for i in (0, 4)] == ["digits", "8 numbers"]
    shown = figure.axes[5].images[0]
    assert shown.get_clim() == (0, 1)
    assert torch.equal(torch.from_numpy(shown.get_array().data), 2 * images[1] - 1)
    assert "test" in figure.alt and "4 images" in figure.alt and "8 numbers" in figure.alt


@pytest.mark.parametrize("rows", [{}, {"a": torch.zeros(2, 3, 3), "b": torch.zeros(1, 3, 3)}], ids=["none", "unequal"])
def test_rows_that_do_not_match_are_refused(rows):
    with pytest.raises(ValueError, match="one length"):
        image_rows(rows)


def test_filters_are_drawn_at_their_own_scale_with_a_line_between_them():
    weights = torch.stack([torch.arange(9.0) - 4, 100 * (torch.arange(9.0) - 4), torch.zeros(9)])
    figure = filters({"one": weights, "two": -weights}, side=3, shown=3, columns=2)
    assert [axes.get_title() for axes in figure.axes] == ["one", "two"]
    sheet = figure.axes[0].images[0].get_array().filled(float("nan"))
    assert sheet.shape == (7, 7)
    first, second = sheet[:3, :3], sheet[:3, 4:]
    assert (first == second).all() and abs(first).max() == 1
    assert (sheet[4:, :3] == 0).all()
    assert "one, two" in figure.alt


def test_filters_of_another_size_are_refused():
    with pytest.raises(ValueError, match="expected 16 weights"):
        filters({"a": torch.zeros(2, 9)}, side=4)


def test_histograms_are_shares_and_tell_the_mean():
    figure = activation_histograms({"half": torch.full((5, 4), 0.5), "quiet": torch.zeros(3, 2)})
    for axes in figure.axes:
        assert sum(bar.get_height() for bar in axes.patches) == pytest.approx(1)
        assert axes.get_xlabel() == "activation"
    assert "half 0.50, quiet 0.00" in figure.alt


def test_many_histograms_go_on_in_the_next_row():
    figure = activation_histograms({str(i): torch.rand(4, 2) for i in range(5)}, columns=3)
    assert [axes.get_title() for axes in figure.axes] == ["0", "1", "2", "3", "4", ""]
    assert [axes.get_ylabel() != "" for axes in figure.axes] == [True, False, False, True, False, False]
