"""Losses: what becomes of the mean, of the sign, and of the logarithm of a probability that is nearly 0.

Each maker takes a skeleton, the right answer of one exercise with one step as a setting, and puts wrong steps there.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from autograder.spec.mistakes.mistake import Mistake, Wrong

SUM_FOR_MEAN = Mistake(
    "sum-for-mean",
    "adds up where the mean is asked",
    ("What happens to your loss when everything in the batch is given twice?",),
)
WRONG_SIGN = Mistake(
    "wrong-sign",
    "has the wrong sign",
    (
        "Should a loss grow or shrink as things get worse? Which way does yours go?",
        "An optimizer goes downhill. Where does your loss send it?",
    ),
)
HALVED = Mistake(
    "halved",
    "is half of what is asked",
    ("Many books put a factor ½ in front so that a derivative looks simpler. Does the formula of the task?",),
)
HALF_FORGOTTEN = Mistake(
    "half-forgotten",
    "is twice what is asked: a half is missing",
    ("Which factor stands in front of the task's formula?", "Where in your answer do you divide by two?"),
)
ONE_FOR_ALL = Mistake(
    "one-for-all",
    "adds up over the batch, where every {item} has a number of its own",
    ("Of which shape is your result for a batch of five?", "Which axes may your sum not go over?"),
)
MEAN_OF_ALL = Mistake(
    "mean-of-all",
    "averages over the batch, where every {item} has a number of its own",
    ("Of which shape is your result for a batch of five?", "Who takes the mean: this function, or who calls it?"),
)
MEAN_FOR_SUM = Mistake(
    "mean-for-sum",
    "averages over the {parts}, where they add up",
    ("With twice as many {parts}, should your result stay, or grow?", "By what is your result too small?"),
)
FACTOR_FORGOTTEN = Mistake(
    "factor-forgotten",
    "leaves {factor} out",
    ("What should your result be when {factor} is 0?",),
)
LAST_LAYER_ONLY = Mistake(
    "last-layer-only",
    "forgets all layers but the last",
    ("What becomes of the layers before the last in your loop?",),
)
SIGNS_CANCEL = Mistake(
    "signs-cancel",
    "lets positive and negative {parts} cancel",
    ("What does your penalty say of the two {parts} 5 and -5?",),
)
SQUARES_FOR_SIZES = Mistake(
    "squares-for-sizes",
    "squares the {parts}: that is the L2 penalty",
    ("What does the formula do to each of the {parts}?", "Which slope has your penalty at 0.001? Which has |a|?"),
)
MATRIX_NORM = Mistake(
    "matrix-norm",
    "takes the 1-norm of the matrix, which is its largest column sum",
    (
        "Read what torch.linalg.norm says of a matrix and `ord=1`.",
        "How many of the matrix's numbers move your result?",
    ),
)
IN_BITS = Mistake(
    "in-bits",
    "measures in bits",
    ("Which logarithm is asked: to base 2, or the natural one?",),
)
LOG_OF_ZERO = Mistake(
    "log-of-zero",
    "takes the logarithm of a probability that has become 0",
    (
        "What is σ(-1000) in floating point, and its logarithm?",
        "Write it with log(1 + exp(…)). Which function of torch computes that without overflow?",
    ),
)
EPSILON_IN_THE_LOG = Mistake(
    "epsilon-in-the-log",
    "adds a small number inside the logarithm, which bounds the loss and ends its gradient",
    (
        "What is the largest loss that one sample can have in your answer? What should it be for a score of -10,000?",
        "What gradient does your loss have where the answer is certain and wrong?",
    ),
)


def averaged(loss: Callable[..., Any]) -> list[Wrong]:
    """Of a loss that is a mean: `loss(*arguments, mean=torch.mean)` is right."""
    return [
        (SUM_FOR_MEAN, partial(loss, mean=torch.sum)),
        (WRONG_SIGN, lambda *args: -loss(*args)),
        (HALVED, lambda *args: loss(*args) / 2),
    ]


def one_for_each(item: str, values: Callable[..., Tensor]) -> list[Wrong]:
    """Of a function with one number for each `item` of a batch: `values(*arguments)` is right."""
    return [
        (ONE_FOR_ALL.told(item=item), lambda *args: values(*args).sum()),
        (MEAN_OF_ALL.told(item=item), lambda *args: values(*args).mean()),
    ]


def of_divergence(parts: str, divergence: Callable[..., Tensor]) -> list[Wrong]:
    """Of a divergence with a half in front, summed over as many `parts` as its last argument's last axis is long."""
    return [
        (WRONG_SIGN, lambda *args: -divergence(*args)),
        (HALF_FORGOTTEN, lambda *args: 2 * divergence(*args)),
        (MEAN_FOR_SUM.told(parts=parts), lambda *args: divergence(*args) / args[-1].shape[-1]),
    ]


def of_logits(loss: Callable[..., Any], epsilon: float = 1e-8) -> list[Wrong]:
    """Of a loss of logits: `loss(*arguments, log_sigmoid=F.logsigmoid)` is right, and takes log(1 - σ(z)) at -z."""
    return [
        (LOG_OF_ZERO, partial(loss, log_sigmoid=lambda z: (1 / (1 + torch.exp(-z))).log())),
        (EPSILON_IN_THE_LOG, partial(loss, log_sigmoid=lambda z: (torch.sigmoid(z) + epsilon).log())),
    ]


def of_layers(price: Callable[[Tensor], Tensor]) -> list[Wrong]:
    """Of a penalty on all layers' weights, λ times the sum of `price(weight)`."""
    return [
        (LAST_LAYER_ONLY, lambda weights, lam: lam * price(weights[-1])),
        (MEAN_FOR_SUM.told(parts="weights"), lambda weights, lam: lam * sum(price(w) / w.numel() for w in weights)),
        (FACTOR_FORGOTTEN.told(factor="λ"), lambda weights, lam: sum(price(w) for w in weights)),
    ]
