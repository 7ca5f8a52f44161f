"""How to question an answer: `probe(answer, args, returns, gradients) -> {name: value}`.

This is all that differs between kinds of exercise. Reference, misconceptions, alternatives and students' answers
all go through the same probe, so a probe is also where a kind of exercise says what it observes.
"""

from autograder.checking.probes.chance import draws
from autograder.checking.probes.classes import architecture, load, methods, module
from autograder.checking.probes.common import (
    Probe,
    article,
    class_of,
    flattened,
    function_of,
    leaves,
    named,
    projected_gradients,
)
from autograder.checking.probes.functions import along, function, mended, steps, value
from autograder.checking.probes.game import Duel, discriminator_state, generator_state
from autograder.checking.probes.operations import COUNTED, counted, growing, larger_versions, steady
from autograder.checking.probes.training import Stage, trained, training_step

__all__ = [
    "COUNTED",
    "Duel",
    "Probe",
    "Stage",
    "along",
    "architecture",
    "article",
    "class_of",
    "counted",
    "discriminator_state",
    "draws",
    "flattened",
    "function",
    "function_of",
    "generator_state",
    "growing",
    "larger_versions",
    "leaves",
    "load",
    "mended",
    "methods",
    "module",
    "named",
    "projected_gradients",
    "steady",
    "steps",
    "trained",
    "training_step",
    "value",
]
