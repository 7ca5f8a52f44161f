"""Learning to write a sequence, and writing it: teacher forcing, the greedy way, and the beam."""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int, Integer
from torch import Tensor, nn

from gradschool.checks import check_indices, check_scores, has_numbers

# Reads tokens (batch, time) from a state on; gives the scores of what follows each of them, and the next state.
Decoder = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
Token = int


def teacher_forcing_loss(
    decoder: Decoder,
    state: Float[Tensor, "batch hidden"],
    target: Integer[Tensor, "batch time"],
    start: Token,
    pad: Token,
) -> Float[Tensor, ""]:
    """Mean cross-entropy of the target's tokens, each predicted from the true ones before it.

    Args:
        decoder: see `Decoder`.
        state: the decoder's first state: what the encoder made of the input.
        target: what should be written, short rows filled up with `pad` at the end.
        start: the token that the decoder reads first.
        pad: the token that is no token: its places are not counted.

    Raises:
        ValueError: a token that the decoder has no score for, or nothing but padding.

    Source:
        Williams & Zipser (1989), section 2.3, for the name and the idea.
    """
    first = torch.full_like(target[:, :1], start)
    logits, _ = decoder(torch.cat([first, target[:, :-1]], dim=1), state)  # (batch, time, vocabulary)
    check_indices(target[target != pad] if has_numbers(target) else target, logits.shape[-1], "tokens")
    if has_numbers(target) and bool((target == pad).all()):
        raise ValueError("the loss is a mean over the target's tokens, at least one; all of it is padding")
    return nn.functional.cross_entropy(logits.flatten(0, 1), target.long().flatten(), ignore_index=pad)


def greedy(
    decoder: Decoder, state: Float[Tensor, "batch hidden"], start: Token, length: int
) -> Int[Tensor, "batch length"]:
    """Write `length` tokens, each the likeliest after the ones written so far.

    Raises:
        ValueError: a length below 1.
    """
    if length < 1:
        raise ValueError(f"length is at least 1; got {length}")
    token = torch.full((len(state), 1), start, device=state.device)
    written = []
    for _ in range(length):
        logits, state = decoder(token, state)
        token = logits.argmax(dim=-1)
        written.append(token)
    return torch.cat(written, dim=1)


def beam_search(
    log_probs: Callable[[tuple[Token, ...]], Float[Tensor, " vocabulary"]],
    start: Token,
    end: Token,
    width: int,
    max_length: int,
) -> tuple[list[Token], float]:
    """The likeliest sequence that a beam of `width` hypotheses finds.

    In each round every open hypothesis is continued with every token; finished ones, those that end in `end`, stand
    beside the continuations as they are; the `width` best of all these go on. It is over when all are finished, or
    after `max_length` rounds.

    Args:
        log_probs: log-probabilities of the next token after a prefix that begins with `start`.

    Returns:
        (tokens, score): the best hypothesis of the last beam without `start`, and the sum of its log-probabilities.

    Raises:
        ValueError: a width or length below 1, or a log-probability that is NaN.

    Source:
        Lowerre (1976) for the beam; Sutskever, Vinyals & Le (2014), section 3.2.
    """
    if width < 1 or max_length < 1:
        raise ValueError(f"width and max_length are at least 1; got {width} and {max_length}")
    beam: list[tuple[float, tuple[Token, ...]]] = [(0.0, (start,))]
    for _ in range(max_length):
        candidates = []
        for score, tokens in beam:
            if len(tokens) > 1 and tokens[-1] == end:
                candidates.append((score, tokens))
                continue
            following = log_probs(tokens)
            check_scores(following, "log-probabilities")
            for token, log_p in enumerate(following.tolist()):
                candidates.append((score + log_p, (*tokens, token)))
        beam = sorted(candidates, key=lambda c: -c[0])[:width]
        if all(tokens[-1] == end for _, tokens in beam):
            break
    score, tokens = beam[0]
    return list(tokens[1:]), score


# The same in torch: there is nothing; a decoder with its beam belongs to the libraries above it.
