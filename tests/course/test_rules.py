"""Every rule of a spec has its sentence in the task, and no task bars a call that its spec allows."""

import pytest
import torch

from autograder.lessons.layout import find_root
from autograder.publishing.gates import rules as gate
from autograder.publishing.rules import HEADING, rules, told
from autograder.spec import Exercise, Question, catalogue

# The settings of a question that cost points, each with what its sentence must hold.
COSTS = {
    "forbids": "Not from a library",
    "extremes": "It also holds for",
    "defaults": "An argument that is left out",
    "gradients": "Gradients flow",
    "fresh": "new in memory",
    "detached": "carries no graph",
    "keeps_dtype": "the data type of what comes in",
}


@pytest.mark.parametrize("exercise", catalogue.all_exercises(), ids=lambda exercise: exercise.id)
def test_every_rule_has_its_sentence(exercise: Exercise) -> None:
    said = rules(exercise)
    for setting, words in COSTS.items():
        asked = bool(getattr(exercise, setting))
        assert (setting in said) == asked and (words in told(exercise)) == asked, setting
    assert not exercise.extremes or exercise.bears, "the extremes have no words"


def test_no_task_bars_what_its_spec_allows() -> None:
    assert gate.untrue_rules(find_root()) == []


def test_the_gate_sees_a_call_that_only_the_text_bars(monkeypatch) -> None:
    relu = catalogue.find("relu")
    cell = type("Cell", (), {"source": f"No `torch.relu`, no `torch.tanh`.\n\n{told(relu)}"})()
    lacks = type("Cell", (), {"source": f"{HEADING} Something else."})()
    monkeypatch.setattr(gate, "lessons", lambda root: ["a lesson"])
    monkeypatch.setattr(gate, "read_source", lambda lesson: None)
    monkeypatch.setattr(gate, "tasks", lambda nb: [(cell, relu), (lacks, relu)])
    found = gate.untrue_rules(find_root())
    assert len(found) == 2
    assert "bars `torch.tanh`" in found[0] and "does not end with what counts" in found[1]


def test_the_paragraph_is_made_of_the_spec() -> None:
    question = Question(
        cases=lambda draw: [(draw.normal(3), 2.0)],
        extremes=lambda draw: [(1e6 * draw.normal(3), 2.0)],
        bears="numbers in the millions",
        defaults=lambda draw: [draw.normal(3)],
        gradients=["x"],
        arguments=["x", "factor"],
        forbids=["relu"],
        keeps_dtype=True,
    )
    exercise = Exercise(question, lambda x, factor=3.0: factor * torch.abs(x), points=1)
    exercise.named("scaled")
    assert told(exercise) == (
        f"{HEADING} Returns a tensor. Not from a library, in any spelling: `relu`, `relu6`. "
        "It also holds for numbers in the millions. An argument that is left out has the value in the first line. "
        "Gradients flow through your code to `x`. The result has the data type of what comes in. "
        "What your code is given stays as it was."
    )
