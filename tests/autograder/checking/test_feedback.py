"""The card: well-formed, without scripts, nothing of the student's unescaped; its picture says where it is wrong."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup, Tag
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.checking import feedback
from autograder.checking.assess import assess
from autograder.checking.expectation import expect
from autograder.checking.feedback.card import RIGHT
from autograder.checking.feedback.picture import MOST_CELLS, description, picture
from autograder.checking.verdict import Verdict
from autograder.spec import Exercise
from autograder.spec.outputs import gradient, input_gradient
from autograder.spec.probes import function

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
    verdict = assess(exercise, ANSWERS[name], 1, [])
    tags = parsed(feedback.card(exercise, verdict, 1)).seen
    assert not tags & {"script", "img", "iframe", "style", "link", "object"}
    assert feedback.text(exercise, verdict, 1)


def test_a_wrong_answer_is_told_where_and_by_how_much() -> None:
    exercise = toys.means()
    verdict = assess(exercise, lambda x: x.sum(-1), 1, [])
    text = feedback.text(exercise, verdict, 1)
    assert "expected" in text and "got" in text and "elements of shape" in text and "sums" in text
    assert "What do you divide by?" in text
    assert "<svg" in feedback.card(exercise, verdict, 1)


STATES = {
    "right": "✓ right",
    "wrong": "✗ not right yet",
    "shape": "✗ not right yet",
    "evil": "✗ not right yet",
    "blank": "○ not attempted",
}


def blank(x):
    raise NotImplementedError


@pytest.mark.parametrize("name", STATES)
def test_the_first_look_says_right_or_wrong_by_mark_and_word(name: str) -> None:
    exercise = toys.means()
    look = first_look(exercise, assess(exercise, {**ANSWERS, "blank": blank}[name], 1, []))
    assert look.get_text().startswith(STATES[name])
    assert look["aria-label"] == f"{exercise.id}: {STATES[name][2:]}"
    assert (RIGHT in look["style"]) == (name == "right")


def test_some_points_are_called_partly_right() -> None:
    exercise = toys.means()
    assert (
        first_look(exercise, Verdict(exercise.id, 1.0, 2.0, reason="One of two."))
        .get_text()
        .startswith("✗ partly right")
    )


def first_look(exercise: Exercise, verdict: Verdict) -> Tag:
    """The outermost element of a card."""
    outermost = BeautifulSoup(feedback.card(exercise, verdict, 1), "html.parser").div
    assert outermost is not None
    return outermost


def test_details_and_hints_are_behind_folds_and_one_picture_before_them() -> None:
    exercise = toys.means()
    verdict = assess(exercise, lambda x: x.sum(-1), 1, [])
    page = BeautifulSoup(feedback.card(exercise, verdict, 1), "html.parser")
    folds = [fold.extract() for fold in page.find_all("details", recursive=True) if fold.find_parent("details") is None]
    assert [fold.summary.get_text().split(" (")[0] for fold in folds] == ["Hint", "All checks"]
    assert "What do you divide by?" in folds[0].get_text() and folds[1].find("table")
    assert not any(fold.has_attr("open") for fold in folds)
    assert "sums" in page.get_text() and "expected" in page.get_text()
    assert "What do you divide by?" not in page.get_text() and page.find("table") is None
    [drawn] = page.find_all("svg")
    assert "elements are wrong" in drawn["aria-label"]


def test_a_call_for_an_exercise_that_is_not_there_gets_a_card_too() -> None:
    html = feedback.notice("There is no exercise <b>`sofmax`</b>.")
    parsed(html)
    assert "nothing checked" in html and "<code>sofmax</code>" in html and "&lt;b&gt;" in html


def test_a_question_without_inputs_keeps_its_answer() -> None:
    exercise = toys.count()
    verdict = assess(exercise, lambda: 41, 1, [])
    for shown in (feedback.text(exercise, verdict, 1), feedback.card(exercise, verdict, 1)):
        assert "41" in shown and "42" not in shown


def test_numbers_that_look_the_same_come_with_the_digits_in_which_they_differ() -> None:
    exercise = toys.means(probe=function.but(dtypes=("float64",)))
    verdict = assess(exercise, lambda x: x.mean(-1) * (1 + 1e-9), 1, [])
    expected, got = re.search(r"expected (\S+), got ([^\s;]+)", feedback.text(exercise, verdict, 1)).groups()
    assert expected != got and float(got) == pytest.approx(float(expected), rel=1e-8)


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


def test_a_probe_may_name_its_gradients_itself() -> None:
    """Others are called after the argument with respect to which they are taken."""
    expectation = expect(toys.means(), 1)
    assert expectation.words_for(gradient("mu")) == "the gradient with respect to `mu`"
    assert expectation.words_for(input_gradient(0)) == "the gradient with respect to `x`"
