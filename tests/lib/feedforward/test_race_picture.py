"""The picture of a race shows every run once and says in words how the competitors ended."""

import pytest

from gradschool.feedforward import pictures


def test_every_seed_is_a_mark_and_every_competitor_a_line():
    runs = {
        "slow": [[4.0, 3.0, 2.0, 2.0], [4.0, 3.0, 3.0, 3.0]],
        "fast": [[4.0, 1.0, 0.5, 0.5], [4.0, 1.0, 0.25, 0.25]],
    }
    figure = pictures.race(runs, title="a race", smooth=2)
    courses, ends = figure.axes
    assert [line.get_label() for line in courses.lines] == ["slow", "fast"]
    assert courses.lines[0].get_xydata().tolist() == [[2, 3.5], [3, 2.5], [4, 2]]  # means of two, one seed
    assert [sorted(line.get_xdata().tolist()) for line in ends.lines] == [[2, 3], [0.25, 0.5]]
    assert figure.alt == "a race: slow ends at 2 to 3; fast ends at 0.25 to 0.5"
    assert figure.png().startswith(b"\x89PNG")


def test_runs_shorter_than_the_smoothing_are_drawn():
    figure = pictures.race({"one": [[2.0, 1.0]]}, smooth=50)
    assert figure.axes[1].lines[0].get_xdata() == pytest.approx([1.5])
