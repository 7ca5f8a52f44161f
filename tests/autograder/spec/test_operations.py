"""Loops are seen without a clock: operations are counted, on a line of their own beside the values."""

import pytest
import torch

from autograder.checking import feedback
from autograder.checking.assess import assess, question
from autograder.checking.judge import judge
from autograder.checking.keys import DOUBLE
from autograder.spec import Exercise, Question
from autograder.spec.probes import counted, growing, steady
from autograder.spec.probes.operations import count, operations


def scaled(x, w):
    """Each row of x times w, summed."""
    return x @ w


def by_rows(x, w):
    return torch.stack([row @ w for row in x])


def by_columns(x, w):
    out = torch.zeros_like(x[:, 0])
    for j in range(x.shape[1]):
        out = out + x[:, j] * w[j]
    return out


@pytest.fixture
def exercise():
    asked = Question(
        cases=lambda draw: [
            (draw.normal(3, 2), draw.normal(2)),
            growing(
                *(draw.normal(3, 2), draw.normal(2)),
                rows=(draw.normal(6, 2), draw.normal(2)),
                columns=(draw.normal(3, 4), draw.normal(4)),
            ),
        ],
        probe=counted(),
    )
    exercise = Exercise(asked, scaled, points=8, compare=steady("rows", "columns"))
    exercise.named("scaled")

    @exercise.misconception("loops over the rows", "How many products does your answer begin?")
    def loop(x, w):
        return torch.stack([(x[i] * w).sum() for i in range(len(x))])

    @exercise.misconception("adds where it should multiply", "What does @ do?")
    def added(x, w):
        return (x + w).sum(dim=1)

    return exercise


def rows_of(verdict):
    return {row.kind: row for row in verdict.rows}


def test_a_vectorised_answer_gets_all_points(exercise):
    for answer in (lambda x, w: x @ w, lambda x, w: (x * w).sum(dim=1), lambda x, w: torch.einsum("ij,j->i", x, w)):
        assert judge(exercise, question(exercise, answer, 1), 1).points == 8


def test_a_loop_loses_its_line_and_no_other(exercise):
    verdict = assess(exercise, by_rows, 1, [])
    rows = rows_of(verdict)
    assert {kind for kind, row in rows.items() if not row.passed} == {"operations"}
    assert {kind for kind, row in rows.items() if row.earned == row.points} == {"values", "inputs"}
    assert [m.key.output for m in rows["operations"].mismatches if m.key.dtype == DOUBLE] == [count("rows")]
    assert str(count("rows")) == "operations for more rows"
    assert 0 < verdict.points < 8
    assert verdict.points == pytest.approx(8 * (1 - 2 / 9), abs=0.02)


def test_the_card_says_what_grows_and_the_known_loop_is_named(exercise):
    verdict = assess(exercise, by_rows, 1, [])
    assert [d.misconception for d in verdict.diagnoses] == ["loop"]
    text = feedback.text(exercise, verdict, 1)
    assert "loops over the rows" in text
    assert "With more rows it runs" in text and "Does a loop run over the rows?" in text
    assert "operations" in feedback.card(exercise, verdict, 1)


def test_the_larger_versions_are_not_shown_as_an_argument():
    def two_options(x, w, scale=1.0):
        return scale * (x @ w)

    small = torch.ones(2, 3), torch.ones(3)
    cases = [growing(*small, rows=(torch.ones(4, 3), torch.ones(3)))]
    asked = Question(cases=lambda draw: cases, probe=counted())
    exercise = Exercise(asked, two_options, points=2, compare=steady("rows"))
    text = feedback.text(exercise, assess(exercise, by_rows, 1, []), 1)
    assert "w = [1, 1, 1]" in text
    assert "scale =" not in text
    assert "dict" not in text


def test_a_loop_that_nobody_foresaw_is_told_without_a_guess(exercise):
    verdict = assess(exercise, by_columns, 1, [])
    assert verdict.diagnoses == []
    assert feedback.text(exercise, verdict, 1).startswith("✗ scaled: 6.22 of 8 points. With more columns it runs")


def test_a_vectorised_answer_earns_nothing_for_wrong_values(exercise):
    verdict = assess(exercise, lambda x, w: (x + w).sum(dim=1), 1, [])
    assert verdict.points == 0
    assert [d.misconception for d in verdict.diagnoses] == ["added"]


def test_a_wrong_loop_has_both_mistakes_named(exercise):
    verdict = assess(exercise, lambda x, w: torch.stack([(row + w).sum() for row in x]), 1, [])
    assert verdict.points == 0
    assert {d.misconception for d in verdict.diagnoses} == {"added", "loop"}


def test_operations_are_counted_on_copies_whatever_the_road():
    x = torch.ones(3)
    assert operations(lambda t: t.add_(1).mul_(2), [x]) == 2
    assert operations(lambda t: torch.ops.aten.add(t, t).item(), [x[:1]]) == 2
    assert x.tolist() == [1, 1, 1]
