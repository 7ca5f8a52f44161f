"""Verdicts are stable: on any number of threads, however often; and the nearest answer is a long way from the line."""

import math
from copy import copy

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from autograder.checking.assess import question
from autograder.checking.expectation import expect
from autograder.checking.keys import DOUBLE, Key, Place
from autograder.cli import app
from autograder.grader_exam.margin import (
    BEGAN,
    Margin,
    Stability,
    all_stabilities,
    error,
    excess,
    flips,
    margin,
    stability,
)
from autograder.spec import Exercise, catalogue
from autograder.spec.outputs import Output

SAMPLE = ("softmax", "avg_pool2d", "kl_divergence", "lstm_cell")
EXERCISES = catalogue.all_exercises()


def by_id(exercise: Exercise) -> str:
    return exercise.id


def test_an_error_is_told_in_tolerances() -> None:
    exercise = catalogue.find("softmax")
    evidence, expected = question(exercise, exercise.reference, 3), expect(exercise, 3)
    assert 0 < error(evidence, expected) < 0.2
    key = Key(Place(DOUBLE, 1), Output("result"))
    wanted = expected.expected[key]
    off = np.zeros_like(wanted.array)
    off[2, 1] = 3 * wanted.tolerance(single=False)
    evidence.arrays[key] = wanted.array + off
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
    beside = {torch.float32: 4e-5, torch.float64: 8e-14}  # a few tolerances in either precision
    assert 1 < excess(exercise, lambda z: right(z) * (1 + beside[z.dtype]), 3) < 10


def test_a_verdict_that_changes_is_seen() -> None:
    exercise = copy(catalogue.find("relu"))
    exercise.misconceptions, exercise.alternatives = [], {}
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


def test_the_command_tells_every_margin_and_names_what_flips(monkeypatch: pytest.MonkeyPatch) -> None:
    flipping = Stability(Margin("relu", 0.25, 3e9, "leaky"), ["moody", "steady"])
    monkeypatch.setattr("autograder.grader_exam.margin.all_stabilities", lambda names, runs: iter([flipping]))
    shown = CliRunner().invoke(app, ["margins", "--unit", "feedforward", "--runs", "7"])
    assert shown.exit_code == 0, shown.output
    assert "48 exercises, 7 verdicts" in shown.output
    assert all(word in shown.output for word in ("relu", "0.25", "3e+09", "leaky", "moody, steady")), shown.output


def test_margins_are_measured_in_processes_of_their_own_and_come_in_order() -> None:
    found = list(all_stabilities(["relu", "perplexity"], runs=2))
    assert [one.margin.exercise for one in found] == ["relu", "perplexity"]
    assert found[0].margin == margin(catalogue.find("relu"), range(BEGAN, BEGAN + 2))
    assert [one.flips for one in found] == [[], []]


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("exercise", EXERCISES, ids=by_id)
def test_twenty_times_over_thread_counts(exercise: Exercise) -> None:
    found = stability(exercise.id, 20)
    assert found.flips == []
    assert found.margin.right < 1 < found.margin.wrong, found
