"""Definitions that compute what a graded reference does, under another name, by the exercises that they would answer.

Found by calling every function and class of the library on cases of every exercise
(`tests/autograder/sandbox/test_alike.py`, whole in `make soak`).
"""

from collections.abc import Mapping

from autograder.sandbox.withheld.definitions import Definition

ALIKE: Mapping[Definition, tuple[str, ...]] = {
    ("gradschool.feedforward.activations", "prelu"): ("leaky_relu",),
    ("gradschool.feedforward.activations", "clipped_relu"): ("relu",),  # up to 6
    ("gradschool.convolutional.training", "scores_of"): ("anomaly_scores",),
}
