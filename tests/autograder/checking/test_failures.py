"""On which cases an answer failed: the same words on every seed."""

import pytest

from autograder.checking.assess import assess
from autograder.checking.expectation import expect
from autograder.checking.failures import failures
from autograder.spec import Exercise, catalogue

SOFTMAX = catalogue.find("softmax")


def told(exercise: Exercise, answer: object, seed: int = 1) -> list[str]:
    return failures(assess(exercise, answer, seed, []), expect(exercise, seed).cases)


def wrong_for_one_class(z):
    e = (z - z.amax(-1, keepdim=True)).exp()
    return e / e.sum(-1, keepdim=True) * (2 if z.shape[-1] == 1 else 1)


def test_a_case_is_called_by_its_note_or_by_its_number() -> None:
    assert told(SOFTMAX, wrong_for_one_class)[0] == "Values: one class"
    only_first = lambda z: wrong_for_one_class(z) + (z.ndim == 1)  # noqa: E731
    assert told(SOFTMAX, only_first)[0] == "Values: case 1, one class"


def test_where_all_are_wrong_that_is_said_in_two_words() -> None:
    found = told(SOFTMAX, lambda z: z.exp() * 0 + 2)
    assert found[:2] == ["Values: every case", "Extreme inputs: every case"]


def test_what_is_about_no_case_is_its_label_alone() -> None:
    exercise = catalogue.find("adagrad_step")
    into = next(m.answer for m in exercise.misconceptions if m.name == "in_place")
    assert "Inputs left as they were" in told(exercise, into)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_words_do_not_depend_on_the_seed(seed: int) -> None:
    assert told(SOFTMAX, wrong_for_one_class, seed) == told(SOFTMAX, wrong_for_one_class)


def test_a_right_answer_fails_nowhere() -> None:
    assert told(SOFTMAX, SOFTMAX.alternatives["with_einsum"]) == []
