"""A game between two networks: who is cut off from whom, who is frozen, whose mode is set; and how they are made."""

import torch.nn.functional as F
from torch import Tensor

from autograder.spec.mistakes.mistake import Mistake

REACHES_THE_GENERATOR = Mistake(
    "generator-not-cut-off",
    "sends the {loser}'s gradients into the generator",
    (
        "After `loss.backward()` in the {loser}'s step, what stands in the `.grad` of the generator's weights?",
        "Who is to learn in this step? Where on the way from the noise to the loss can the others be cut off?",
    ),
)
GENERATOR_CUT_OFF = Mistake(
    "generator-cut-off",
    "cuts the samples off in the generator's step, so that the generator learns nothing",
    (
        "Compare the generator's weights before and after your step.",
        "In whose step are generated samples cut off from the generator, and why there?",
    ),
)
FROZEN_FOR_GOOD = Mistake(
    "frozen-for-good",
    "freezes the {network} and leaves it frozen",
    (
        "Call the {network}'s step after yours. Which of its parameters still ask for a gradient?",
        "What decides which weights move: where gradients lie, or for whose parameters the optimizer was made?",
    ),
)
OTHER_EVALUATES = Mistake(
    "other-network-evaluates",
    "puts the {network} into evaluation mode",
    (
        "In its own step the {network} normalises with the batch's statistics. Does it do the same here?",
        "In which mode does the {network}'s next step find it?",
    ),
)
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
NOT_NORMALISED = Mistake(
    "not-normalised",
    "does not normalise",
    (
        "Which of the layers that you made in `__init__` are called in `forward`?",
        "Which of the task's steps leaves every channel with mean 0 and variance 1?",
    ),
)


def leaky(h: Tensor) -> Tensor:
    """The rectifier of a discriminator."""
    return F.leaky_relu(h, 0.2)
