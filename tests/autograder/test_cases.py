"""The cases of every exercise take each branch of its reference both ways: a rule that no case asks for is no rule.

That what has a default is left out by some case is among what makes a spec whole (`test_exercises.py`).
"""

import pytest

from autograder.checking.collect import DTYPES
from autograder.checking.keys import DOUBLE, SINGLE
from autograder.grader_exam.branches import function_of, untaken
from autograder.spec import Exercise, catalogue

assert set(DTYPES) == {DOUBLE, SINGLE}
EXERCISES = [e for e in catalogue.all_exercises() if function_of(e) is not None and e.truth is None]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_every_branch_of_the_reference_is_taken_both_ways(exercise: Exercise) -> None:
    if found := untaken(exercise):
        pytest.fail("\n".join(found), pytrace=False)
