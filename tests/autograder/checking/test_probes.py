"""Probes see what an answer does, step by step and number by number, and nothing that it does later."""

import numpy as np
import pytest
import torch

from autograder.checking.probes import along, steps
from autograder.checking.problems import Unusable


def decayed_sum(p, grad, s, rate):
    s = 0.5 * s + grad
    return p - rate * s, s


def test_any_arguments_can_be_the_state_of_an_update():
    one = torch.ones(1)
    seen = steps(state=(0, 2), count=3)(
        decayed_sum, (0 * one, [one, 2 * one, 4 * one], 0 * one, 1.0), ("p", "s"), False
    )
    assert {name: float(value) for name, value in seen.items()} == {
        "p after step 1": -1, "s after step 1": 1, "p after step 2": -3.5,
        "s after step 2": 2.5, "p after step 3": -8.75, "s after step 3": 5.25,
    }  # fmt: skip


def test_what_was_seen_stays_when_an_answer_writes_into_its_state():
    def in_place(s, grad):
        s += grad
        return s

    seen = steps(state=1, count=3)(in_place, (torch.zeros(1), torch.ones(1)), ("s",), False)
    assert [float(value) for value in seen.values()] == [1, 2, 3]


def test_a_step_that_returns_too_little_is_told():
    with pytest.raises(Unusable, match="p and s belong"):
        steps(state=(0, 2))(lambda p, grad, s, rate: p, (*torch.zeros(3, 1), 1.0), ("p", "s"), False)


def test_a_function_of_a_number_is_seen_along_all_of_them():
    seen = along(lambda t, scale: scale * t**2, ([0, 1, 2, 3], 2.0), ("result",), False)
    assert np.array_equal(seen["result"], [0, 2, 8, 18])


def test_a_function_of_a_number_that_returns_nothing_is_told():
    with pytest.raises(Unusable, match="returned None"):
        along(lambda t: None, ([0, 1],), ("result",), False)
