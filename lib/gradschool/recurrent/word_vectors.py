"""Vectors of words, learned from which words stand near each other."""

import torch
from jaxtyping import Bool, Float, Int, Integer
from torch import Tensor, nn

from gradschool.checks import check_indices


def skipgram_pairs(ids: Int[Tensor, " text"], window: int) -> Int[Tensor, "pairs 2"]:
    """All pairs (centre, neighbour) of tokens that stand at most `window` places apart, on either side.

    At the ends of the text the window is cut off. A token is no neighbour of itself; another token of the same word is.

    Source:
        Mikolov, Chen, Corrado & Dean (2013), section 3.2, with a fixed window in place of one drawn from 1 … window.
    """
    if window < 1:
        raise ValueError(f"the window reaches at least 1 place to either side; got {window}")
    pairs = [torch.empty(0, 2, dtype=ids.dtype, device=ids.device)]
    for distance in range(1, min(window, len(ids) - 1) + 1):
        left, right = ids[:-distance], ids[distance:]
        pairs += [torch.stack([left, right], dim=1), torch.stack([right, left], dim=1)]
    return torch.cat(pairs)


def negative_sampling_loss(
    centre: Float[Tensor, "batch d"], neighbour: Float[Tensor, "batch d"], negatives: Float[Tensor, "batch k d"]
) -> Float[Tensor, ""]:
    """-log σ(u · v) - Σ_k log σ(-n_k · v), the mean over the batch.

    Args:
        centre: vectors v of the centre words.
        neighbour: vectors u of the words found near them.
        negatives: vectors n_k of words drawn at random, k for each pair.

    Source:
        Mikolov, Sutskever, Chen, Corrado & Dean (2013), eq. 4.
    """
    true = (centre * neighbour).sum(dim=-1)  # (batch,)
    false = torch.einsum("bkd,bd->bk", negatives, centre)
    log_sigmoid = nn.functional.logsigmoid
    return -(log_sigmoid(true) + log_sigmoid(-false).sum(dim=-1)).mean()


def cbow_forward(
    ids: Integer[Tensor, "batch places"],
    mask: Bool[Tensor, "batch places"],
    embedding: Float[Tensor, "vocabulary d"],
    output: Float[Tensor, "vocabulary d"],
) -> Float[Tensor, "batch vocabulary"]:
    """Scores of the word in the middle: the mean of its neighbours' vectors, times every word's output vector.

    Args:
        ids: the neighbours' numbers.
        mask: True where there is a neighbour, at least one in each row; at the ends of a text some are missing.
        embedding, output: two vectors for each word: as a neighbour, and as the word that is asked for.

    Raises:
        ValueError: a number that has no vector.

    Source:
        Mikolov, Chen, Corrado & Dean (2013), section 3.1.
    """
    check_indices(ids, len(embedding), "ids")
    kept = mask.to(embedding.dtype).unsqueeze(-1)  # (batch, places, 1)
    mean = (embedding[ids.long()] * kept).sum(dim=1) / kept.sum(dim=1)  # (batch, d)
    return mean @ output.T


def glove_loss(
    w: Float[Tensor, "words d"],
    c: Float[Tensor, "contexts d"],
    b_w: Float[Tensor, " words"],
    b_c: Float[Tensor, " contexts"],
    counts: Float[Tensor, "words contexts"],
    x_max: float,
    alpha: float,
) -> Float[Tensor, ""]:
    """Σ f(X_ij) (w_i · c_j + b_i + b_j - log X_ij)² over all pairs that occur, with f(x) = min(1, (x / x_max)^α).

    Args:
        counts: X, how often word i and context j were seen together; 0 says nothing and adds nothing.
        x_max, alpha: above 0; the paper takes 100 and 0.75.

    Source:
        Pennington, Socher & Manning (2014), eq. 8 and 9.
    """
    seen = counts > 0
    weight = (counts / x_max).clamp(max=1) ** alpha  # 0 where nothing was seen
    error = w @ c.T + b_w.unsqueeze(1) + b_c - counts.where(seen, 1).log()
    return (weight * error**2).sum()


def cooccurrences(
    ids: Integer[Tensor, " text"], vocabulary: int, window: int
) -> Float[Tensor, "vocabulary vocabulary"]:
    """How often two words stand within `window` places; a pair d places apart counts 1/d (GloVe, section 4.2).

    Raises:
        ValueError: an id outside of the vocabulary, or a window below 1.
    """
    check_indices(ids, vocabulary, "ids")
    if window < 1:
        raise ValueError(f"the window reaches at least 1 place to either side; got {window}")
    ids = ids.long()
    counts = torch.zeros(vocabulary * vocabulary, device=ids.device)
    for distance in range(1, min(window, len(ids) - 1) + 1):
        left, right = ids[:-distance], ids[distance:]
        share = torch.full(left.shape, 1 / distance, device=ids.device)
        counts.index_add_(0, left * vocabulary + right, share).index_add_(0, right * vocabulary + left, share)
    return counts.reshape(vocabulary, vocabulary)


def nearest(vectors: Float[Tensor, "words d"], to: Float[Tensor, " d"], count: int) -> Int[Tensor, " count"]:
    """Indices of the vectors that point most nearly in the direction `to`, the nearest first."""
    cosines = nn.functional.cosine_similarity(vectors, to.unsqueeze(0))
    return cosines.topk(count).indices


# The same in torch: nn.Embedding for the vectors, nn.EmbeddingBag(mode="mean") for the mean of CBOW.
