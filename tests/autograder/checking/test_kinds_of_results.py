"""What kind of thing comes back: numbers and tensors without axes are one, everything else is told apart."""

import pytest
import torch

from autograder.checking.assess import assess
from autograder.checking.verdict import Verdict
from autograder.spec import Case, Exercise, Question
from autograder.spec.probes import mended

from . import toys

SEED = 3


def verdict(exercise: Exercise, answer: object) -> Verdict:
    return assess(exercise, answer, SEED, [])


def of(reference, *args, **settings) -> Exercise:
    return toys.named("asked", Question(cases=lambda draw: [args], **settings), reference, 2)


@pytest.mark.parametrize("answer", [lambda x: x.sum().item(), lambda x: x.sum(), lambda x: x.sum().numpy()])
@pytest.mark.parametrize("reference", [lambda x: x.sum(), lambda x: x.sum().item()])
def test_a_number_and_a_tensor_without_axes_are_one(reference, answer) -> None:
    assert verdict(of(reference, torch.ones(3).double()), answer).passed


def test_kinds_of_numbers_are_told_apart_in_tensors() -> None:
    ids = of(lambda x: x.argsort(), torch.tensor([3.0, 1.0, 2.0]).double())
    found = verdict(ids, lambda x: x.argsort().double())
    assert found.points == 0 and "where whole numbers belong" in found.rows[0].mismatches[0].sentence
    assert verdict(ids, lambda x: x.argsort().int()).passed
    mask = of(lambda x: x > 0, torch.tensor([1.0, -1.0]).double())
    assert "truth values belong" in verdict(mask, lambda x: (x > 0).long()).rows[0].mismatches[0].sentence


def test_lists_and_tuples_and_entries_too_many() -> None:
    parts = of(lambda x: [x, 2 * x], torch.ones(2).double())
    assert verdict(parts, lambda x: [x + 0, x + x]).passed
    assert "a tuple of 2, where one value belongs" in verdict(parts, lambda x: (x, 2 * x)).reason
    found = verdict(parts, lambda x: [x, 2 * x, 3 * x])
    said = [m.sentence for row in found.rows for m in row.mismatches]
    assert "`result` should hold 2 tensors; yours holds more." in said


def test_a_number_carries_no_graph() -> None:
    weight = torch.nn.Parameter(torch.ones(2, dtype=torch.float64))
    loss = of(lambda x: float((weight * x).sum()), torch.ones(2).double())
    assert verdict(loss, lambda x: (weight * x).sum().detach()).passed
    found = verdict(loss, lambda x: (weight * x).sum())
    assert "still carries its graph" in found.rows[0].mismatches[0].sentence


def test_arguments_left_out_have_a_line_of_their_own() -> None:
    def scaled(x, factor=2.0):
        return factor * x

    exercise = toys.named(
        "scaled",
        Question(
            cases=lambda draw: [(draw.normal(3), 0.5), (draw.normal(2), 4.0)], defaults=lambda draw: [draw.normal(3)]
        ),
        scaled,
        3,
    )
    found = verdict(exercise, lambda x, factor=3.0: factor * x)
    failed = [row for row in found.rows if not row.passed]
    assert [row.kind for row in failed] == ["defaults"] and 0 < found.points < 3
    assert failed[0].sentence == "The default of `factor` is 3.0 in your answer; in the task it is 2.0."
    assert (
        "has no default"
        in next(r for r in verdict(exercise, lambda x, factor: factor * x).rows if r.kind == "defaults").sentence
    )


def test_the_letter_of_a_script_counts_though_the_mended_function_stops() -> None:
    question = Question(cases=lambda draw: [Case((draw.normal(3),))], probe=mended())
    exercise = toys.named("script", question, lambda: ("B", lambda x: 2 * x), 4)
    found = verdict(exercise, lambda: ("B", lambda x: x[7]))
    earned = {row.output: row.earned for row in found.rows if row.kind == "values"}
    assert earned["fault"] > 0 and earned["result"] == 0


def test_an_answer_that_is_slow_on_large_cases_is_judged_on_the_others() -> None:
    def right(x):
        return x.sum()

    cases = [torch.ones(2).double(), torch.ones(1000).double(), torch.ones(3).double()]
    exercise = toys.named("summed", Question(cases=lambda draw: cases, seconds=0.2), right, 2)

    def slow(x):
        while x.numel() > 100:
            pass
        return x.sum() + 0

    found = verdict(exercise, slow)
    assert (
        found.state == "checked"
        and [m.sentence for m in found.rows[0].mismatches] == ["Your answer was stopped here: it is slow."] * 2
    )
    assert {m.case for m in found.rows[0].mismatches} == {1}

    def endless(x):
        while True:
            pass

    assert verdict(exercise, endless).state == "timeout" and verdict(exercise, endless).diagnoses == []
