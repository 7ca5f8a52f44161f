"""The grader's exam on many seeds; `test_exercises` is the sample of it that every run takes."""

import pytest

from autograder.grader_exam.rates import rates
from autograder.spec import Exercise, catalogue

SEEDS = 200
FEW = 20  # where a check asks for more time than usual: one that trains takes a second an answer


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("exercise", catalogue.all_exercises(), ids=lambda e: e.id)
def test_no_verdict_depends_on_the_seed(exercise: Exercise) -> None:
    found = rates(exercise, range(FEW if exercise.seconds > Exercise.seconds else SEEDS))
    assert found.misjudged == []
    assert (found.killed, found.named) == (found.tried_wrong, found.tried_wrong)
    assert found.accepted == found.tried_right
