"""A misconception questioned case by case gives what it gives when questioned at once."""

from dataclasses import replace

import numpy as np
import pytest

from autograder.checking.assess import question
from autograder.checking.collect import step_by_step
from autograder.checking.diagnosis import Answer, known_mistakes
from autograder.checking.diagnosis.wrong import rights, wrong
from autograder.checking.expectation import expect
from autograder.checking.references import substitutes
from autograder.spec import catalogue
from autograder.spec.outputs import Output

SEED = 11
EXERCISES = ("softmax", "dropout_forward", "adam_step", "xavier_uniform", "mlp_forward", "kfold_indices")


@pytest.mark.parametrize("name", EXERCISES)
def test_the_same_evidence_and_the_same_faults(name: str) -> None:
    exercise = catalogue.find(name)
    expectation = expect(exercise, SEED)
    for misconception, known in zip(exercise.misconceptions, known_mistakes(exercise, SEED), strict=True):
        whole = question(exercise, misconception.answer, SEED)
        *_, gradual = step_by_step(exercise, misconception.answer, SEED, substitutes(exercise))
        assert gradual.arrays.keys() == whole.arrays.keys()
        assert all(
            np.array_equal(gradual.arrays[k], whole.arrays[k], equal_nan=True)
            for k in whole.arrays
            if whole.arrays[k].dtype.kind == "f"
        )
        assert replace(whole.notes, calls=[], device="") == gradual.notes
        assert known.wrong() == wrong(rights(whole, expectation), whole, expectation)


def test_a_mistake_that_differs_at_once_is_not_run_further() -> None:
    exercise = catalogue.find("softmax")
    ran: list[int] = []
    known = next(k for k in known_mistakes(exercise, SEED + 1) if k.misconception.mistake == "over-the-batch")
    steps, known._steps = known._steps, (ran.append(1) or step for step in known._steps)  # type: ignore[func-returns-value]
    right = question(exercise, exercise.reference, SEED + 1)
    expectation = expect(exercise, SEED + 1)
    assert known.explains(Answer(right, dict.fromkeys(expectation.expected, False), {Output("result")})) is None
    assert len(ran) < len(expectation.cases.all)
    steps.close()  # type: ignore[attr-defined]
