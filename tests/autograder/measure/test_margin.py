"""Verdicts are stable: on any number of threads, however often; and the nearest answer is a long way from the line."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from autograder import catalogue
from autograder.checking.evidence import collect
from autograder.checking.expectation import expect
from autograder.exercise import Exercise
from autograder.measure.margin import error, excess, flips, margin

SAMPLE = ("softmax", "avg_pool2d", "kl_divergence", "lstm_cell")
EXERCISES = catalogue.all_exercises()
BEGAN = 2026


def by_id(exercise: Exercise) -> str:
    return exercise.id


def test_an_error_is_told_in_tolerances() -> None:
    exercise = catalogue.find("softmax")
    evidence, expected = collect(exercise, exercise.reference, 3), expect(exercise, 3)
    assert 0 < error(evidence, expected) < 0.2
    key = "float64/1/result"
    off = np.zeros_like(expected.arrays[key])
    off[2, 1] = 3 * expected.tolerance_for(key, False)
    evidence.arrays[key] = expected.arrays[key] + off
    assert error(evidence, expected) == pytest.approx(3, rel=1e-2)
    evidence.arrays[key] = np.full_like(off, np.nan)
    assert error(evidence, expected) == math.inf


def test_the_excess_of_a_wrong_answer_is_that_of_its_worst_number() -> None:
    exercise = catalogue.find("softmax")
    assert excess(exercise, lambda z: z, 3) > 1e6
    assert excess(exercise, lambda z: z.tolist(), 3) == math.inf

    def right(z):
        e = (z - z.amax(-1, keepdim=True)).exp()
        return e / e.sum(-1, keepdim=True)

    assert excess(exercise, right, 3) == 0
    beside = {torch.float32: 1e-5, torch.float64: 2e-14}  # a few tolerances in either precision
    assert 1 < excess(exercise, lambda z: right(z) * (1 + beside[z.dtype]), 3) < 10


def test_a_verdict_that_changes_is_seen() -> None:
    exercise = replace(catalogue.find("relu"), misconceptions=[], alternatives={})
    calls: list[int] = []

    @exercise.alternative
    def moody(z):
        calls.append(1)
        return z.clamp(min=0) + (len(calls) > 200)

    @exercise.alternative
    def steady(z):
        return z.clamp(min=0)

    assert flips(exercise, 12, BEGAN) == ["moody"]


@pytest.mark.parametrize("name", SAMPLE)
def test_no_verdict_flips_and_none_is_near_the_line(name: str) -> None:
    exercise = catalogue.find(name)
    assert flips(exercise, 3, BEGAN) == []
    found = margin(exercise, [BEGAN])
    assert found.right < 0.5 and found.wrong > 2, found


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("exercise", EXERCISES, ids=by_id)
def test_twenty_times_over_thread_counts(exercise: Exercise) -> None:
    assert flips(exercise, 20, BEGAN) == []
    found = margin(exercise, [BEGAN, BEGAN + 1, BEGAN + 2])
    print(f"\n{found.exercise:32} {found.right:9.2g} {found.wrong:9.2g}  {found.closest}")
    assert found.right < 1 < found.wrong, found
