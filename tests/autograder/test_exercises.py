"""The grader graded: every wrong answer must lose points and be named, every right one must get them all.

A wrong answer is run once for a seed: what it gives is both what is judged and what the diagnosis knows.
"""

import pytest
import torch

from autograder.checking.assess import question
from autograder.checking.context import quiet, substituted
from autograder.checking.forbidden import CONCEPTS, trace
from autograder.checking.judge import judge
from autograder.checking.references import forbidden_in, substitutes
from autograder.checking.tensors import cast
from autograder.grader_exam.rates import rates
from autograder.spec import Exercise, catalogue
from autograder.spec.draw import Draw
from autograder.student.check import DESK_SEED

# Two more run in `make soak`, the desk's among them, and `gradschool rates` goes over as many as one likes.
SEED = 1
SEEDS = (SEED, *(pytest.param(seed, marks=pytest.mark.soak) for seed in (DESK_SEED, 2**62 + 12345)))

every_exercise = pytest.mark.parametrize("exercise", catalogue.all_exercises(), ids=lambda exercise: exercise.id)
every_seed = pytest.mark.parametrize("seed", SEEDS)


@every_seed
@every_exercise
def test_wrong_answers_lose_points_and_are_named_and_right_ones_get_them_all(exercise: Exercise, seed: int) -> None:
    found = rates(exercise, [seed])
    assert found.misjudged == [], "\n".join(found.misjudged)
    assert found.tried_wrong == found.killed == found.named == len(exercise.misconceptions)
    assert found.tried_right == found.accepted == 1 + len(exercise.alternatives)


@every_seed
@every_exercise
def test_the_reference_is_known_and_worth_exactly_the_points(exercise: Exercise, seed: int) -> None:
    evidence = question(exercise, exercise.reference, seed)
    if callable(exercise.reference) and exercise.cases(Draw(seed)):
        assert evidence.notes.calls, "the reference must be known by its code"
    evidence.notes.calls = []
    verdict = judge(exercise, evidence, seed)
    assert verdict.points == exercise.points
    assert sum(row.points for row in verdict.rows) == pytest.approx(exercise.points)


@every_exercise
def test_wrong_answers_are_wrong_by_what_they_give_and_not_by_what_they_call(exercise: Exercise) -> None:
    with quiet():
        case = exercise.first(SEED)
    for misconception in exercise.misconceptions:
        answer, args = misconception.answer, cast(case.args, torch.float32)
        with quiet(), substituted(answer, substitutes(exercise)):
            call = lambda a=answer, x=args: exercise.probe(a, x, exercise.returns, False)  # noqa: E731
            called = trace(forbidden_in(exercise), answer, call).calls
        assert called == [], misconception.name


@every_exercise
def test_the_spec_is_whole(exercise: Exercise) -> None:
    assert len(exercise.misconceptions) >= 3
    assert len(exercise.alternatives) >= 3
    assert set(exercise.forbids) <= set(CONCEPTS)
    assert set(exercise.uses) <= set(catalogue.entries())
    assert exercise.drawn(SEED).all
    titles = [m.title for m in exercise.misconceptions]
    assert len(set(titles)) == len(titles)
