"""Answers that draw, train, or name a fault: what their probes and comparisons see."""

import numpy as np
import pytest
import torch

from autograder.checking.assess import assess
from autograder.spec import Case, Exercise, Question
from autograder.spec.comparison import mostly, near, same_distribution
from autograder.spec.draw import Draw
from autograder.spec.errors import Unusable
from autograder.spec.outputs import Output
from autograder.spec.probes import draws, mended, methods, named, trained

alike = same_distribution("differently distributed")


def wrong(compare, a, b) -> bool:
    return bool(np.any(compare(np.asarray(a), np.asarray(b), 0.0)))


@pytest.mark.parametrize("seed", range(20))
def test_two_samples_of_one_distribution_are_alike_even_when_one_mirrors_the_other(seed):
    a = Draw(seed).uniform(-1, 1, 2000).numpy()
    assert not wrong(alike, a, Draw(seed + 100).uniform(-1, 1, 2000).numpy())
    assert not wrong(alike, a, -a)


@pytest.mark.parametrize("other", [lambda x: 1.1 * x, lambda x: x + 0.1, lambda x: np.abs(x), lambda x: x * np.nan])
def test_another_distribution_is_seen_in_forty_thousand_draws(other):
    a, b = (Draw(seed).uniform(-1, 1, 40_000).numpy() for seed in (0, 1))
    assert wrong(alike, a, other(b))


def test_mostly_forgives_a_share_and_marks_what_differs_beyond_it():
    expected = np.zeros(20, dtype=int)
    got = expected.copy()
    got[:1] = 1
    assert not wrong(mostly(0.95), expected, got)
    got[1] = 1
    assert mostly(0.95)(expected, got, 0.0).sum() == 2


def test_near_is_within_a_fixed_distance():
    assert not wrong(near(0.1), [0.5], [0.59])
    assert wrong(near(0.1), [0.5], [0.61])
    assert wrong(near(0.1), [0.5], [np.nan])


def used(answer) -> bool:
    return draws()(answer, (200, torch.Generator().manual_seed(3)), ("result",), False)[Output("generator_used")]


def test_chance_must_come_from_the_generator_that_is_given():
    assert used(lambda n, g: torch.rand(n, generator=g))
    assert not used(lambda n, g: torch.rand(n))
    assert not used(lambda n, g: torch.rand(n, generator=torch.Generator().manual_seed(0)))
    assert not used(lambda n, g: torch.zeros(n))


def test_a_python_generator_that_draws_late_is_drawn_out():
    def late(n, g):
        yield torch.rand(n, generator=g)

    seen = draws()(late, (200, torch.Generator().manual_seed(3)), ("result",), False)
    assert seen[Output("generator_used")]
    assert torch.equal(seen[Output("result")][0], torch.rand(200, generator=torch.Generator().manual_seed(3)))


class Threshold:
    def __init__(self, at):
        self.at = at

    def step(self, x):
        return x > self.at


def test_methods_collects_what_each_call_returned():
    seen = methods("step")(Threshold, ((1,), [0, 2, 1]), ("stop",), False)
    assert seen[Output("stop")].tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("probe", "answer", "args", "sentence"),
    [
        (methods("step"), 5, ((1,), [0]), "where a class belongs"),
        (methods("step"), type("Silent", (Threshold,), {"step": lambda s, x: None}), ((1,), [0]), "yours returned NoneType"),
        (trained, lambda x: x, (1, 2), "where a function belongs"),
        (mended(), lambda: (3, abs), (1,), "a letter from the list"),
        (mended(), lambda: "A", (1,), "where fault and mended belong"),
    ],
)  # fmt: skip
def test_what_cannot_be_questioned_gets_a_sentence(probe, answer, args, sentence):
    with pytest.raises(Unusable, match=sentence):
        probe(answer, args, ("result",), False)


def test_a_tuple_inside_the_tuple_counts_as_its_parts():
    assert named((1, (2, 3), 4), ("a", "b", "c", "d")) == {"a": 1, "b": 2, "c": 3, "d": 4}


def doubling() -> Exercise:
    question = Question(cases=lambda draw: [draw.normal(3), draw.normal(1)], probe=mended())
    reference, shares = lambda: ("B", lambda x: 2 * x), {"fault": 6, "types": 0, "inputs": 0}
    exercise = Exercise(question, reference, points=4, shares=shares)
    exercise.named("doubling")

    @exercise.misconception("blames the weather", "Does it rain inside?")
    def weather():
        return "A", lambda x: 2 * x

    return exercise


def test_fault_and_mended_function_earn_their_own_points_and_the_card_keeps_the_letter():
    exercise = doubling()
    assert assess(exercise, lambda: (" b: it is B", lambda x: x + x), 7, []).passed
    unmended = assess(exercise, lambda: ("B", lambda x: x), 7, [])
    assert unmended.points == 2
    misnamed = assess(exercise, lambda: ("A", lambda x: x + x), 7, [])
    assert misnamed.points == 2
    assert [d.misconception for d in misnamed.diagnoses] == ["weather"]
    said = [m.sentence for row in misnamed.rows for m in row.mismatches]
    assert set(said) == {"It is not this one."}


def test_an_answer_that_draws_from_the_global_source_is_the_same_each_time():
    exercise = Exercise(Question(cases=lambda draw: [Case((draw.normal(5),))]), lambda x: x, points=1)

    @exercise.misconception("adds noise", "Is the result the same when you ask again?")
    def noise(x):
        return x + torch.randn(5)

    found = assess(exercise, lambda x: x + torch.randn(5), 7, [])
    assert [d.misconception for d in found.diagnoses] == ["noise"]
