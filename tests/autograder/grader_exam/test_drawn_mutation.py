"""Mutants drawn by chance: with two changes at once, or with one that the diagnosis does not know."""

import ast
import inspect

import pytest

from autograder.grader_exam.drawn_mutation import double_mutants, foreign_mutants
from autograder.grader_exam.mutation import mutants
from autograder.grader_exam.own_slips import is_own, own_slips
from autograder.spec import catalogue
from gradschool.feedforward import optimizers
from gradschool.feedforward.optimizers import adam_step


def test_two_changes_are_made_and_the_reference_stays_as_it_is() -> None:
    before = inspect.getsource(optimizers)
    single = {mutant.source for mutant in mutants(adam_step)}
    found = list(double_mutants(adam_step, 12, 1))
    assert len(found) == len({mutant.source for mutant in found}) == 12
    assert not single & {mutant.source for mutant in found}
    for mutant in found:
        assert mutant.before != mutant.after and mutant.answer is not adam_step
        ast.parse(mutant.source)
    assert inspect.getsource(optimizers) == before


@pytest.mark.parametrize("make", [double_mutants, foreign_mutants])
def test_the_sample_is_the_seeds(make) -> None:
    def sources(seed: int) -> list[str]:
        return [mutant.source for mutant in make(adam_step, 5, seed)]

    assert sources(1) == sources(1) != sources(2)
    assert list(make(adam_step, 0, 1)) == []


def test_a_foreign_change_is_seldom_one_that_the_diagnosis_makes() -> None:
    exercise = catalogue.find("adam_step")
    found, own = list(foreign_mutants(adam_step, 20, 1)), own_slips(exercise)
    assert len(found) == 20
    assert sum(is_own(mutant.source, "adam_step", own) for mutant in found) < 5


def test_a_short_reference_has_as_many_as_there_are() -> None:
    reference = catalogue.find("relu").reference
    found = list(double_mutants(reference, 500, 1))
    assert 0 < len(found) < 500
    assert len({mutant.source for mutant in found}) == len(found)
