"""Language models that only count: how often did which token follow which others?"""

import math
from collections import Counter
from collections.abc import Hashable, Sequence


class WittenBell:
    """An n-gram model with Witten–Bell smoothing.

    After a context that was seen N times, followed by T different tokens, a share T / (N + T) of the probability is
    kept for what was not seen there, and is given out by the context that is one token shorter; the shortest of all
    contexts falls back on equal shares. A context never seen says nothing, and the shorter one is asked at once.

    Args:
        tokens: what to learn from: a string for a model of characters, a list for one of words.
        n: length of the counted pieces, the token itself included: 2 for a bigram.
        vocabulary: number of different tokens that can occur; those that do, unless given.

    Source:
        Witten & Bell (1991), The zero-frequency problem, method C; interpolated: Chen & Goodman (1999), section 2.5.
    """

    def __init__(self, tokens: Sequence[Hashable], n: int, vocabulary: int | None = None) -> None:
        if n < 1 or not len(tokens):
            raise ValueError(f"an n of at least 1, and some tokens; got n={n} and {len(tokens)} tokens")
        self.n, self.vocabulary = n, vocabulary or len(set(tokens))
        self.counts: list[Counter[tuple[Hashable, ...]]] = []
        self.seen: list[Counter[tuple[Hashable, ...]]] = []  # by context: how often
        self.kinds: list[Counter[tuple[Hashable, ...]]] = []  # by context: how many different tokens followed
        tokens = tuple(tokens)
        for length in range(1, n + 1):
            pieces = Counter(zip(*(tokens[i:] for i in range(length)), strict=False))
            seen, kinds = Counter[tuple[Hashable, ...]](), Counter[tuple[Hashable, ...]]()
            for piece, count in pieces.items():
                seen[piece[:-1]] += count
                kinds[piece[:-1]] += 1
            self.counts.append(pieces)
            self.seen.append(seen)
            self.kinds.append(kinds)

    def probability(self, token: Hashable, before: Sequence[Hashable]) -> float:
        """How likely `token` is after the tokens `before`, of which the last n - 1 count."""
        p = 1 / self.vocabulary
        for length in range(min(self.n, len(before) + 1)):
            context = tuple(before[len(before) - length :])
            n = self.seen[length][context]
            if not n:
                break
            t = self.kinds[length][context]
            p = (self.counts[length][(*context, token)] + t * p) / (n + t)
        return p

    def loss(self, tokens: Sequence[Hashable]) -> float:
        """Mean of -log p over a text, in nats per token."""
        contexts = (tokens[max(0, i - self.n + 1) : i] for i in range(len(tokens)))
        return -sum(math.log(self.probability(t, c)) for t, c in zip(tokens, contexts, strict=True)) / len(tokens)
