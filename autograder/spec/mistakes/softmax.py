"""Softmax and its logarithm: what overflows, what is rounded to 0, and what sums to one along the wrong axis.

Each maker takes a skeleton, the right answer of one exercise with its softmax as a setting, and puts wrong ones there.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import Tensor

from autograder.spec.mistakes.mistake import Mistake, Wrong

OVERFLOWS = Mistake(
    "overflows",
    "overflows for large scores",
    ("What is exp(1000)?", "What can you take from every score of a row without changing the result?"),
)
INFINITE_QUOTIENT = Mistake(
    "infinite-quotient",
    "divides one infinity by another for large scores",
    (
        "What is exp(1000), and what is that divided by itself?",
        "What can you take from every score of a row without changing the result?",
    ),
)
ONE_MAXIMUM_FOR_ALL = Mistake(
    "one-maximum-for-all",
    "subtracts one maximum for the whole batch",
    (
        "Take a row whose scores all lie 1000 below another row's. What is left of it after your subtraction?",
        "What is the sum of that row's exponentials?",
    ),
)
OVER_THE_BATCH = Mistake(
    "over-the-batch",
    "{normalises} over the batch, not over the classes",
    ("Along which axis do your probabilities sum to one?",),
)
DIVIDED_BY_CLASSES = Mistake(
    "divided-by-classes",
    "divides by the number of classes as well",
    (
        "How many numbers are left in each row once the right class is picked?",
        "Over how many numbers does the loss take its mean?",
    ),
)
LOG_OF_ROUNDED = Mistake(
    "log-of-rounded",
    "takes the logarithm of a probability that was rounded to 0",
    (
        "What is softmax of (0, -1000) in floating-point numbers, and what is its logarithm?",
        "Write the logarithm of the fraction as a difference. Which of its parts needs no exponential at all?",
    ),
)
EPSILON_FOR_ZERO = Mistake(
    "epsilon-for-zero",
    "hides log(0) behind an epsilon, so that no sample can cost more than 18.4",
    ("How much should a right score that lies 1000 below the others cost?", "What is the gradient of your loss there?"),
)
SOFTMAX_TWICE = Mistake(
    "softmax-twice",
    "applies softmax twice",
    (
        "Take a row with a right score of 1000 and others of 0. What should the loss be, and what is yours?",
        "How often is exp applied to a score on its way through your function?",
    ),
)
NO_LOGARITHM = Mistake(
    "no-logarithm",
    "leaves the logarithm out",
    ("What does your loss say to a probability of 1, and what should it say?",),
)


def quotient(z: Tensor, dim: int = -1) -> Tensor:
    """Softmax as it is printed."""
    e = z.exp()
    return e / e.sum(dim, keepdim=True)


def stable(z: Tensor, dim: int = -1) -> Tensor:
    """Softmax as it should be computed."""
    return quotient(z - z.amax(dim, keepdim=True), dim)


def difference(z: Tensor) -> Tensor:
    """The logarithm of softmax, as it is printed."""
    return z - z.exp().sum(-1, keepdim=True).log()


def of_weights(answer: Callable[..., Any]) -> list[Wrong]:
    """Of a function of probabilities: `answer(*arguments, softmax=partial(torch.softmax, dim=-1))` is right."""
    return [
        (OVERFLOWS, partial(answer, softmax=quotient)),
        (ONE_MAXIMUM_FOR_ALL, partial(answer, softmax=lambda z: quotient(z - z.max()))),
    ]


def of_classes(answer: Callable[..., Any], normalises: str = "normalises") -> list[Wrong]:
    """The same, where the axis before the classes is a batch."""
    return [
        *of_weights(answer),
        (OVER_THE_BATCH.told(normalises=normalises), partial(answer, softmax=partial(stable, dim=0))),
    ]


def of_loss(loss: Callable[..., Any]) -> list[Wrong]:
    """Of a cross-entropy: `loss(*arguments, log_softmax=partial(torch.log_softmax, dim=-1))` is right."""
    return [
        (OVERFLOWS, partial(loss, log_softmax=difference)),
        (ONE_MAXIMUM_FOR_ALL, partial(loss, log_softmax=lambda z: difference(z - z.max()))),
        (INFINITE_QUOTIENT, partial(loss, log_softmax=lambda z: quotient(z).log())),
        (LOG_OF_ROUNDED, partial(loss, log_softmax=lambda z: stable(z).log())),
        (EPSILON_FOR_ZERO, partial(loss, log_softmax=lambda z: (stable(z) + 1e-8).log())),
        (SOFTMAX_TWICE, partial(loss, log_softmax=lambda z: difference(stable(z)))),
        (NO_LOGARITHM, partial(loss, log_softmax=stable)),
    ]
