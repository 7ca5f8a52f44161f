"""Choosing the next token from a model's scores: by chance, sharpened by a temperature, among the k best."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from gradschool.checks import check_scores


def next_probabilities(
    logits: Float[Tensor, "batch vocabulary"], temperature: float = 1.0, top_k: int | None = None
) -> Float[Tensor, "batch vocabulary"]:
    """The distribution that `sample_next` draws from: softmax(logits / temperature) over the k largest of each row.

    Args:
        logits: scores of the next token.
        temperature: above 0; below 1 the likely becomes likelier, above 1 the rare less rare.
        top_k: how many tokens of each row may be drawn; None, or a number beyond the vocabulary, for all of them.
            Scores that equal the k-th largest are kept with it.

    Raises:
        ValueError: a temperature that is not above 0, a top_k below 1, or a score that is NaN.
    """
    if not temperature > 0 or (top_k is not None and top_k < 1):
        raise ValueError(f"temperature is above 0 and top_k at least 1; got {temperature} and {top_k}")
    check_scores(logits)
    scores = logits / temperature
    if top_k is not None and top_k < logits.shape[-1]:
        least = scores.topk(top_k, dim=-1).values[..., -1:]  # (batch, 1)
        scores = scores.masked_fill(scores < least, -torch.inf)
    return scores.softmax(dim=-1)


def sample_next(
    logits: Float[Tensor, "batch vocabulary"], temperature: float, top_k: int | None, generator: torch.Generator
) -> Int[Tensor, " batch"]:
    """Draw one token for each row from `next_probabilities`.

    Source:
        Ackley, Hinton & Sejnowski (1985) for the temperature; Fan, Lewis & Dauphin (2018), section 5.2, for top-k.
    """
    probabilities = next_probabilities(logits, temperature, top_k)
    return torch.multinomial(probabilities, 1, generator=generator).squeeze(-1)


# The same in torch: torch.distributions.Categorical(logits=logits / temperature).sample() for all tokens.
