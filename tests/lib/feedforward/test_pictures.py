"""Fitted curves are drawn where the numbers say."""

import torch

from gradschool.feedforward.pictures import curves_and_points


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
