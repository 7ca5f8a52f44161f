"""The card: well-formed, without scripts, nothing of the student's unescaped; its picture says where it is wrong."""

from html.parser import HTMLParser

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.checking import feedback
from autograder.checking.feedback.picture import MOST_CELLS, description, picture
from autograder.desk import verdict_on

from . import toys

VOID = {"br", "img"}


class Balanced(HTMLParser):
    """Fails on tags that do not match."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag, attrs) -> None:
        self.seen.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open and self.open.pop() == tag, tag


def parsed(html: str) -> Balanced:
    parser = Balanced()
    parser.feed(html)
    parser.close()
    assert not parser.open
    return parser


def evil(x):
    raise ValueError("<script>alert(1)</script><img src=x onerror=alert(2)>")


ANSWERS = {
    "right": lambda x: x.sum(-1) / x.shape[-1],
    "wrong": lambda x: x.sum(-1),
    "shape": lambda x: x,
    "nan": lambda x: x.sum(-1) * torch.nan,
    "none": lambda x: None,
    "evil": evil,
}


@pytest.mark.parametrize("name", ANSWERS)
def test_cards_are_well_formed_and_harmless(name: str) -> None:
    exercise = toys.means()
    verdict = verdict_on(exercise, ANSWERS[name], 1, [])
    tags = parsed(feedback.card(exercise, verdict, 1)).seen
    assert not tags & {"script", "img", "iframe", "style", "link", "object"}
    assert feedback.text(exercise, verdict, 1)


def test_a_wrong_answer_is_told_where_and_by_how_much() -> None:
    exercise = toys.means()
    verdict = verdict_on(exercise, lambda x: x.sum(-1), 1, [])
    text = feedback.text(exercise, verdict, 1)
    assert "expected" in text and "got" in text and "elements of shape" in text and "sums" in text
    assert "What do you divide by?" in text
    assert "<svg" in feedback.card(exercise, verdict, 1)


def test_a_question_without_inputs_keeps_its_answer() -> None:
    exercise = toys.count()
    verdict = verdict_on(exercise, lambda: 41, 1, [])
    for shown in (feedback.text(exercise, verdict, 1), feedback.card(exercise, verdict, 1)):
        assert "41" in shown and "42" not in shown


def test_numbers_that_look_the_same_come_with_their_difference() -> None:
    exercise = toys.means()
    exercise.dtypes = ("float64",)
    verdict = verdict_on(exercise, lambda x: x.mean(-1) * (1 + 1e-9), 1, [])
    assert "off by" in feedback.text(exercise, verdict, 1)


@settings(max_examples=100, deadline=None)
@given(
    hnp.arrays(
        np.float64,
        hnp.array_shapes(min_dims=1, max_dims=4, max_side=40),
        elements=st.sampled_from([0.0, 0.5, 3.0, np.nan]),
    )
)
def test_any_array_of_one_to_four_axes_has_a_picture(errors) -> None:
    drawn = picture(errors)
    if errors.size < 2:
        assert drawn == ""
        return
    parsed(drawn)
    assert drawn.count("<rect") <= 8 * MOST_CELLS**2 + 8


def test_the_picture_marks_what_is_wrong_and_says_it_in_words() -> None:
    errors = np.zeros((3, 4))
    errors[2, 1:3] = 0.5
    assert picture(errors).count("<path") == 2
    assert description(errors) == "2 of 12 elements are wrong, in rows 2 and columns 1 to 2"


def test_a_probe_may_name_its_gradients_itself():
    """Such a name is put into the sentence as it stands; "gradient 0" is the gradient by the first argument."""
    from autograder.checking.feedback.words import gradient_name

    assert gradient_name("gradient with respect to mu", None) == "the gradient with respect to mu"
