"""Attention: a weighted mean of many vectors, where the weights are worked out from what is asked for."""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def additive_attention(
    query: Float[Tensor, "batch query_size"],
    keys: Float[Tensor, "batch time key_size"],
    values: Float[Tensor, "batch time value_size"],
    w_query: Float[Tensor, "hidden query_size"],
    w_key: Float[Tensor, "hidden key_size"],
    v: Float[Tensor, " hidden"],
    mask: Bool[Tensor, "batch time"],
) -> tuple[Float[Tensor, "batch value_size"], Float[Tensor, "batch time"]]:
    """Attention by a small network: score_t = v · tanh(W_q q + W_k k_t), softmax over the places, mean of the values.

    Args:
        query: what is asked for: the decoder's state.
        keys, values: what each place offers, and what it gives: both the encoder's outputs in the source.
        w_query, w_key, v: the network's weights; it has no biases.
        mask: True where there is something to attend to; at least one place in each row.

    Returns:
        (context, weights): the weighted mean of the values, and the weights, 0 where the mask is False.

    Source:
        Bahdanau, Cho & Bengio (2015), appendix A.1.2.
    """
    hidden = torch.tanh((query @ w_query.T).unsqueeze(1) + keys @ w_key.T)  # (batch, time, hidden)
    weights = masked_softmax(hidden @ v, mask)  # (batch, time)
    return torch.einsum("bt,btv->bv", weights, values), weights


def dot_product_attention(
    q: Float[Tensor, "... queries d"],
    k: Float[Tensor, "... keys d"],
    v: Float[Tensor, "... keys value_size"],
    mask: Bool[Tensor, "... queries keys"] | None = None,
) -> tuple[Float[Tensor, "... queries value_size"], Float[Tensor, "... queries keys"]]:
    """softmax(q kᵀ / √d) v: many queries at once, the score is a product that needs no weights of its own.

    The components of q and k being independent with variance 1, their product has variance d, hence the root.

    Args:
        mask: True where query i may look at key j, at least one key for each query; None for everywhere.

    Returns:
        (out, weights); the rows of weights sum to 1.

    Source:
        Luong, Pham & Manning (2015), section 3.1, without the root; Vaswani and others (2017), eq. 1, with it.
    """
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (..., queries, keys)
    weights = scores.softmax(dim=-1) if mask is None else masked_softmax(scores, mask)
    return weights @ v, weights


def masked_softmax(
    scores: Float[Tensor, "... places"], mask: Bool[Tensor, "... places"]
) -> Float[Tensor, "... places"]:
    """Softmax over the places where the mask is True, exactly 0 elsewhere; NaN in a row without any."""
    return scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)


def fused(
    a: Float[Tensor, "batch size"], b: Float[Tensor, "batch size"], scores: Float[Tensor, "batch 2"]
) -> Float[Tensor, "batch size"]:
    """Attention over two sources: each one's context, weighted by a softmax of one score for each.

    Source:
        Libovický & Helcl (2017), Attention strategies for multi-source sequence-to-sequence learning, section 3.2.
    """
    weights = scores.softmax(dim=-1)
    return weights[:, :1] * a + weights[:, 1:] * b


# The same in torch: nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask), where True means keep as well;
# nn.MultiheadAttention, whose key_padding_mask means the opposite: True is left out.
