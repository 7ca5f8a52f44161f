"""Steps of a game between two networks: who is cut off from whom, who is frozen, whose mode is set."""

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
