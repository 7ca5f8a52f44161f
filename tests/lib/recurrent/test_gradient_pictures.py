"""Pictures of gradients and errors over time say in words what they show."""

import torch

from gradschool.recurrent.pictures import gradients


def test_norms_are_drawn_backwards_and_relative_to_the_last():
    norms = torch.tensor([[0.02, 0.2, 2.0], [0.002, 0.2, 2.0]])
    figure = gradients.against_distance({"two runs": norms, "one": torch.tensor([4.0, 2.0, 1.0])})
    drawn = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 3]
    assert len(drawn) == 3
    assert torch.allclose(torch.tensor(drawn[0].get_ydata()), torch.tensor([1.0, 0.1, 0.01]))
    assert drawn[2].get_ydata().tolist() == [1, 2, 4]
    assert "2 steps back: two runs 10^-2, one 10^1" in figure.alt
    assert figure.axes[0].get_yscale() == "log"


def test_every_run_is_a_point_and_the_baseline_a_line():
    results = {"RNN": {10: [0.1, 0.2, 0.3], 20: [0.5, 0.4, 0.6]}, "GRU": {10: [0.01], 20: [0.02]}}
    figure = gradients.error_against(results, ("the mean", 0.17), "length", "error", log=True)
    assert figure.alt == "error against length, medians: RNN 0.2 at 10, 0.5 at 20; GRU 0.01 at 10, 0.02 at 20"
    (axes,) = figure.axes
    points = [line for line in axes.lines if line.get_linestyle() == "None"]
    assert sum(len(p.get_xdata()) for p in points) == 8
    assert any(0.17 in line.get_ydata() for line in axes.lines)
    assert [t.get_text() for t in axes.get_xticklabels()] == ["10", "20"]
