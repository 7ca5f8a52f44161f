"""Drawings of attention and of words say in words what they show."""

import torch

from gradschool.recurrent.pictures import attention


def test_an_alignment_names_where_each_token_looked_and_shows_blanks():
    figure = attention.alignment(torch.tensor([[0.1, 0.9], [1.0, 0.0]]), "xy", " b")
    assert "x at place 2, y at place 1" in figure.alt
    assert [t.get_text() for t in figure.axes[0].get_xticklabels()] == ["␣", "b"]
    assert figure.axes[0].images[0].get_clim() == (0, 1)


def test_a_line_for_each_seed_and_one_entry_for_each_network():
    runs = {"with": torch.tensor([[1.0, 0.8], [1.0, 0.6]]), "without": torch.tensor([[0.9, 0.0], [0.9, 0.2]])}
    figure = attention.by_length((4, 8), runs, "share", trained=6)
    assert figure.alt == "with, share at the longest: 0.70; without, share at the longest: 0.10"
    (axes,) = figure.axes
    assert len(axes.lines) == 4
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["with", "without"]
    assert [t.get_text() for t in axes.texts] == ["longer than any seen"]


def test_every_word_of_the_plane_is_written():
    figure = attention.words_in_the_plane(torch.eye(2), ["list", "tuple"], [0, 1], "first", "second")
    assert [t.get_text() for t in figure.axes[0].texts] == ["list", "tuple"]
    assert figure.alt == "2 words in the plane: list, tuple"
