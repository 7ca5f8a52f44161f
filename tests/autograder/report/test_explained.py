"""How far the wrong answers of a class are explained: counted by the means that the judge wrote down."""

import pytest

from autograder.lessons.cells import GradeRecord
from autograder.report.explained import How, explained, how, in_all
from autograder.report.page import page
from autograder.report.results import Result, Results, _means
from autograder.report.statistics import mistakes


def result(student: str, *means: str, points: float = 0.0, state: str = "checked", **more: object) -> Result:
    told = tuple(f"{each} title" for each in means)
    return Result(student, "softmax", points, 4.0, state, diagnoses=told, means=means, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("means", "expected"),
    [
        ((), How.UNEXPLAINED),
        (("known",), How.NAMED),
        (("unused",), How.NAMED),
        (("changed", "pattern"), How.NAMED),
        (("pattern", "known"), How.NAMED),
        (("condition", "place"), How.LOCATED),
        (("pattern", "condition"), How.CONDITIONED),
        (("pattern",), How.DESCRIBED),
        (("a word of a later release",), How.UNEXPLAINED),
    ],
)
def test_an_answer_is_explained_as_far_as_the_best_of_its_diagnoses_goes(means: tuple[str, ...], expected: How) -> None:
    assert how(result("ada", *means)) is expected


def test_right_answers_and_those_that_gave_no_results_are_not_counted() -> None:
    assert how(result("ada", points=4.0)) is None
    assert how(result("ada", state="timeout")) is None


def test_a_question_and_the_class_are_counted() -> None:
    other = Result("cy", "relu", 0.0, 2.0, "checked", means=("place",), diagnoses=("here",))
    right = Result("cy", "tanh", 2.0, 2.0, "checked")
    rows = [result("ada", "known"), result("bo", "pattern"), result("cy"), other, right]
    softmax, relu = explained(Results(rows))
    assert (softmax.question, softmax.wrong, softmax.counts[How.NAMED], relu.counts[How.LOCATED]) == (
        "softmax",
        3,
        1,
        1,
    )
    whole = in_all(Results(rows))
    assert whole.wrong == 4 and whole.share(How.UNEXPLAINED) == pytest.approx(1 / 4)
    text = page(Results(rows), "unit")
    section = text.split("<h2>How far wrong answers were explained</h2>")[1].split("<h2>")[0]
    assert (
        '<td class="n">4</td><td class="n">1 (25 %)</td><td class="n">1 (25 %)</td><td class="n">0 (0 %)</td>'
        in section
    )


@pytest.mark.parametrize(
    ("told", "means"),
    [
        ({"misconceptions": ["a"], "diagnoses": ["is a", "looks like b"]}, ("known", "pattern")),
        ({"diagnoses": ["looks like b"]}, ("pattern",)),
        ({}, ()),
        ({"diagnoses": ["never uses `z`"], "means": ["unused"]}, ("unused",)),
    ],
)
def test_what_an_earlier_release_graded_is_named_by_its_misconceptions(told: dict, means: tuple[str, ...]) -> None:
    cell = {"metadata": {"gradschool": {"state": "checked", "points": 1.0, **told}}}
    record = GradeRecord.read(cell)
    assert record is not None
    assert _means(record) == means


def test_mistakes_that_nobody_wrote_down_are_counted_with_those_of_the_specs() -> None:
    rows = [result("ada", "changed", "pattern"), result("bo", "changed")]
    rows += [result("cy", "pattern", "known", misconceptions=("over_the_batch",))]
    assert [(m.title, m.count) for m in mistakes(Results(rows))] == [
        ("changed title", 2),
        ("sums to one over the batch, not over the classes", 1),
    ]
