"""Verdicts: what earns points, what does not, and the sentence for each way of being wrong."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from autograder.checking.assess import assess, question
from autograder.checking.evidence import MISSING, Notes
from autograder.checking.judge import judge
from autograder.checking.verdict import State
from autograder.spec import Case, Exercise, Question, catalogue

from . import toys

SEED = 7


def verdict(exercise, answer):
    return assess(exercise, answer, SEED, [])


def by_kind(found):
    return {row.kind: row for row in found.rows}


def right(x):
    return x.sum(-1) / x.shape[-1]


WRONG = {
    "none": (lambda x: None, "returned None"),
    "tuple": (lambda x: (x, x), "returned a tuple of 2"),
    "numpy": (lambda x: x.detach().numpy().mean(-1), "NumPy array where a tensor belongs"),
    "number": (lambda x: 3.0, "Python number where a tensor belongs"),
    "list": (lambda x: [1.0], "returned a list"),
    "text": (lambda x: "mean", "text where a tensor belongs"),
    "raises": (lambda x: x + torch.ones(7, 7, 7), "RuntimeError"),
    "exits": (lambda x: exit(), "called exit"),
    "interrupts": (lambda x: (_ for _ in ()).throw(KeyboardInterrupt), "KeyboardInterrupt"),
    "transposed": (lambda x: right(x).unsqueeze(0), "The shape should be"),
    "not a function": (5, "an int, where a function belongs"),
    "too few arguments": (lambda: 1, "TypeError"),
}


@pytest.mark.parametrize("name", WRONG)
def test_every_way_of_being_wrong_has_its_sentence_and_no_points(name: str) -> None:
    answer, sentence = WRONG[name]
    found = verdict(toys.means(), answer)
    assert found.points == 0
    said = found.reason + " ".join(r.sentence + " ".join(m.sentence for m in r.mismatches) for r in found.rows)
    assert sentence in said


def test_a_right_answer_gets_exactly_the_whole() -> None:
    found = verdict(toys.means(), right)
    assert found.points == found.max_points == 4
    assert sum(row.points for row in found.rows) == pytest.approx(4, abs=1e-12)


def test_missing_and_unattempted_are_told_apart() -> None:
    def stub(x):
        raise NotImplementedError

    assert verdict(toys.means(), MISSING).state is State.MISSING
    assert verdict(toys.means(), stub).reason == "Not attempted yet."


def test_zeros_earn_nothing_for_their_form() -> None:
    found = verdict(toys.means(), lambda x: 0 * x.sum(-1))
    assert found.points == 0
    assert by_kind(found)["inputs"].passed, "its form is right, and still earns nothing"


def test_nan_fails_the_check_it_occurs_in_and_no_other() -> None:
    def careless(x):
        return torch.where(x.abs().amax(-1) > 1e3, torch.nan, right(x))

    rows = by_kind(verdict(toys.means(), careless))
    assert rows["values"].passed and not rows["extremes"].passed


def test_a_detached_answer_fails_the_gradients_alone() -> None:
    rows = by_kind(verdict(toys.means(), lambda x: right(x.detach())))
    assert {kind for kind, row in rows.items() if not row.passed} == {"gradients"}
    assert "No gradient reaches" in rows["gradients"].mismatches[0].sentence


def test_a_fixed_data_type_costs_nothing_and_is_told() -> None:
    found = verdict(toys.means(), lambda x: right(x.float()))
    assert found.passed and found.advice == ["For float64 inputs your result is float32."]

    def constant(x):  # raises for float64: the matrix product wants one type
        return x @ torch.full((x.shape[-1],), 1 / x.shape[-1])

    found = verdict(toys.means(), constant)
    assert found.passed and "With float64 inputs your answer stops" in " ".join(found.advice)


def test_a_number_rounded_to_float32_costs_nothing_and_is_told() -> None:
    def rounded(x):
        return x.sum(-1) * (torch.ones(x.shape[:-1]) / x.shape[-1])  # the factor is float32

    def slightly_off(x):
        return x.mean(-1) * (1 + 1e-9)

    found = verdict(toys.means(), rounded)
    assert found.passed and "float32" in " ".join(found.advice)
    found = verdict(toys.means(), slightly_off)
    assert not by_kind(found)["values"].passed and not found.advice, "no float32 in it: nobody says there is"


def test_leaving_the_device_of_the_inputs_costs_nothing_and_is_told() -> None:
    found = verdict(toys.means(), lambda x: right(x) + torch.zeros(x.shape[0], dtype=x.dtype))
    assert found.passed
    assert found.advice == ["On a GPU this would stop: `torch.zeros` needs `device=` of what comes in."]
    looping = verdict(toys.means(), lambda x: torch.stack([r.sum() / max(len(r), 1) for r in x]))
    assert looping.passed, "an answer that cannot run on the meta device is no wrong one"


def test_writing_into_the_inputs_is_seen() -> None:
    def scribbles(x):
        answer = right(x.clone())
        with torch.no_grad():
            x *= 0
        return answer

    row = by_kind(verdict(toys.means(), scribbles))["inputs"]
    assert not row.passed and "`x`" in row.sentence


def test_several_outputs_are_paid_one_by_one() -> None:
    found = verdict(toys.two_outputs(), lambda dout, x: (dout.T @ x, dout.mean(0)))
    assert 0 < found.points < found.max_points
    assert [r.passed for r in found.rows if r.kind == "values"] == [True, False]


def test_updates_are_run_several_steps() -> None:
    assert verdict(toys.update(), lambda p, v, g, lr: (p - lr * (0.9 * v + g), 0.9 * v + g)).passed
    forgets = verdict(toys.update(), lambda p, v, g, lr: (p - lr * (0.9 * v + g), v))
    assert forgets.points == 0
    assert not any("first step" in d.title for d in forgets.diagnoses), "v is wrong at the first step already"
    returns_old = verdict(toys.update(), lambda p, v, g, lr: (p - lr * (0.9 * v + g), 0.9 * v + g - 0.1 * v))
    assert any("first step" in d.title for d in returns_old.diagnoses)


def test_classes_are_loaded_with_the_references_parameters() -> None:
    class Same(torch.nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(outputs, inputs))
            self.bias = torch.nn.Parameter(torch.zeros(outputs))

        def forward(self, x):
            return torch.einsum("bi,oi->bo", x, self.weight) + self.bias

    class OneMore(Same):
        def __init__(self, inputs, outputs):
            super().__init__(inputs, outputs)
            self.kernel = torch.nn.Parameter(torch.zeros(1))

    assert verdict(toys.layer(), Same).passed
    assert "Your network has `kernel`, of shape (1,)" in verdict(toys.layer(), OneMore).reason
    assert "where a class belongs" in verdict(toys.layer(), lambda x: x).reason
    assert "torch.nn.Module" in verdict(toys.layer(), dict).reason or verdict(toys.layer(), dict).points == 0


def test_parameters_of_other_names_are_matched_by_order_and_shape() -> None:
    class Renamed(torch.nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.inner = torch.nn.Linear(inputs, outputs)
            self.again = self.inner  # a second name of the same layer

        def forward(self, x):
            return self.again(x)

    class WithoutBias(torch.nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.inner = torch.nn.Linear(inputs, outputs, bias=False)

        def forward(self, x):
            return self.inner(x)

    assert verdict(toys.layer(), Renamed).passed
    assert verdict(toys.layer(), WithoutBias).reason == "Your network lacks a bias of shape (2,)."


@pytest.mark.parametrize("answer", [42, lambda: 42, 42.0, np.int64(42), lambda: torch.tensor(42)])
def test_a_plain_value_may_be_written_in_several_ways(answer) -> None:
    assert verdict(toys.count(), answer).passed


def test_a_wrong_value_shows_both() -> None:
    found = verdict(toys.count(), 41)
    worst = found.rows[0].mismatches[0]
    assert (worst.expected, worst.got) == (42, 41)


def test_a_case_may_say_itself_what_is_right() -> None:
    exercise = toys.bounded()
    assert verdict(exercise, lambda p: -p.clamp(min=1e-30).log()).passed, "another clamp is as good"
    assert not verdict(exercise, lambda p: -p.log()).passed, "infinite at zero"


def test_an_answer_may_differ_by_rounding_and_not_by_more() -> None:
    assert verdict(toys.means(), lambda x: (x / x.shape[-1]).flip(-1).cumsum(-1)[..., -1]).passed
    assert not verdict(toys.means(), lambda x: right(x) * (1 + 1e-9)).passed


def test_notes_from_beside_the_answer_earn_nothing() -> None:
    evidence = question(toys.means(), lambda x: 0 * x.sum(-1), SEED)
    for notes in (Notes(), replace(evidence.notes, types={}, problems={})):
        evidence.notes, evidence.single = notes, set()
        assert judge(toys.means(), evidence, SEED).points == 0


def test_evidence_for_another_seed_is_worth_nothing() -> None:
    evidence = question(toys.means(), right, SEED + 1)
    assert judge(toys.means(), evidence, SEED).points == 0


def test_what_a_spec_grants_beyond_rounding_is_granted_and_no_more() -> None:
    assert verdict(toys.surprises(), lambda p, y: -(y * (p + 1e-7).log()).mean()).passed
    assert verdict(toys.surprises(), lambda p, y: -(y * (p + 1e-3).log()).mean()).points == 0


def test_gradients_are_compared_only_with_respect_to_what_is_named() -> None:
    assert verdict(toys.surprises(), lambda p, y: -(y.detach() * p.clamp(min=1e-9).log()).mean()).passed
    found = by_kind(verdict(toys.surprises(), lambda p, y: -(y * p.detach().clamp(min=1e-9).log()).mean()))
    assert found["values"].passed and not found["gradients"].passed


def centred(x, b):
    """What b adds is taken away again: its gradient is zero, but for rounding."""
    h = x + b
    return (h - h.mean(0)) * torch.linspace(3, 50, len(x)).to(x)[:, None]


def leaking(share):
    def answer(x, b):
        h = x + b
        right = torch.linspace(3, 50, len(x)).to(x)[:, None] * (h - h.mean(0))
        return right + share(x.dtype) * (b - b.detach())

    return answer


@pytest.mark.parametrize(
    ("share", "passes"), [(lambda dtype: 20 * torch.finfo(dtype).eps, True), (lambda dtype: 1e-3, False)]
)
def test_what_rounding_leaves_of_a_zero_gradient_is_no_mistake(share, passes) -> None:
    question = Question(gradients=True, cases=lambda draw: [Case((draw.normal(5, 3), draw.normal(3)))])
    exercise = Exercise(question, centred, points=2)
    assert verdict(exercise, leaking(share)).passed is passes


def test_a_list_of_numbers_is_to_stay_as_it_was_too() -> None:
    def popped(layers):
        field = 1
        while layers:
            kernel, stride = layers.pop()
            field = (field - 1) * stride + kernel
        return field

    row = by_kind(verdict(catalogue.find("receptive_field"), popped))["inputs"]
    assert not row.passed and "changes what `layers` holds" in row.sentence


def test_of_a_wrong_default_the_name_is_told_and_no_argument_that_the_task_has_not() -> None:
    def conv2d(x, weight, bias, stride=2, padding=0):
        windows = F.pad(x, (padding,) * 4).unfold(2, weight.shape[2], stride).unfold(3, weight.shape[3], stride)
        return torch.einsum("bihwuv,oiuv->bohw", windows, weight) + bias[:, None, None]

    row = by_kind(verdict(catalogue.find("conv2d"), conv2d))["defaults"]
    assert row.sentence == "The default of `stride` is 2 in your answer; in the task it is 1."
