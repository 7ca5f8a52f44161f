"""What a known mistake has wrong and the answer has right speaks against it."""

import torch

from autograder.checking.assess import assess
from autograder.checking.verdict import Means
from autograder.spec import Question, catalogue
from autograder.spec.mistakes import writes_into

from .. import toys

SEED = 4


def known(exercise, answer) -> list[str]:
    found = assess(exercise, answer, SEED, []).diagnoses
    return [d.title for d in found if d.means is Means.KNOWN]


def halves(x):
    return x.sum(0), x.mean(0)


def two_parts(*detached: str):
    asked = Question(
        cases=lambda draw: [draw.normal(3, 4), draw.normal(5, 2)], returns=("total", "mean"), detached=detached
    )
    return toys.named("halves", asked, halves, 2)


def test_a_mistake_that_would_show_in_a_right_output_is_not_named() -> None:
    exercise = two_parts()
    exercise.misconception("doubles everything", "Why?")(lambda x: (2 * x.sum(0), 2 * x.mean(0)))
    assert known(exercise, lambda x: (2 * x.sum(0), 2 * x.mean(0))) == ["doubles everything"]
    assert known(exercise, lambda x: (x.sum(0), 2 * x.mean(0))) == []


def test_right_numbers_with_a_graph_are_not_explained_by_a_mistake_without_one() -> None:
    exercise = two_parts("mean")
    exercise.misconception("doubles the sum", "Why?")(lambda x: (2 * x.sum(0), x.mean(0)))

    def with_graph(x):
        x = x.clone().requires_grad_()
        return x.sum(0).detach(), x.mean(0)

    assert known(exercise, with_graph) == []


def test_who_writes_into_nothing_is_not_told_that_it_does() -> None:
    exercise = toys.means()

    @exercise.mistake(writes_into("numbers", "x"))
    def in_place(x):
        return x.mul_(2).mean(-1)

    assert known(exercise, in_place) == ["writes into the caller's numbers"]
    assert known(exercise, lambda x: 2 * x.mean(-1)) == []


def test_where_two_known_mistakes_tell_alike_neither_is_named() -> None:
    exercise = toys.means()
    for name in ("adds", "collects"):

        def answer(x):
            return x.sum(-1) + 1

        answer.__name__ = name
        exercise.misconception(f"{name} one", "Why?")(answer)

    def stops_once(x):
        if len(x) == 1:
            raise ValueError
        return x.sum(-1) + 1

    assert known(exercise, stops_once) == []


def test_of_what_chance_made_two_mistakes_are_not_named_together() -> None:
    """It draws one coin for a sample, so that neither shares nor patterns are right: two mistakes that it has not made."""

    def one_coin(x, p, generator=None):
        hit = torch.rand(x.shape, generator=generator) < p
        value = (torch.rand(1, generator=generator) < 0.5).float()
        return torch.where(hit, value.expand_as(x), x)

    exercise = catalogue.find("salt_and_pepper")
    assert known(exercise, one_coin) == []
