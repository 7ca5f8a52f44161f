"""Networks of generators, discriminators and critics: their rectifiers, their normalisation, their last function.

An exercise hands over its network, a class whose parts are methods: `leaky(h)`, `normal(h)`, `last(h)`. `but` exchanges
some of them.
"""

from collections.abc import Callable
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from autograder.spec.mistakes.mistake import Mistake

NO_LEAK = Mistake(
    "no-leak",
    "cuts off at 0, where a leak of 0.2 is asked",
    (
        "What becomes of a negative number in your network?",
        "What gradient comes back through a unit that is below 0? Who is waiting for that gradient?",
    ),
)
SMALL_LEAK = Mistake(
    "small-leak",
    "has a leak of 0.01, torch's own choice, where 0.2 is asked",
    ("With which slope does `leaky_relu` leak if nobody says?",),
)
NORMALISED_LAST = Mistake(
    "normalised-after-the-activation",
    "normalises after the activation, not before it",
    ("In which order does the task name the layers of a block?",),
)
NOT_NORMALISED = Mistake(
    "not-normalised",
    "does not normalise",
    (
        "Which of the layers that you made in `__init__` are called in `forward`?",
        "Which of the task's steps leaves every channel with mean 0 and variance 1?",
    ),
)
PROBABILITIES = Mistake(
    "probabilities-for-scores",
    "returns probabilities, where scores are asked",
    (
        "Between which bounds do your scores lie?",
        "What does the loss do to its input first? What happens to a number that is squashed twice?",
    ),
)
NO_ACTIVATION = Mistake(
    "no-activation",
    "is linear from one layer to the next",
    (
        "What stands between one layer and the next in your `forward`?",
        "What do layers in a row compute that one cannot?",
    ),
)


def leaky(h: Tensor) -> Tensor:
    """The rectifier of a discriminator."""
    return F.leaky_relu(h, 0.2)


def same(h: Tensor) -> Tensor:
    """Nothing, where something else belongs."""
    return h


def but(network: type[nn.Module], **parts: Callable[..., Any]) -> type[nn.Module]:
    """The network with some of its parts, which are functions of a tensor, exchanged."""
    return type(network.__name__, (network,), {name: staticmethod(part) for name, part in parts.items()})


def wrong_leaks(network: type[nn.Module]) -> list[tuple[Mistake, type[nn.Module]]]:
    """Of a network whose rectifier is `leaky`."""
    return [(NO_LEAK, but(network, leaky=F.relu)), (SMALL_LEAK, but(network, leaky=F.leaky_relu))]
