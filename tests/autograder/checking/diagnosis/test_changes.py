"""A mistake that nobody wrote down: a right answer changed by machine gives the same."""

import ast
import textwrap

import pytest
import torch

from autograder.checking.assess import assess
from autograder.checking.diagnosis.altered import altered
from autograder.checking.diagnosis.edits import applied
from autograder.checking.diagnosis.everywhere import everywhere
from autograder.checking.diagnosis.slips import slips
from autograder.checking.verdict import Means
from autograder.spec import Question, catalogue
from autograder.spec.mistakes.softmax import stable

from .. import toys

SEED = 7


def scaled(x, y, factor):
    """A row's mean, and the largest of another thing, with a factor."""
    centred = x - x.mean(dim=-1, keepdim=True)
    return factor * centred.square().sum(dim=-1).sqrt() + y.amax(dim=-1)


def again(x, y, factor):
    """The same, for answers: they may not call the reference."""
    centred = x - x.mean(dim=-1, keepdim=True)
    return factor * centred.square().sum(dim=-1).sqrt() + y.amax(dim=-1)


def exercise():
    question = Question(
        cases=lambda draw: [
            (draw.normal(3, 4), draw.normal(3, 4), 2.0),
            (draw.normal(5, 2), draw.normal(5, 2), 0.5),
            (draw.normal(1, 3), draw.normal(1, 3), 3.0),
        ],
        arguments=("x", "y", "factor"),
    )
    return toys.named("scaled", question, scaled, 3)


CALLED_OTHERWISE = {
    "`x` and `y` were exchanged": lambda x, y, factor: again(y, x, factor),
    "`factor` were 1": lambda x, y, factor: again(x, y, 1.0),
    "`factor` were squared": lambda x, y, factor: again(x, y, factor**2),
    "`y` had the other sign": lambda x, y, factor: again(x, -y, factor),
    "`y` were 0": lambda x, y, factor: again(x, 0 * y, factor),
    "`x` were multiplied by `y`": lambda x, y, factor: again(x * y, y, factor),
}


@pytest.mark.parametrize("words", CALLED_OTHERWISE)
def test_other_arguments_are_told(words: str) -> None:
    found = assess(exercise(), CALLED_OTHERWISE[words], SEED, []).diagnoses
    assert found[0].means is Means.CHANGED
    assert found[0].title == f"gives what would be right if {words}"


SLIPS = {
    "lacks what `sqrt` does": lambda x, y, factor: (
        factor * (x - x.mean(-1, keepdim=True)).square().sum(-1) + y.amax(-1)
    ),
    "has a sign the other way round": lambda x, y, factor: again(x, 0 * y, factor) - y.amax(-1),
    "along another axis than the task": lambda x, y, factor: (
        factor * (x - x.mean()).square().sum(-1).sqrt() + y.amax(-1)
    ),
}


@pytest.mark.parametrize("words", SLIPS)
def test_a_slip_is_told_by_its_kind(words: str) -> None:
    found = assess(exercise(), SLIPS[words], SEED, []).diagnoses
    assert found[0].means is Means.CHANGED and words in found[0].title, found[0].title


def test_two_mistakes_of_which_one_is_not_finite_are_told_by_the_other() -> None:
    def answer(x, y, factor):
        wrong = again(y, x, factor)
        return wrong if len(x) > 1 else wrong * torch.nan

    assert "exchanged" in assess(exercise(), answer, SEED, []).diagnoses[0].title


def test_nothing_is_told_where_no_change_gives_the_same() -> None:
    found = assess(exercise(), lambda x, y, factor: (x * y).sin().sum(-1) * factor, SEED, []).diagnoses
    assert all(d.means is not Means.CHANGED for d in found)


def test_a_change_explains_all_that_is_wrong_or_is_not_told() -> None:
    def answer(dout, x):
        return x.T @ dout * 7, (dout**3).sum(dim=0)

    found = assess(toys.two_outputs(), answer, SEED, []).diagnoses
    assert all(d.means is not Means.CHANGED for d in found)


def test_a_slip_that_the_source_cannot_have_is_not_told() -> None:
    source = "def scaled(x, y, factor):\n    return rooted(x, y, factor)"
    answer = SLIPS["lacks what `sqrt` does"]
    with_root = "def scaled(x, y, factor):\n    return (x - x.mean()).sqrt()"
    assert any("lacks what `sqrt`" in d.title for d in assess(exercise(), answer, SEED, [source]).diagnoses)
    assert not any("lacks what `sqrt`" in d.title for d in assess(exercise(), answer, SEED, [with_root]).diagnoses)


@pytest.mark.parametrize("name", ["softmax", "conv2d", "lstm_cell", "adain"])
def test_no_title_shows_a_line_of_a_right_answer(name: str) -> None:
    spec = catalogue.find(name)
    for change in (*altered(spec, SEED), *slips(spec)):
        assert len(change.title) < 160 and "=" not in change.title.replace("≤", "").replace("≥", "")
        assert change.hints and change.hints[0].endswith("?")


def test_slips_leave_the_right_answers_alone() -> None:
    spec = catalogue.find("softmax")
    before = spec.reference(torch.eye(3))
    list(slips(spec))
    assert torch.equal(spec.reference(torch.eye(3)), before) and torch.equal(before, stable(torch.eye(3)))


def test_a_convention_changed_everywhere() -> None:
    source = """
        def normalise(x):
            mean = x.mean(0)
            var = x.var(0, correction=0)
            return (x - mean) / var.sqrt()
    """
    definition = ast.parse(textwrap.dedent(source)).body[0]
    before = ast.unparse(definition)
    texts = []
    for edit in everywhere(definition):  # type: ignore[arg-type]
        with applied(edit):
            texts.append(ast.unparse(definition))
    assert any("x.mean(-1)" in text and "x.var(-1" in text for text in texts)
    assert ast.unparse(definition) == before
