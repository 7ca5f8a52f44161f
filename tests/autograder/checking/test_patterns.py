"""What the numbers of a wrong result are: a multiple, a rest, a right number at a wrong place. Facts, or nothing."""

from itertools import pairwise

import pytest
import torch

from autograder.checking.assess import assess
from autograder.spec import Question
from autograder.spec.comparison import same_distribution

from . import toys

pytestmark = pytest.mark.usefixtures("no_changes")
SEED = 5


def affine(x, w, b, rate):
    """A product, a bias, and a step along it."""
    return x - rate * (x * w + b)


def stepping():
    def cases(draw):
        return [(draw.normal(n, 3), draw.normal(n, 3), draw.normal(n, 3), 0.1 * n) for n in (2, 4, 3, 5)]

    return toys.named("affine", Question(cases=cases), lambda x, w, b, rate: affine(x, w, b, rate), 1)


def title(exercise, answer) -> str:
    diagnoses = assess(exercise, answer, SEED, []).diagnoses
    return diagnoses[0].title if diagnoses else ""


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x, w, b, rate: affine(x, w, b, rate) + b, "the right one plus `b`"),
        (lambda x, w, b, rate: affine(x, w, b, rate) - rate * w, "the right one minus `rate` times `w`"),
        (lambda x, w, b, rate: affine(x, w, b, 2 * rate), "The change of `x` is the right one times 2"),
        (lambda x, w, b, rate: affine(x, w, b, rate / len(x)), "divided by the number of rows of `x`"),
        (lambda x, w, b, rate: x - rate * (x * w + b) * w, "times `w`, element by element"),
        (lambda x, w, b, rate: affine(x, w, b, rate) * w, "the right one times `w`, element by element"),
        (lambda x, w, b, rate: affine(x, w, b, rate).flip(1), "reverse order along axis 1"),
        (lambda x, w, b, rate: affine(x, w, b, rate).roll(1, 0), "one place too late along axis 0"),
        (lambda x, w, b, rate: affine(x, w, b, rate) * len(x), "the right one times the number of rows of `x`"),
        (lambda x, w, b, rate: affine(x, w, b, rate) + rate, "too large by `rate`"),
        (
            lambda x, w, b, rate: affine(x, w, b, rate).repeat(2, 1)[: len(x) + 1],
            "one entry too many at the end along axis 0",
        ),
    ],
)
def test_what_the_numbers_are_is_told(answer, words: str) -> None:
    assert words in title(stepping(), answer)


@pytest.mark.parametrize("power", [1.3, 0.7])
def test_numbers_that_follow_no_term_are_called_nothing(power: float) -> None:
    said = title(stepping(), lambda x, w, b, rate: affine(x, w, b, rate).abs() ** power + x.sin() * w)
    assert said == ""


def weights(sizes):
    """Weights and biases of a network with these layers."""
    return sum(a * b + b for a, b in pairwise(sizes))


def counting():
    sizes = [[4, 3, 2], [5, 7, 6, 3], [2, 2], [8, 4, 4, 9], [10, 3, 11]]
    return toys.named(
        "weights", Question(cases=lambda draw: [(list(s),) for s in sizes]), lambda sizes: weights(sizes), 1
    )


def test_a_count_is_too_large_by_a_term_of_its_argument() -> None:
    assert "too small by the last entry of `sizes`" in title(counting(), lambda sizes: weights(sizes) - sizes[-1])
    assert "too large by the first entry of `sizes`" in title(counting(), lambda sizes: weights(sizes) + sizes[0])
    assert "Your result is the sum of `sizes`" in title(counting(), sum)


def test_a_factor_that_no_whole_number_can_have_is_not_named_on_counts() -> None:
    assert "factor" not in title(counting(), lambda sizes: weights(sizes) + 1)


def gradients(x, dout):
    return dout.T @ x, x.T @ dout, dout.sum(0)


def three():
    question = Question(
        cases=lambda draw: [(draw.normal(5, 3), draw.normal(5, 3)) for _ in range(3)],
        returns=("dweight", "dinput", "dbias"),
    )
    return toys.named("gradients", question, lambda x, dout: gradients(x, dout), 3)


def test_outputs_that_are_exchanged_are_told_once() -> None:
    def swapped(x, dout):
        dweight, dinput, dbias = gradients(x, dout)
        return dinput, dweight, dbias

    found = assess(three(), swapped, SEED, []).diagnoses
    assert [d.title for d in found] == ["`dinput` and `dweight` are exchanged."]


def test_what_is_right_is_told_beside_what_is_wrong() -> None:
    def partly(x, dout):
        dweight, dinput, dbias = gradients(x, dout)
        return dweight, dinput, dbias.exp() * x.sin().sum()

    assert title(three(), partly) == "`dbias` is wrong; `dweight` and `dinput` are right."


def test_a_wrong_list_is_spoken_of_as_a_whole() -> None:
    question = Question(
        cases=lambda draw: [([draw.normal(2, 3), draw.normal(3)], [draw.normal(2, 3), draw.normal(3)], 0.1)] * 2,
        returns=("params[0]", "params[1]"),
    )

    def descend(params, grads, rate):
        return [p - rate * g for p, g in zip(params, grads, strict=True)]

    exercise = toys.named("descend", question, lambda params, grads, rate: descend(params, grads, rate), 1)
    wrong = title(exercise, lambda params, grads, rate: descend(params, grads, rate / 4))
    assert "The change of `params` is the right one times 0.25." in wrong


def test_a_fraction_where_a_whole_number_is_asked() -> None:
    asked = Question(cases=lambda draw: [(7, 2), (9, 4), (8, 3)])
    exercise = toys.named("windows", asked, lambda size, stride: size // stride + 1, 1)
    assert "not whole" in title(exercise, lambda size, stride: size / stride + 1)


def test_a_chance_made_sample_is_told_by_mean_and_spread() -> None:
    torch.manual_seed(0)
    said = same_distribution("The noise is not as it should be.").says(
        torch.randn(5000).numpy(), (2 * torch.randn(5000)).numpy()
    )
    assert said.startswith("The noise is not as it should be. Mean ") and "standard deviation 2" in said
