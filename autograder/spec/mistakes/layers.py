"""Layers and their ways back: biases, activations, and gradients of what a layer has put out."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from autograder.spec.mistakes.mistake import Mistake, Wrong

FROM_ABOVE_FORGOTTEN = Mistake(
    "from-above-forgotten",
    "gives the slope alone and leaves out what comes from above",
    ("What should come out if dout is zero?", "The chain rule is a product: which factor is missing?"),
)
SLOPE_ADDED = Mistake(
    "slope-added",
    "adds the slope to what comes from above, where the chain rule multiplies",
    (
        "If y moves half as fast as x, and the loss three times as fast as y, how fast does the loss move with x?",
        "What should come out if dout is zero?",
    ),
)
SLOPE_FORGOTTEN = Mistake(
    "slope-forgotten",
    "passes on what comes from above as it is",
    ("If x moves a little, by how much does the output move? Is that so everywhere?", "Where does the slope enter?"),
)
SIGN_OF_THE_SLOPE = Mistake(
    "sign-of-the-slope",
    "has the sign of the slope wrong",
    ("Does the output rise or fall with the input? So what is the sign of the slope?",),
)
SQUASHED_AGAIN = Mistake(
    "squashed-again",
    "takes the output for the net input, and applies {function} again",
    (
        "What comes in: the net input, or what {function} made of it?",
        "Between which numbers must it lie already?",
    ),
)
THE_DERIVATIVE = Mistake(
    "the-derivative",
    "gives the derivative, not the function",
    ("What should a net input of 0 give?",),
)
NAN_FOR_LARGE = Mistake(
    "nan-for-large",
    "gives NaN for large net inputs",
    (
        "What is exp(1000), and the quotient of two infinities?",
        "How can the fraction be written so that exp only ever sees numbers that are not positive?",
    ),
)
WHERE_COMPUTES_BOTH = Mistake(
    "where-computes-both",
    "chooses between two forms, and still has a gradient that is not a number for large net inputs of either sign",
    (
        "Which of the two forms does torch.where compute for z = -1000: one, or both?",
        "The form that is not chosen gets gradient 0: what is 0 times its infinite derivative?",
        "How can you keep from each form the net inputs that it cannot bear?",
    ),
)
NO_BIAS = Mistake(
    "no-bias",
    "leaves out the bias",
    ("What should an input of zeros give?",),
)
BIASES_NOT_COUNTED = Mistake(
    "biases-not-counted",
    "counts the weights and forgets the biases",
    ("What does each unit add to its weighted sum?",),
)
BIAS_AVERAGED = Mistake(
    "bias-averaged",
    "averages the gradients of what is added to every row, where they add up",
    (
        "By how much does every row of the output change when the bias grows by 1?",
        "Where is the loss's 1/batch by the time the gradient reaches you?",
    ),
)
MEAN_TWICE = Mistake(
    "mean-twice",
    "divides by the batch size once too often",
    (
        "Who divides by the batch size: the gradient of the loss, or the layers? How often should it happen?",
        "What does dout become when every row of the batch is given twice, and what do your gradients become?",
    ),
)
MEAN_FORGOTTEN = Mistake(
    "mean-forgotten",
    "forgets that the loss is a mean over the batch",
    (
        "What happens to the loss when a batch is given twice? And to the share that one row has in it?",
        "What happens to your gradients then?",
    ),
)
ANOTHER_ORDER = Mistake(
    "another-order",
    "returns the right things in another order",
    ("In which order does the task list what is to be returned?",),
)


def of_way_back(slope: Callable[[Tensor], Tensor]) -> list[Wrong]:
    """Of the way back through a function of single numbers: `dout * slope(kept)` is right."""
    return [
        (FROM_ABOVE_FORGOTTEN, lambda dout, kept: slope(kept) + 0 * dout),
        (SLOPE_ADDED, lambda dout, kept: dout + slope(kept)),
        (SLOPE_FORGOTTEN, lambda dout, kept: dout.clone()),
        (SIGN_OF_THE_SLOPE, lambda dout, kept: -dout * slope(kept)),
    ]


def of_squashing_back(function: str, slope: Callable[[Tensor], Tensor]) -> list[Wrong]:
    """Of the way back through sigmoid or tanh, where `slope` takes the output."""
    squash = getattr(torch, function)
    again = (SQUASHED_AGAIN.told(function=function), lambda dout, out: dout * slope(squash(out)))
    return [*of_way_back(slope), again]


def in_order(right: Callable[..., Any], *order: int) -> Wrong:
    """What `right` returns, in another order."""

    def answer(*args: Any) -> Any:
        found = right(*args)
        return tuple(found[i] for i in order)

    return ANOTHER_ORDER, answer
