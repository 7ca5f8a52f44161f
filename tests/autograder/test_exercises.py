"""The grader graded: every wrong answer must lose points and be named, every right one must get them all.

A wrong answer is run once for a seed: what it gives is both what is judged and what the diagnosis knows.
"""

import pytest

from autograder.grader_exam.exam import badly_known, wrong_by_calls
from autograder.grader_exam.rates import rates
from autograder.publishing.gates.specs import unfinished
from autograder.spec import Exercise, catalogue
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
    told(found.misjudged)
    assert found.tried_wrong == found.killed == found.named == len(exercise.misconceptions)
    assert found.tried_right == found.accepted == 1 + len(exercise.alternatives)


@every_seed
@every_exercise
def test_the_reference_is_known_and_worth_exactly_the_points(exercise: Exercise, seed: int) -> None:
    told(badly_known(exercise, seed))


@every_exercise
def test_wrong_answers_are_wrong_by_what_they_give_and_not_by_what_they_call(exercise: Exercise) -> None:
    told(wrong_by_calls(exercise, SEED))


@every_exercise
def test_the_spec_is_whole(exercise: Exercise) -> None:
    told(unfinished(exercise))


def told(problems: list[str]) -> None:
    """Fail with the sentences themselves."""
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)
