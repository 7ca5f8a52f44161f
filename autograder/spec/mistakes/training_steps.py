"""One step of training, and what goes wrong in it whatever the loss is.

An exercise hands over its loss: `step(loss_of)` is the right way to descend it. Wrong losses become wrong steps with
the decorator `@step`; steps that go wrong elsewhere come from `made_in(step(loss_of), NEVER_CLEARED, …)`. An epoch of
the exercise's own, with `habits` that it hands on to `descend`, takes the place of the step where there are batches.
"""

from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from autograder.spec.mistakes.mistake import Mistake

NEVER_CLEARED = Mistake(
    "gradients-never-cleared",
    "never clears the gradients, so that each step repeats those before it",
    (
        "What does `backward` do where a gradient is already?",
        "After your second step, how many gradients are added up in `.grad`?",
    ),
    settings={"clear": "never"},
)
CLEARED_AFTERWARDS = Mistake(
    "stale-gradients",
    "adds to the gradients that an earlier step has left in the {network}",
    (
        "Which backward passes go through the {network}? Where are their gradients when its own step begins?",
        "At which moment must `.grad` be empty: when a step ends, or when it goes backward?",
    ),
    settings={"clear": "after"},
)
NOTHING_MOVES = Mistake(
    "nothing-moves",
    "computes the loss, but moves nothing: no step is taken, or none that finds a gradient",
    (
        "Compare the weights before and after. Which call changes them?",
        "What must the optimizer find in `.grad` when it is asked to step?",
    ),
    settings={"moves": False},
)
MODE_AS_FOUND = Mistake(
    "mode-as-found",
    "trains in the mode in which it finds what it trains",
    (
        "Somebody may have evaluated before. What do dropout and batch normalisation do then?",
        "Which method of a module says that it is being trained?",
    ),
    settings={"modes": False},
)
LOSS_AFTERWARDS = Mistake(
    "loss-after-the-step",
    "returns the loss after the step, not the one that made it",
    (
        "With which weights is the number that you return computed? Which does the task ask for?",
        "How often does your function send the batch through the network?",
    ),
    settings={"afterwards": True},
)
LAST_BATCH = Mistake(
    "last-batch-only",
    "returns the loss of the last batch alone",
    ("Which samples does your number speak of?", "A curve of your numbers is noisy. What does one point stand for?"),
)
SUMMED_OVER_BATCHES = Mistake(
    "sum-over-batches",
    "returns the sum of the losses, not their mean",
    ("What would your number be for the same data, each sample given twice?",),
)
PROBABILITIES_TO_THE_LOSS = Mistake(
    "probabilities-to-the-loss",
    "hands probabilities to a loss that takes scores",
    ("What does `{loss}` do with its input first?", "How many times are your scores squashed?"),
)
SWAPPED_IN_THE_LOSS = Mistake(
    "output-and-target-swapped",
    "hands output and images to the loss in the wrong order",
    (
        "In which order does `{loss}` take its arguments?",
        "The squared error does not care which of the two comes first. Does the cross-entropy?",
    ),
)
DECODER_ALONE = Mistake(
    "decoder-alone",
    "trains the decoder alone",
    ("Compare the encoder's weights before and after.", "Which gradient reaches them, and which optimizer knows them?"),
)
SAME_NOISE_EACH_STEP = Mistake(
    "same-noise-each-step",
    "starts the generator anew in each step, so that every step has the same noise",
    (
        "Which noise does the second step get? What does the network learn, when the same pixel is wrong each time?",
        "Who decides where chance starts: the caller, or you?",
    ),
)


class Optimizer(Protocol):
    """What a step asks of an optimizer."""

    def zero_grad(self) -> None: ...
    def step(self) -> Any: ...


def descend(loss: Tensor, optimizer: Optimizer, *, clear: str = "before", moves: bool = True) -> float:
    """One step down a loss. `clear` says when gradients are cleared: "before" is right, "after" and "never" are not."""
    if clear == "before":
        optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    if moves:
        optimizer.step()
    if clear == "after":
        optimizer.zero_grad()
    return loss.item()


def in_training(*networks: nn.Module) -> None:
    """Put the networks into training mode."""
    for network in networks:
        network.train()


def step(loss_of: Callable[..., Tensor]) -> Callable[..., float]:
    """The step `answer(*networks, optimizer, *rest)` down the loss `loss_of(*networks, *rest)`."""

    def answer(*args: Any, modes: bool = True, afterwards: bool = False, **habits: Any) -> float:
        place = next(i for i, a in enumerate(args) if isinstance(a, torch.optim.Optimizer))
        networks, rest = args[:place], args[place + 1 :]
        if modes:
            in_training(*networks)
        loss = descend(loss_of(*networks, *rest), args[place], **habits)
        return loss_of(*networks, *rest).item() if afterwards else loss

    answer.__name__ = loss_of.__name__
    return answer
