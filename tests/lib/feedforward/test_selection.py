"""Folds partition, bias and variance add up, the search finds what is there."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from gradschool.feedforward import selection
from gradschool.training import generator


@given(k=st.integers(2, 8), extra=st.integers(0, 30), seed=st.integers(0, 999))
def test_folds_are_a_partition(k, extra, seed):
    n = k + extra
    folds = selection.kfold_indices(n, k, generator(seed))
    assert len(folds) == k
    assert sorted(i for _, fold in folds for i in fold.tolist()) == list(range(n))
    assert {len(fold) for _, fold in folds} <= {n // k, n // k + 1}
    for train, fold in folds:
        assert sorted(train.tolist() + fold.tolist()) == list(range(n))


def test_folds_are_drawn_from_their_generator():
    parts = [selection.kfold_indices(30, 3, generator(seed))[0][1].tolist() for seed in (0, 0, 1)]
    assert parts[0] == parts[1] != parts[2]
    assert sorted(parts[0]) != list(range(10))


@pytest.mark.parametrize(("n", "k"), [(5, 1), (5, 6), (0, 2)])
def test_folds_that_cannot_be_are_refused(n, k):
    with pytest.raises(ValueError, match="2 <= k <= n"):
        selection.kfold_indices(n, k, generator(0))


@given(seed=st.integers(0, 10**6), runs=st.integers(1, 6), points=st.integers(1, 6))
def test_bias_and_variance_are_the_whole_error(seed, runs, points, normal):
    predictions, targets = normal(seed, runs, points), normal(seed + 1, points)
    bias2, variance = selection.bias_variance(predictions, targets)
    assert_close(bias2 + variance, (predictions - targets).square().mean())


def test_bias_and_variance_by_hand():
    bias2, variance = selection.bias_variance(torch.tensor([[1.0, 5.0], [3.0, 5.0]]), torch.tensor([2.0, 2.0]))
    assert (bias2.item(), variance.item()) == (4.5, 0.5)


def test_the_mean_of_n_draws_has_variance_one_over_n(normal):
    draws = normal(0, 4000, 25).mean(dim=1, keepdim=True) + 0.5
    bias2, variance = selection.bias_variance(draws, torch.zeros(1, dtype=torch.float64))
    assert bias2.item() == pytest.approx(0.25, rel=0.05)
    assert variance.item() == pytest.approx(1 / 25, rel=0.1)


def test_a_search_finds_the_valley_of_a_known_loss():
    def evaluate(lr, hidden, offset):
        return (math.log10(lr) + 2) ** 2 + (hidden != 32) + abs(offset) / 10

    space = {
        "lr": selection.log_uniform(1e-5, 1.0),
        "hidden": selection.choice([16, 32, 64]),
        "offset": selection.uniform(-1, 1),
    }
    trials = selection.random_search(evaluate, space, 200, generator(0))
    assert len(trials) == 200
    assert [t.loss for t in trials] == sorted(t.loss for t in trials)
    assert trials[0].settings["hidden"] == 32
    assert 10**-2.3 < trials[0].settings["lr"] < 10**-1.7
    assert trials == selection.random_search(evaluate, space, 200, generator(0))


def test_a_trial_that_ends_in_nan_comes_last():
    losses = iter([2.0, math.nan, 1.0])
    trials = selection.random_search(lambda x: next(losses), {"x": selection.uniform(0, 1)}, 3, generator(0))
    assert [t.loss for t in trials[:2]] == [1.0, 2.0]
    assert math.isnan(trials[2].loss)


def test_log_uniform_gives_each_decade_its_share():
    draw, chance = selection.log_uniform(1e-4, 1.0), generator(0)
    values = [draw(chance) for _ in range(4000)]
    assert min(values) >= 1e-4
    assert max(values) <= 1
    counts = torch.tensor([math.floor(math.log10(v)) for v in values]).add(4).bincount()
    assert counts.tolist() == pytest.approx([1000] * 4, rel=0.12)


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-1, 1), (2, 1)])
def test_a_logarithm_of_nothing_is_refused(low, high):
    with pytest.raises(ValueError, match="0 < low <= high"):
        selection.log_uniform(low, high)
