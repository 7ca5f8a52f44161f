"""Every kind of outcome has a card: it says what it should, and the page of them all renders."""

import pytest
from bs4 import BeautifulSoup

from autograder.checking.verdict import State
from autograder.demo.cards import page, samples

SAMPLES = {one.outcome: one for one in samples()}
# What the card's plain words must hold.
SAYS = {
    "right": "2 of 2 points",
    "right, and would stop on a GPU": "On a GPU this would stop: torch.as_tensor needs device=",
    "right, in fewer digits": "Some number in your answer is float32",
    "a mistake with a name": "does not correct the means for their start at zero",
    "what the error looks like": "off by a constant factor: 3 times",
    "right but for extreme inputs": "overflows for large scores",
    "cut from the graph": "No gradient reaches the input",
    "writes into its inputs": "writes into",
    "another shape": "The shape should be (3,); yours is ()",
    "returns nothing": "Is a return statement missing?",
    "stops with an error": "must match the size",
    "never ends": "Does a loop never end?",
    "calls what it should have written": "calls torch.softmax",
    "not found": "There is no softmax in the notebook",
    "loops where it should not": "tensor operations",
    "other parameters than the task's": "Your encoder has a bias; the task's has none.",
}


@pytest.mark.parametrize("outcome", SAYS)
def test_a_card_says_what_is_the_matter(outcome: str) -> None:
    assert SAYS[outcome] in BeautifulSoup(SAMPLES[outcome].html, "html.parser").get_text()


def test_there_is_a_card_for_each_state_that_a_desk_can_see() -> None:
    never_at_a_desk = {State.DIED, State.JUDGE_FAILED}
    assert {one.verdict.state for one in SAMPLES.values()} == set(State) - never_at_a_desk


def test_the_page_holds_them_all() -> None:
    found = BeautifulSoup(page(iter(SAMPLES.values())), "html.parser")
    assert len(found.select(".gradschool-card")) == len(SAMPLES) + 2
    assert not found.find("script")
