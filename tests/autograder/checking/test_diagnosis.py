"""The mistake has a name where it is known, and a description where it is not."""

import numpy as np
import pytest
import torch

from autograder.checking.assess import assess
from autograder.checking.expectation import expect
from autograder.checking.keys import DOUBLE, Key, Place
from autograder.checking.patterns import pattern
from autograder.checking.verdict import Mismatch
from autograder.spec import catalogue
from autograder.spec.outputs import Output
from autograder.spec.probes import function

from . import toys

SEED = 3


def diagnoses(exercise, answer):
    return assess(exercise, answer, SEED, []).diagnoses


def mean(x):
    return x.sum(-1) / x.shape[-1]


def test_a_known_mistake_is_named_however_it_is_written() -> None:
    found = diagnoses(toys.means(), lambda x: torch.stack([sum(row) for row in x]))
    assert [d.misconception for d in found] == ["sums"]


def test_two_mistakes_in_two_outputs_are_both_named() -> None:
    found = diagnoses(toys.two_outputs(), lambda dout, x: (x.T @ dout, dout.mean(0)))
    assert {d.misconception for d in found} == {"averaged", "swapped"}


def test_a_mistake_that_is_right_elsewhere_is_not_blamed_for_more() -> None:
    found = diagnoses(toys.two_outputs(), lambda dout, x: (dout.T @ x, dout.sum(0) / 3))
    assert all(d.misconception == "" for d in found)


PATTERNS = {
    "sign": (lambda x: -mean(x), "sign is flipped"),
    "factor": (lambda x: 3 * mean(x), "constant factor: 3"),
    "size": (lambda x: mean(x) * x.shape[0], "the number of rows of `x`"),
    "constant": (lambda x: 0 * mean(x), "is zero"),
    "nan": (lambda x: mean(x) / 0 * 0, "NaN"),
    "log10": (lambda x: mean(x) / 2.302585092994046, "constant factor: 0.4343"),
    "root": (lambda x: mean(x) ** 2, "the square of the right one"),
    "offset beside NaN": (
        lambda x: mean(x) + 0.25 if x.abs().max() < 100 else mean(x) * torch.nan,
        "too large by 0.25",
    ),
    "offset": (lambda x: mean(x) + 0.25, "too large by 0.25"),
    "order": (lambda x: mean(x).flip(0), "in reverse order"),
    "shape": (lambda x: mean(x)[:, None], "the shape is not"),
    "scalar": (lambda x: x.mean(), "single number, where an array"),
    "extremes": (lambda x: mean(x).clamp(-100, 100), "wrong on extreme ones"),
    "batch of one": (lambda x: mean(x) if len(x) > 1 else mean(x) + 1, "wrong where `x` has one row"),
}


@pytest.mark.usefixtures("no_changes")
def test_an_answer_right_to_seven_digits_is_told_so_where_float64_alone_is_asked() -> None:
    exercise = toys.means(probe=function.but(dtypes=("float64",)))
    found = diagnoses(exercise, lambda x: x.sum(-1) / x.shape[-1] * (1 + 1e-8))
    assert "seven digits" in found[0].title


@pytest.mark.usefixtures("no_changes")
@pytest.mark.parametrize("name", PATTERNS)
def test_an_unknown_mistake_is_described(name: str) -> None:
    answer, words = PATTERNS[name]
    found = diagnoses(toys.means(), answer)
    assert found and words in found[0].title, [d.title for d in found]
    assert found[0].misconception == "" and found[0].hints


def test_a_transposed_matrix_is_recognised() -> None:
    found = diagnoses(toys.two_outputs(), lambda dout, x: ((dout.T @ x).T.contiguous(), dout.sum(0)))
    assert found[0].misconception == "swapped", "the known mistake comes before the description"


def test_nothing_is_said_of_a_right_answer() -> None:
    assert diagnoses(toys.means(), mean) == []


@pytest.mark.parametrize("truth", [True, False])
def test_a_wrong_yes_or_no_is_no_exponential_of_the_right_one(truth: bool) -> None:
    exercise = toys.means()
    expected, got = np.asarray(truth), np.asarray(not truth)
    mismatch = Mismatch(Key(Place(DOUBLE, 0), Output("result")), "", expected, got, expected != got)
    assert pattern([mismatch], expect(exercise, SEED)) == ("", "")


def test_answers_within_the_same_bounds_agree_there_however_far_apart() -> None:
    found = diagnoses(toys.surprises(), lambda p, y: -(y * p.clamp(min=1e-5).log()).sum())
    assert [d.misconception for d in found] == ["sums"]


@pytest.mark.usefixtures("no_changes")
def test_what_is_wrong_from_the_first_step_is_not_called_right_there() -> None:
    found = diagnoses(toys.update(), lambda p, v, g, lr: (p - lr * g.abs(), 0.9 * v + g.abs()))
    assert not [d for d in found if "first step is right" in d.title]
    late = diagnoses(toys.update(), lambda p, v, g, lr: (p - lr * (0.9 * v + g), g))
    assert "first step is right" in late[0].title


@pytest.mark.usefixtures("no_changes")
def test_a_missing_normalisation_is_seen_in_the_rows() -> None:
    found = diagnoses(catalogue.find("softmax"), lambda z: (z - z.amax(-1, keepdim=True)).exp())
    assert "Each row" in found[0].title and "add up to 1" in found[0].title and found[0].hints


@pytest.mark.usefixtures("no_changes")
def test_a_telling_factor_has_its_own_question() -> None:
    assert "base 10" in diagnoses(toys.means(), PATTERNS["log10"][0])[0].hints[0]
