"""Attention: from scores and a mask to weights, and from weights to a mean of the values."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from autograder.spec.mistakes.mistake import Mistake, Wrong
from autograder.spec.mistakes.softmax import OVERFLOWS

MASK_IGNORED = Mistake(
    "mask-ignored",
    "pays no heed to the mask",
    ("Which weight has a {key} where the mask is False?",),
)
MASK_INVERTED = Mistake(
    "mask-inverted",
    "attends where the mask is False, and nowhere else",
    ("What does True mean in this mask: keep, or leave out?",),
)
SCORE_OF_ZERO = Mistake(
    "score-of-zero",
    "gives a masked {key} a score of 0",
    ("What is exp(0)?", "Which score gives a weight of exactly 0?"),
)
MASKED_TOO_LATE = Mistake(
    "masked-after-the-softmax",
    "sets masked weights to 0 after the softmax and leaves the others as they are",
    ("What do the weights of a {row} sum to?",),
)
MASKED_WITH_A_THOUSAND = Mistake(
    "masked-with-a-thousand",
    "masks with a number that real scores can lie below",
    (
        "The kept scores of a {row} are all below -2000, and a masked {key} has -1000. Who wins the softmax?",
        "Is there a number below all others?",
    ),
)
MASKED_OUTSCORES = Mistake(
    "nothing-left-to-normalise",
    "divides by 0 where a masked {key} outscores all that are kept",
    (
        "A masked {key} scores 1000 more than the rest. What does the softmax leave of the others, and what is 0 / 0?",
        "Should a masked {key} take part in the softmax at all?",
    ),
)


def kept(scores: Tensor, mask: Tensor | None, number: float = -torch.inf) -> Tensor:
    """The scores, with a number in place of those that are masked."""
    return scores if mask is None else scores.masked_fill(~mask, number)


def softmax(scores: Tensor, mask: Tensor | None) -> Tensor:
    """Weights over the last axis, as they are right."""
    return kept(scores, mask).softmax(-1)


def _inverted(scores: Tensor, mask: Tensor | None) -> Tensor:
    if mask is not None:
        mask = torch.where(mask.all(-1, keepdim=True), mask, ~mask)  # no row without any key
    return softmax(scores, mask)


def _zeroed(weights: Tensor, mask: Tensor | None) -> Tensor:
    return weights if mask is None else weights * mask


def _normalised(weights: Tensor, mask: Tensor | None) -> Tensor:
    return weights if mask is None else _zeroed(weights, mask) / _zeroed(weights, mask).sum(-1, keepdim=True)


def _printed(scores: Tensor, mask: Tensor | None) -> Tensor:
    e = _zeroed(scores.exp(), mask)
    return e / e.sum(-1, keepdim=True)


def wrong_weights(attend: Callable[..., Any], **words: str) -> Iterator[Wrong]:
    """Of an answer `attend(*args, weights=softmax)`, whose mask may be None; `words` are its `key` and its `row`."""
    ways: dict[Mistake, Callable[[Tensor, Tensor | None], Tensor]] = {
        MASK_IGNORED: lambda scores, mask: scores.softmax(-1),
        MASK_INVERTED: _inverted,
        SCORE_OF_ZERO: lambda scores, mask: _zeroed(scores, mask).softmax(-1),
        MASKED_TOO_LATE: lambda scores, mask: _zeroed(scores.softmax(-1), mask),
        MASKED_WITH_A_THOUSAND: lambda scores, mask: kept(scores, mask, -1000.0).softmax(-1),
        OVERFLOWS: _printed,
        MASKED_OUTSCORES: lambda scores, mask: _normalised(scores.softmax(-1), mask),
    }
    for mistake, weights in ways.items():

        def answer(*args: Any, weights: Callable[[Tensor, Tensor | None], Tensor] = weights) -> Any:
            return attend(*args, weights=weights)

        yield mistake.told(**words), answer
