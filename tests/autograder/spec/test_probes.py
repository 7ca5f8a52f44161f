"""Probes see what an answer does, step by step and number by number, and nothing that it does later."""

import numpy as np
import pytest
import torch

from autograder.checking.assess import assess
from autograder.spec import Exercise, Question
from autograder.spec.errors import Unfinished, Unusable
from autograder.spec.outputs import Output
from autograder.spec.probes import Stage, along, architecture, packed, steps, training_step


def decayed_sum(p, grad, s, rate):
    s = 0.5 * s + grad
    return p - rate * s, s


def test_any_arguments_can_be_the_state_of_an_update():
    one = torch.ones(1)
    seen = steps(state=(0, 2), count=3)(
        decayed_sum, (0 * one, [one, 2 * one, 4 * one], 0 * one, 1.0), ("p", "s"), False
    )
    assert {str(output): float(value) for output, value in seen.items()} == {
        "p after step 1": -1, "s after step 1": 1, "p after step 2": -3.5,
        "s after step 2": 2.5, "p after step 3": -8.75, "s after step 3": 5.25,
    }  # fmt: skip


def test_what_was_seen_stays_when_an_answer_writes_into_its_state():
    def in_place(s, grad):
        s += grad
        return s

    seen = steps(state=1, count=3)(in_place, (torch.zeros(1), torch.ones(1)), ("s",), False)
    assert [float(value) for value in seen.values()] == [1, 2, 3]


def test_a_step_that_returns_too_little_is_told():
    with pytest.raises(Unusable, match="p and s belong"):
        steps(state=(0, 2))(lambda p, grad, s, rate: p, (*torch.zeros(3, 1), 1.0), ("p", "s"), False)


def test_a_function_of_a_number_is_seen_along_all_of_them():
    seen = along(lambda t, scale: scale * t**2, ([0, 1, 2, 3], 2.0), ("result",), False)
    assert np.array_equal(seen[Output("result")], [0, 2, 8, 18])


def test_a_function_of_a_number_that_returns_nothing_is_told():
    with pytest.raises(Unusable, match="returned None"):
        along(lambda t: None, ([0, 1],), ("result",), False)


@pytest.mark.parametrize(
    ("answer", "as_asked"),
    [
        (lambda x: (x, (x, x)), True),
        (lambda x: [x, [x, x]], True),
        (lambda x: (x, x, x), False),
        (lambda x: ((x, x), x), False),
    ],
)
def test_values_count_however_they_are_packed_and_how_is_told(answer, as_asked):
    seen = packed("(out, (h, c))", 0, 2)(answer, (torch.ones(1),), ("out", "h", "c"), False)
    assert [float(seen[Output(name)]) for name in ("out", "h", "c")] == [1, 1, 1]
    assert seen[Output("packed as (out, (h, c))")] is as_asked


def one_layer(weight, x):
    """A network of one weight, its optimizer and a sample, built from a case's data."""
    net = torch.nn.Linear(1, 1, bias=False).double().eval()
    net.load_state_dict({"weight": weight})
    return Stage((net, torch.optim.SGD(net.parameters(), lr=0.5), x), {"net": net}, lambda: {"moved": True})


def squared(net, optimizer, x):
    net.train()
    optimizer.zero_grad()
    loss = (net(x) ** 2).mean()
    loss.backward()
    optimizer.step()
    return loss.detach()


def test_a_training_step_shows_what_it_moves_and_leaves_behind():
    args = (torch.ones(1, 1).double(), torch.ones(1, 1).double())
    seen = training_step(one_layer)(squared, args, ("loss",), False)
    # w = 1, dL/dw = 2 w, so each step takes w to 0
    assert {str(output): float(value) for output, value in seen.items()} == {
        "loss after step 1": 1, "net after step 1": 0, "net in training mode after step 1": 1, "moved after step 1": 1,
        "loss after step 2": 0, "net after step 2": 0, "net in training mode after step 2": 1, "moved after step 2": 1,
        "net ran in evaluation mode after step 1": 0, "net ran in evaluation mode after step 2": 0,
    }  # fmt: skip


def test_gradients_that_are_never_cleared_show_in_the_second_step():
    def stale(net, optimizer, x):
        loss = (net(x) ** 2).mean()
        loss.backward()
        optimizer.step()
        return loss

    args = (torch.ones(1, 1).double(), torch.ones(1, 1).double())
    seen = training_step(one_layer)(stale, args, ("loss",), False)
    assert float(seen[Output("net").at(1)]) == 0
    assert float(seen[Output("net").at(2)]) == -1  # the gradient of the first step once more
    assert not seen[Output("net in training mode").at(1)]


class Narrowing(torch.nn.Module):
    """Two layers and a pooling between them."""

    def __init__(self, units, layers=torch.nn.Linear):
        super().__init__()
        self.first, self.second = layers(8, units), torch.nn.Sequential(layers(units // 2, 3))

    def forward(self, x):
        return self.second(torch.nn.functional.avg_pool1d(self.first(x), 2))


def test_an_architecture_is_seen_without_a_number_being_computed():
    seen = architecture(Narrowing, ((10**6,), (5, 8)), (), False)
    assert seen.pop(Output("parameters")) == 9 * 10**6 + 3 * (10**6 // 2 + 1)
    assert {str(output): shape.tolist() for output, shape in seen.items()} == {
        "into first": [5, 8],
        "out of first": [5, 10**6],
        "into second.0": [5, 10**6 // 2],
        "out of second.0": [5, 3],
        "scores": [5, 3],
    }
    assert {shape.device.type for shape in seen.values()} == {"cpu"}


def test_an_architecture_that_looks_at_numbers_is_told_and_a_stub_stays_a_stub():
    class Looks(Narrowing):
        def forward(self, x):
            return super().forward(x) if x.sum() > 0 else x

    class Stub(Narrowing):
        def forward(self, x):
            raise NotImplementedError

    with pytest.raises(Unusable, match="does not inherit"):
        architecture(dict, ((), (5, 8)), (), False)
    with pytest.raises(Unfinished, match="looks at numbers"):
        architecture(Looks, ((4,), (5, 8)), (), False)
    with pytest.raises(NotImplementedError):
        architecture(Stub, ((4,), (5, 8)), (), False)


def test_what_was_seen_of_a_network_before_it_stopped_is_judged():
    class Stops(torch.nn.Module):
        def __init__(self, units):
            super().__init__()
            self.first, self.second = torch.nn.Linear(8, units), torch.nn.Sequential(torch.nn.Linear(units // 2, 3))

        def forward(self, x):
            return self.second(self.first(x))  # no pooling between: the shapes do not fit

    question = Question(cases=lambda draw: [((4,), (5, 8))], probe=architecture)
    exercise = Exercise(question, Narrowing, points=2)
    exercise.named("narrowing")
    verdict = assess(exercise, Stops, 1, [])
    passed = {row.output: row.passed for row in verdict.rows if row.kind == "values"}
    assert passed["parameters"] and passed["out of first"] and not passed["scores"]
