"""Language models that only count: how often did which token follow which others?"""

import copy
import math
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any

Piece = Any  # a string of characters, or a tuple of words


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
        self.counts: list[Counter[Piece]] = []
        self.seen: list[Counter[Piece]] = []  # by context: how often
        self.kinds: list[Counter[Piece]] = []  # by context: how many different tokens followed
        tokens = _sliceable(tokens)
        for length in range(1, n + 1):
            pieces = Counter(tokens[i : i + length] for i in range(len(tokens) - length + 1))
            seen, kinds = Counter[Piece](), Counter[Piece]()
            for piece, count in pieces.items():
                seen[piece[:-1]] += count
                kinds[piece[:-1]] += 1
            self.counts.append(pieces)
            self.seen.append(seen)
            self.kinds.append(kinds)

    def of_order(self, n: int) -> "WittenBell":
        """The same counts, read with a shorter context.

        Raises:
            ValueError: an n below 1 or above the one that was counted.
        """
        if not 1 <= n <= self.n:
            raise ValueError(f"counted were pieces of 1 to {self.n} tokens; asked for {n}")
        shorter = copy.copy(self)
        shorter.n = n
        return shorter

    def probability(self, before: Any, token: Any) -> float:
        """How likely `token`, a piece of one, is after the tokens `before`, of which the last n - 1 count."""
        p = 1 / self.vocabulary
        for length in range(min(self.n, len(before) + 1)):
            context = before[len(before) - length :]
            n = self.seen[length][context]
            if not n:
                break
            t = self.kinds[length][context]
            p = (self.counts[length][context + token] + t * p) / (n + t)
        return p

    def loss(self, tokens: Sequence[Hashable]) -> float:
        """Mean of -log p over a text, in nats per token; the first tokens are judged with what stands before them.

        Raises:
            ValueError: a text without tokens.
        """
        if not len(tokens):
            raise ValueError("a loss is a mean over the tokens of a text; this one has none")
        text = _sliceable(tokens)
        p = (self.probability(text[max(0, i - self.n + 1) : i], text[i : i + 1]) for i in range(len(text)))
        return -sum(map(math.log, p)) / len(text)


def _sliceable(tokens: Sequence[Hashable]) -> Any:
    """A string as it is, anything else as a tuple: both give hashable pieces."""
    return tokens if isinstance(tokens, str) else tuple(tokens)
