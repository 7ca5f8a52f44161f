"""From text to numbers: a vocabulary, ids, byte-pair merges, batches of sequences of different length."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import torch
from jaxtyping import Bool, Float, Int64, Integer
from torch import Tensor

from gradschool.checks import check_indices

PAD, UNKNOWN = "<pad>", "<unk>"
Pair = tuple[str, str]


def build_vocabulary(tokens: Iterable[str], min_count: int = 1) -> dict[str, int]:
    """Number the tokens of a text: the padding is 0, the unknown token 1, then the text's, the most frequent first.

    Args:
        tokens: all tokens of the text, as often as they occur.
        min_count: tokens that occur less often get no number.

    Returns:
        {token: id}. Equally frequent tokens stand in alphabetical order (Python's order of strings).
    """
    counts = Counter(tokens)
    kept = [t for t, n in counts.items() if n >= min_count and t not in (PAD, UNKNOWN)]
    ordered = sorted(kept, key=lambda t: (-counts[t], t))
    return {t: i for i, t in enumerate([PAD, UNKNOWN, *ordered])}


def encode(tokens: Sequence[str], vocabulary: dict[str, int]) -> Int64[Tensor, " tokens"]:
    """The tokens' ids, int64; tokens that the vocabulary does not hold become `<unk>`."""
    unknown = vocabulary[UNKNOWN]
    return torch.tensor([vocabulary.get(t, unknown) for t in tokens], dtype=torch.int64)


def decode(ids: Iterable[int], vocabulary: dict[str, int]) -> list[str]:
    """The tokens of ids. Raises KeyError for an id that the vocabulary does not have."""
    tokens = {i: t for t, i in vocabulary.items()}
    return [tokens[int(i)] for i in ids]


def one_hot(ids: Integer[Tensor, "*shape"], size: int) -> Float[Tensor, "*shape size"]:
    """A 1 at each id's place and 0 elsewhere, in torch's default precision.

    Raises:
        ValueError: an id that is not 0 … size - 1.
    """
    check_indices(ids, size, "ids")
    return (ids.unsqueeze(-1) == torch.arange(size, device=ids.device)).to(torch.get_default_dtype())


def bpe_merges(words: Sequence[str], n: int) -> list[Pair]:
    """Learn byte-pair merges: n times, the most frequent pair of neighbouring symbols becomes one symbol.

    Every word starts as its characters; a word that comes twice counts twice; pairs do not reach over the end of a
    word. "aaa" holds the pair (a, a) twice, and merged from the left it is aa, a.

    Args:
        words: the text's words.
        n: most merges to learn; fewer are returned where no pair is left.

    Returns:
        The merged pairs in the order in which they were learned. Of equally frequent pairs the lexicographically
        smallest is merged: the smaller first symbol, then the smaller second one.

    Source:
        Sennrich, Haddow & Birch (2016), Neural machine translation of rare words with subword units, algorithm 1;
        without its mark for the end of a word.
    """
    counts = Counter(words)
    spelled = {w: list(w) for w in counts}
    merges: list[Pair] = []
    for _ in range(n):
        pairs: Counter[Pair] = Counter()
        for w, symbols in spelled.items():
            for pair in pairwise(symbols):
                pairs[pair] += counts[w]
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        spelled = {w: _merged(symbols, best) for w, symbols in spelled.items()}
    return merges


def bpe_split(word: str, merges: Sequence[Pair]) -> list[str]:
    """A word as the symbols that learned merges make of it: each merge in turn, from the left."""
    symbols = list(word)
    for pair in merges:
        symbols = _merged(symbols, pair)
    return symbols


def _merged(symbols: list[str], pair: Pair) -> list[str]:
    out: list[str] = []
    i = 0
    while i < len(symbols):
        if tuple(symbols[i : i + 2]) == pair:
            out.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            out.append(symbols[i])
            i += 1
    return out


def pad_batch(
    sequences: Sequence[Int64[Tensor, " _"]], value: int = 0
) -> tuple[Int64[Tensor, "batch time"], Bool[Tensor, "batch time"]]:
    """Put sequences of different length into one matrix, filled up behind with `value`.

    Returns:
        (batch, mask): ids of shape (sequences, longest length), and True where a real token stands. A token that
        happens to equal `value` is real all the same: the mask comes from the lengths.

    Raises:
        ValueError: no sequences.
    """
    if not sequences:
        raise ValueError("pad_batch needs at least one sequence; got none")
    lengths = torch.tensor([len(s) for s in sequences], device=sequences[0].device)
    longest = int(lengths.max())
    batch = torch.stack([torch.nn.functional.pad(s, (0, longest - len(s)), value=value) for s in sequences])
    mask = torch.arange(longest, device=lengths.device) < lengths.unsqueeze(1)
    return batch, mask


def embedding_lookup(
    ids: Integer[Tensor, "*shape"], weight: Float[Tensor, "vocabulary features"]
) -> Float[Tensor, "*shape features"]:
    """The row of `weight` for every id: what the product of a one-hot vector with `weight` would pick out.

    Its gradient adds up in the rows that were used, once for each time, and is 0 in the others.

    Raises:
        ValueError: an id that has no row.

    Source: Bengio, Ducharme, Vincent & Jauvin (2003), A neural probabilistic language model, section 2.
    """
    check_indices(ids, len(weight), "ids")
    return weight[ids.long()]


# The same in torch: nn.utils.rnn.pad_sequence(sequences, batch_first=True), nn.functional.one_hot,
# nn.functional.embedding (as a layer nn.Embedding, whose `padding_idx` keeps the padding's row out of the gradient).
