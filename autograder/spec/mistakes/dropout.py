"""Dropout, of units or of maps: which share is kept, when, how it is scaled, and where chance comes from."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.spec.mistakes.chance import NORMAL_FOR_UNIFORM
from autograder.spec.mistakes.common import IGNORES_THE_GENERATOR
from autograder.spec.mistakes.mistake import Mistake, Wrong

KEEPS_THE_SHARE = Mistake(
    "keeps-the-share",
    "takes p for the share that is kept",
    ("With p = 0.8, how many of five {parts} should be zero?",),
)
NOT_SCALED = Mistake(
    "not-scaled",
    "does not scale up what is kept",
    (
        "What is the mean of your output over many draws, next to the mean of x?",
        "In evaluation nothing is dropped. Would the next layer see sums of the same size?",
    ),
)
SCALED_IN_EVALUATION = Mistake(
    "scaled-in-evaluation",
    "scales in evaluation, not in training: dropout as first published, not the inverted kind asked for",
    ("Which of the two modes should leave x as it is?",),
)
DROPS_IN_EVALUATION = Mistake("drops-in-evaluation", "drops in evaluation, too", ("What is `train` for?",))
DIVIDED_BY_P = Mistake(
    "divided-by-p",
    "divides by p",
    ("What share of the {parts} is kept? By what must they grow to make up for the rest?",),
)
NORMAL_COMPARED = NORMAL_FOR_UNIFORM.worded(
    "compares numbers from a normal distribution with p", "How often is a number from torch.randn larger than 0.3?"
)
ONE_MASK_FOR_THE_BATCH = Mistake(
    "one-mask-for-the-batch",
    "drops the same {parts} for every sample of the batch",
    ("Do the first and the second sample lose the same {parts}? Should they?", "How many numbers must be drawn?"),
)

Factor = Callable[[Tensor, float, Any], Tensor | float]  # what x is multiplied by: of x, p and the generator


def of_dropout(
    parts: str, shape: Callable[[Tensor], Sequence[int]], result: Callable[[Tensor, Tensor], Any]
) -> list[Wrong]:
    """Of `answer(x, p, train, generator)`.

    `parts` are what is dropped, `shape(x)` is that of the numbers drawn, and `result(x, factor)` what is returned.
    """

    def kept(x: Tensor, share: float, generator: Any) -> Tensor:
        return (torch.rand(*shape(x), generator=generator) < share).to(x.dtype)

    def dropout(training: Factor, evaluation: Factor = lambda x, p, generator: 1.0) -> Callable[..., Any]:
        def answer(x: Tensor, p: float, train: bool, generator: Any) -> Any:
            factor = (training if train else evaluation)(x, p, generator)
            return result(x, torch.as_tensor(factor, dtype=x.dtype).expand_as(x))

        return answer

    def right(x: Tensor, p: float, generator: Any) -> Tensor:
        return kept(x, 1 - p, generator) / (1 - p)

    def of_global_chance(x: Tensor, p: float, generator: Any) -> Tensor:
        return (torch.rand(*shape(x)) >= p).to(x.dtype) / (1 - p)

    def normal(x: Tensor, p: float, generator: Any) -> Tensor:
        return (torch.randn(*shape(x), generator=generator) >= p).to(x.dtype) / (1 - p)

    def unless_zero(factor: Factor) -> Factor:
        return lambda x, p, generator: factor(x, p, generator) if p else 1.0

    return [
        (KEEPS_THE_SHARE.told(parts=parts), dropout(unless_zero(lambda x, p, g: kept(x, p, g) / p))),
        (NOT_SCALED, dropout(lambda x, p, g: kept(x, 1 - p, g))),
        (SCALED_IN_EVALUATION, dropout(lambda x, p, g: kept(x, 1 - p, g), lambda x, p, g: 1 - p)),
        (DROPS_IN_EVALUATION, dropout(right, right)),
        (DIVIDED_BY_P.told(parts=parts), dropout(unless_zero(lambda x, p, g: kept(x, 1 - p, g) / p))),
        (NORMAL_COMPARED, dropout(unless_zero(normal))),
        (ONE_MASK_FOR_THE_BATCH.told(parts=parts), dropout(lambda x, p, g: right(x[:1], p, g))),
        (IGNORES_THE_GENERATOR, dropout(of_global_chance)),
    ]
