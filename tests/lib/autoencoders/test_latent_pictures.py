"""Pictures of codes, planes, rates and scores say in words what they show."""

import pytest
import torch

from gradschool.autoencoders.pictures import applications, latent
from gradschool.training import Spread


def ramp(z):
    """A decoder whose image is brighter to the right, and has its brightest row where z₂ says."""
    return (z[:, :1] / 8 + 0.5).expand(-1, 6) + 0.01 * z[:, 1:]


def test_codes_are_written_where_they_lie(normal):
    codes, y = normal(0, 12, 2), torch.arange(12) % 10
    figure = latent.codes_in_plane({"plain": codes, "wide": 10 * codes}, y, prior=2.0)
    assert [axes.get_title() for axes in figure.axes] == ["plain", "wide"]
    written = [(t.get_text(), t.get_position()) for t in figure.axes[0].texts]
    assert written[3] == (str(int(y[3])), tuple(codes[3].tolist()))
    assert len(figure.axes[0].patches) == 1
    assert f"wide, spread {10 * codes.std(dim=0).mean():.2g}" in figure.alt


def test_the_plane_has_its_first_latent_to_the_right_and_its_second_upwards():
    plane = latent.decoded_plane(ramp, 2.0, (2, 3), many=5)
    assert plane.shape == (5 * 4, 5 * 5)  # a frame of one pixel around each image
    assert plane[1, 1] == pytest.approx(float(ramp(torch.tensor([[-2.0, 2.0]]))[0, 0]))
    assert plane[-2, -2] == pytest.approx(float(ramp(torch.tensor([[2.0, -2.0]]))[0, 0]))


def test_the_explorers_picture_marks_the_place_and_says_it():
    plane = latent.decoded_plane(ramp, 2.0, (2, 3), many=5)
    figure = latent.latent_plane(ramp, plane, (1.0, -0.5), 2.0, (2, 3), title="VAE")
    assert "decoded at (1, -0.5)" in figure.alt
    assert "VAE" in figure.alt
    assert figure.axes[0].lines[0].get_xydata().tolist() == [[1.0, -0.5]]


def test_curves_have_bars_from_least_to_greatest():
    curves = {"PCA": {2: Spread((1.0,)), 8: Spread((3.0,))}, "net": {2: Spread((1.0, 2.0, 6.0)), 8: Spread((4.0,) * 3)}}
    figure = applications.against(curves, "numbers", "dB", title="rate")
    assert figure.alt == "rate: dB against numbers: PCA from 1 at 2 to 3 at 8; net from 3 at 2 to 4 at 8"
    assert len(figure.axes[0].containers) == 2


def test_roc_curves_go_from_corner_to_corner_and_say_their_hits():
    positive = torch.tensor([True] * 10 + [False] * 10)
    perfect, chance = positive.float(), torch.ones(20)
    figure = applications.roc_curves({"perfect": perfect, "blind": chance}, positive)
    assert "perfect finds 100%" in figure.alt
    assert "blind finds 0%" in figure.alt
    for line in figure.axes[0].lines[1:]:
        assert line.get_xydata()[0].tolist() == [0, 0]
        assert line.get_xydata()[-1].tolist() == [1, 1]


def test_the_histogram_says_what_lies_above_the_threshold():
    figure = applications.score_histogram(torch.tensor([0.1, 0.2, 0.9, 0.3]), torch.tensor([0.4, 0.8]), 0.35, "error")
    assert "25% of the normal samples" in figure.alt
    assert "100% of the anomalies" in figure.alt
    assert figure.axes[0].get_xlabel() == "error"


def test_rows_of_images_may_be_of_unequal_length():
    figure = applications.image_row({"clean": [torch.rand(4, 6)] * 3, "noisy": [2 * torch.ones(4, 6)]})
    rows = [axes.images[0].get_array() for axes in figure.axes]
    assert rows[0].shape == rows[1].shape == (4, 20)
    assert rows[1][0, 0] == 1
    assert figure.alt == "images of 4×6 pixels: clean, noisy"


def test_images_side_by_side_carry_their_names():
    figure = applications.side_by_side({"noisy": torch.rand(4, 6), "clean": torch.rand(4, 6)})
    assert [axes.get_title() for axes in figure.axes] == ["noisy", "clean"]
    assert figure.alt == "images of 4×6 pixels side by side: noisy, clean"
