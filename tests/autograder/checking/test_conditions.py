"""Which cases are right and which are wrong, in the simplest words; nothing where that is chance."""

import torch

from autograder.checking.assess import assess, question
from autograder.checking.diagnosis.condition import condition
from autograder.checking.diagnosis.wrong import rights
from autograder.checking.expectation import expect
from autograder.checking.verdict import Means
from autograder.spec import Case, Question
from autograder.spec.outputs import Output

from . import toys

SEED = 3


def padded_sum(x, padding=0, scale=1.0):
    """Sum of the neighbours of each number, with zeros around."""
    wide = torch.nn.functional.pad(x, (padding, padding))
    return scale * (wide[..., 1:] + wide[..., :-1])


def reference(x, padding=0, scale=1.0):
    """The same, which no answer may call."""
    return padded_sum(x, padding, scale)


def exercise(**settings):
    def cases(draw):
        return [
            (draw.normal(3, 4), 0, 2.0),
            Case((draw.normal(1, 4), 1, 0.5), note="one row"),
            (draw.normal(2, 6), 0, 0.7),
            (draw.normal(3, 5), 2, 3.0),
            (draw.normal(4, 4), 1, 1.5),
        ]

    return toys.named("padded_sum", Question(cases=cases, **settings), reference, 2)


def found(answer, asked=None) -> str:
    asked = asked or exercise()
    evidence, expectation = question(asked, answer, SEED), expect(asked, SEED)
    told = condition(Output("result"), rights(evidence, expectation), expectation)
    return told.sentence() if told is not None else ""


def test_an_argument_that_separates_the_cases_is_told() -> None:
    def flat(x, padding, scale):
        wide = torch.nn.functional.pad(x, (padding, padding), value=1.0)
        return scale * (wide[..., 1:] + wide[..., :-1])

    assert found(flat) == "It is right where `padding` is 0, and wrong in all other cases."
    verdict = assess(exercise(), flat, SEED, [])
    assert verdict.diagnoses[0].means is Means.CONDITION
    assert "`padding` is 0" in verdict.diagnoses[0].title and not verdict.diagnoses[0].names


def test_a_single_wrong_case_is_told_in_the_words_of_the_spec() -> None:
    wrong = found(lambda x, padding, scale: padded_sum(x, padding, scale) + (len(x) == 1))
    assert wrong == "It is wrong on one of the cases alone: one row."


def test_numbers_drawn_for_each_case_separate_nothing() -> None:
    assert found(lambda x, padding, scale: padded_sum(x, padding, scale) + float(scale in (2.0, 3.0))) == ""


def test_nothing_is_said_where_every_case_is_wrong_or_every_case_right() -> None:
    assert found(lambda x, padding, scale: padded_sum(x, padding, scale) + 1) == ""
    assert found(padded_sum) == ""


def test_a_case_whose_result_is_zero_anyway_tells_nothing() -> None:
    asked = toys.named(
        "product",
        Question(cases=lambda draw: [(draw.normal(3), 0.0), (draw.normal(4), 0.5), (draw.normal(2), 2.0)]),
        lambda x, scale: scale * x,
        1,
    )
    assert found(lambda x, scale: -scale * x, asked) == "It is right where `scale` is 0, and wrong in all other cases."
    beside_others = toys.named(
        "product",
        Question(cases=lambda draw: [(draw.normal(3), s) for s in (0.0, 1.0, 2.0, 3.0, 1.0)]),
        lambda x, scale: scale * x,
        1,
    )
    assert "right where `scale` is 1" in found(lambda x, scale: scale**2 * x, beside_others)


def test_where_it_is_wrong_is_told_too() -> None:
    wrong = found(lambda x, padding, scale: padded_sum(x, padding, scale if padding else scale + 1))
    assert wrong == "It is wrong where `padding` is 0, and is right in all other cases."


def test_the_arguments_of_a_class_are_those_of_its_constructor_and_of_its_call() -> None:
    layer = toys.layer()
    named = expect(layer, SEED).arguments[0]
    assert list(named) == ["inputs", "outputs", "x"]
    assert (named["inputs"], named["outputs"]) == (3, 2) and named["x"].shape == (4, 3)


def test_where_it_stops_is_told_with_the_reason_in_plain_words() -> None:
    def rigid(x, padding, scale):
        return padded_sum(x, padding, scale) if padding == 0 else x @ x

    diagnosis = assess(exercise(), rigid, SEED, []).diagnoses[0]
    assert diagnosis.means is Means.CONDITION
    assert any("Two shapes do not fit" in hint for hint in diagnosis.hints)


def test_the_shapes_on_the_line_are_told_where_it_stops() -> None:
    def rigid(x, padding, scale):
        return x @ x[:, :2]

    verdict = assess(exercise(), rigid, SEED, [])
    said = [m.sentence for row in verdict.rows for m in row.mismatches]
    assert said and any("`x` is (3, 4)" in sentence for sentence in said)
