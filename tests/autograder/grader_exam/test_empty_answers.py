"""Answers that compute nothing earn nothing: zeros, ones, noise of the right shape, the inputs handed back."""

import pytest

from autograder.grader_exam.empty_answers import FILLERS, earned
from autograder.spec import catalogue

EVERY = [exercise.id for exercise in catalogue.all_exercises()]
# Those whose answers draw, change what they are given, or give several things beside their main result; and some others.
SAMPLE = [
    *(
        "he_normal",
        "minibatches",
        "bpe_merges",
        "prepare_finetuning",
        "anomaly_scores",
        "discriminator_step",
        "image_pool",
    ),
    *("debug_shuffle", "masking_noise", "lstm_forward", "encode", "softmax", "conv2d"),
]
MOST = 0.01  # of all points


@pytest.mark.parametrize("filler", FILLERS)
@pytest.mark.parametrize(
    "exercises",
    [SAMPLE, pytest.param(EVERY, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])],
    ids=["sample", "all"],
)
def test_an_answer_that_computes_nothing_earns_no_point_in_a_hundred(exercises: list[str], filler: str) -> None:
    points = {name: earned(catalogue.find(name), FILLERS[filler], 1).points for name in exercises if name in EVERY}
    most = sum(catalogue.find(name).points for name in points)
    assert len(points) >= 12 and most > 40
    assert sum(points.values()) <= MOST * most, {name: got for name, got in points.items() if got}
