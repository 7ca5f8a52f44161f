"""How to question an answer: `probe(answer, args, returns, gradients) -> {output: value}`.

This is all that differs between kinds of exercise. Reference, misconceptions, alternatives and students' answers
all go through the same probe, so a probe is also where a kind of exercise says what it observes.
"""

from autograder.spec.probes.chance import draws
from autograder.spec.probes.classes import architecture, methods, module
from autograder.spec.probes.common import (
    Probe,
    Seen,
    article,
    as_tensors,
    class_of,
    flattened,
    function_of,
    leaves,
    named,
    probe,
    projected_gradients,
)
from autograder.spec.probes.dropout import dropped
from autograder.spec.probes.functions import along, array_function, function, has_parts, mended, packed, steps, value
from autograder.spec.probes.game import Duel, discriminator_state, generator_state
from autograder.spec.probes.networks import (
    asked_again,
    autoencoder_of,
    autoencoder_state,
    both_modes,
    normalisation_state,
    normalised,
    weights_and_statistics,
    with_biases,
)
from autograder.spec.probes.operations import counted, growing, larger_versions, steady
from autograder.spec.probes.parameters import entries, load
from autograder.spec.probes.training import Stage, trained, training_step

__all__ = [
    "Duel",
    "Probe",
    "Seen",
    "Stage",
    "along",
    "architecture",
    "array_function",
    "article",
    "as_tensors",
    "asked_again",
    "autoencoder_of",
    "autoencoder_state",
    "both_modes",
    "class_of",
    "counted",
    "discriminator_state",
    "draws",
    "dropped",
    "entries",
    "flattened",
    "function",
    "function_of",
    "generator_state",
    "growing",
    "has_parts",
    "larger_versions",
    "leaves",
    "load",
    "mended",
    "methods",
    "module",
    "named",
    "normalisation_state",
    "normalised",
    "packed",
    "probe",
    "projected_gradients",
    "steady",
    "steps",
    "trained",
    "training_step",
    "value",
    "weights_and_statistics",
    "with_biases",
]
