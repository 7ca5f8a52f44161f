"""Results exchanged, and what a right answer has behind its result or behind a layer."""

import pytest
import torch
from torch import nn

from autograder.checking.assess import assess
from autograder.checking.verdict import Means
from autograder.spec import Question
from autograder.spec.probes import module

from .. import toys

SEED = 6


def title(exercise, answer) -> str:
    found = assess(exercise, answer, SEED, []).diagnoses
    assert found and found[0].means is Means.CHANGED, [d.title for d in found]
    return found[0].title


def parts(x):
    return x.sum(-1), x.square().sum(-1)


def two_results():
    asked = Question(cases=lambda draw: [draw.normal(3, 4), draw.normal(2, 5)], returns=("sums", "squares"))
    return toys.named("parts", asked, parts, 2)


def test_results_in_each_others_place() -> None:
    found = title(two_results(), lambda x: (x.square().sum(-1), x.sum(-1)))
    assert found == "returns `sums` in the place of `squares`, and `squares` in the place of `sums`"


def test_something_behind_one_of_two_results() -> None:
    found = title(two_results(), lambda x: (x.sum(-1), x.square().sum(-1).log()))
    assert found == "puts a logarithm behind `squares`, which the task does not"


class Narrow(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.first = nn.Linear(inputs, outputs)
        self.second = nn.Linear(outputs, outputs)

    def forward(self, x):
        return self.second(self.first(x))


def network():
    def case(draw, rows, inputs, outputs):
        state = {name: draw.normal(*p.shape) for name, p in Narrow(inputs, outputs).state_dict().items()}
        return (inputs, outputs), state, [draw.normal(rows, inputs)]

    asked = Question(cases=lambda draw: [case(draw, 4, 3, 2), case(draw, 2, 5, 3)], probe=module())
    return toys.named("narrow", asked, Narrow, 3)


BEHIND = {
    "puts a ReLU behind its last layer": lambda net, x: torch.relu(net.second(net.first(x))),
    "puts a tanh behind `first`": lambda net, x: net.second(torch.tanh(net.first(x))),
    "leaves out what `second` does": lambda net, x: net.first(x),
}


@pytest.mark.parametrize("words", BEHIND)
def test_a_layer_more_or_less(words: str) -> None:
    class Answer(nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.first, self.second = nn.Linear(inputs, outputs), nn.Linear(outputs, outputs)

        def forward(self, x):
            return BEHIND[words](self, x)

    assert title(network(), Answer).startswith(words)
