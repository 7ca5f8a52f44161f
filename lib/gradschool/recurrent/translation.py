"""An encoder–decoder with or without attention, and pairs to teach it with: sequences reversed, dates normalised."""

import datetime
from collections.abc import Callable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from gradschool.recurrent.attention import additive_attention, dot_product_attention
from gradschool.recurrent.decoding import Decoder

PAD, START = 0, 1
Attention = Callable[..., tuple[Tensor, Tensor]]


class Additive(nn.Module):
    """Additive attention of every state of a decoder over an encoder's outputs, with weights of its own.

    Args:
        size: numbers in a state and in an output.
        attention: called as `attention(query, keys, values, w_query, w_key, v, mask)`, one query for each row.
        hidden: units of the small network that makes the scores.

    Source:
        Bahdanau, Cho & Bengio (2015), appendix A.1.2.
    """

    def __init__(self, size: int, attention: Attention = additive_attention, hidden: int = 32) -> None:
        super().__init__()
        self.attention = attention
        self.w_query = nn.Parameter(nn.Linear(size, hidden).weight.detach())
        self.w_key = nn.Parameter(nn.Linear(size, hidden).weight.detach())
        self.v = nn.Parameter(torch.randn(hidden) / hidden**0.5)

    def forward(
        self,
        states: Float[Tensor, "batch written size"],
        memory: Float[Tensor, "batch read size"],
        mask: Bool[Tensor, "batch 1 read"],
    ) -> tuple[Float[Tensor, "batch written size"], Float[Tensor, "batch written read"]]:
        """(contexts, weights), one of each for every state; the mask is True where there is something to look at."""
        batch, written, _ = states.shape
        rows, keep = memory.repeat_interleave(written, 0), mask.squeeze(1).repeat_interleave(written, 0)
        context, weights = self.attention(
            states.flatten(0, 1), rows, rows, self.w_query, self.w_key, self.v, keep
        )  # (batch · written, size), (batch · written, read)
        return context.reshape(batch, written, -1), weights.reshape(batch, written, -1)


class Product(nn.Module):
    """Dot-product attention of every state of a decoder over an encoder's outputs; one matrix makes the queries.

    The matrix also sets the scale: a GRU's states lie between -1 and 1, and their bare products over √d are so small
    that the softmax stays nearly flat for hundreds of steps.

    Args:
        size: numbers in a state and in an output.
        attention: called as `attention(q, k, v, mask)`.

    Source:
        Luong, Pham & Manning (2015), eq. 8, the score "general", divided by √d.
    """

    def __init__(self, size: int, attention: Attention = dot_product_attention) -> None:
        super().__init__()
        self.attention = attention
        self.ask = nn.Linear(size, size, bias=False)

    def forward(
        self,
        states: Float[Tensor, "batch written size"],
        memory: Float[Tensor, "batch read size"],
        mask: Bool[Tensor, "batch 1 read"],
    ) -> tuple[Float[Tensor, "batch written size"], Float[Tensor, "batch written read"]]:
        """(contexts, weights), one of each for every state; the mask is True where there is something to look at."""
        return self.attention(self.ask(states), memory, memory, mask.expand(-1, states.shape[1], -1))


class EncoderDecoder(nn.Module):
    """LSTMs read the input in both directions, a GRU writes the output from what they have left.

    Without attention all that the decoder gets is the encoder's last state, a vector of `hidden` numbers. With it,
    every state of the decoder is compared with all outputs of the encoder, and their weighted mean stands beside it.

    Args:
        vocabulary: number of tokens, of inputs and outputs alike; 0 is padding, 1 the start.
        hidden: units of the decoder, and of both directions of the encoder together; an even number.
        attention: `Additive(hidden)`, `Product(hidden)`, or None for a network without any.
        width: numbers in the vector of a token.

    Source:
        Cho and others (2014); Luong, Pham & Manning (2015), the "global" model without input feeding. LSTMs on the
        reading side because torch has them in one piece on a CPU (oneDNN), several times faster than its GRU there.
    """

    def __init__(self, vocabulary: int, hidden: int = 48, attention: nn.Module | None = None, width: int = 16) -> None:
        super().__init__()
        if hidden % 2:
            raise ValueError(f"the encoder's two directions share `hidden` evenly; got {hidden}")
        self.reads = nn.Embedding(vocabulary, width)
        self.writes = nn.Embedding(vocabulary, width)
        self.forwards = nn.LSTM(width, hidden // 2, batch_first=True)
        self.backwards = nn.LSTM(width, hidden // 2, batch_first=True)
        self.decoder = nn.GRU(width, hidden, batch_first=True)
        self.mixed = nn.Linear(hidden if attention is None else 2 * hidden, hidden)
        self.readout = nn.Linear(hidden, vocabulary)
        self.attention = attention
        self.weights: Tensor | None = None  # of the last call: (batch, written, read)

    def encode(self, source: Int[Tensor, "batch read"]) -> tuple[Float[Tensor, "batch hidden"], Decoder]:
        """The decoder's first state, and the decoder for this input.

        Either direction reads padding only after all tokens of its row, when the row's state has been taken.

        Raises:
            ValueError: a row begins with padding: there is nothing to read, or padding in front of it.
        """
        mask = source != PAD  # (batch, read)
        if not mask[:, 0].all():
            raise ValueError(
                f"every row needs a token, and its padding at the end; got {source[~mask[:, 0]][0].tolist()}"
            )
        length, place = mask.sum(1, keepdim=True), torch.arange(source.shape[1], device=source.device)
        mirror = torch.where(mask, length - 1 - place, place)  # each row from its own end; padding stays behind it
        words = self.reads(source)
        onward, _ = self.forwards(words)  # (batch, read, hidden / 2)
        backward, _ = self.backwards(_at(words, mirror))
        state = torch.cat([_at(onward, length - 1), _at(backward, length - 1)], dim=2).squeeze(1)  # (batch, hidden)
        memory = torch.cat([onward, _at(backward, mirror)], dim=2)
        return state, lambda tokens, state: self.decode(tokens, state, memory, mask.unsqueeze(1))

    def decode(
        self,
        tokens: Int[Tensor, "batch written"],
        state: Float[Tensor, "batch hidden"],
        memory: Float[Tensor, "batch read hidden"],
        mask: Bool[Tensor, "batch 1 read"],
    ) -> tuple[Float[Tensor, "batch written vocabulary"], Float[Tensor, "batch hidden"]]:
        """Scores of what follows each token, and the state after the last."""
        hidden, last = self.decoder(self.writes(tokens), state.unsqueeze(0))  # (batch, written, hidden)
        if self.attention is not None:
            context, weights = self.attention(hidden, memory, mask)
            self.weights = weights.detach()
            hidden = torch.cat([hidden, context], dim=-1)
        return self.readout(torch.tanh(self.mixed(hidden))), last.squeeze(0)


def _at(rows: Float[Tensor, "batch time size"], places: Int[Tensor, "batch some"]) -> Float[Tensor, "batch some size"]:
    """Of each row what stands at its places."""
    return rows.gather(1, places.unsqueeze(2).expand(-1, -1, rows.shape[2]))


def reversal(
    count: int, length: int, symbols: int, generator: torch.Generator
) -> tuple[Int[Tensor, "count length"], Int[Tensor, "count length"]]:
    """Random sequences of the tokens 2 … symbols + 1, and the same from back to front."""
    source = torch.randint(2, symbols + 2, (count, length), generator=generator)
    return source, source.flip(1)


MONTHS = "january february march april may june july august september october november december".split()  # noqa: SIM905
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()  # noqa: SIM905
ALPHABET = " ,-./0123456789abcdefghijklmnopqrstuvwxyz"  # its first character is token 2


def written_date(date: datetime.date, style: int) -> str:
    """A date as people write it, in one of six styles (0 to 5)."""
    d, month, y = date.day, MONTHS[date.month - 1], date.year
    styles = (
        f"{d} {month} {y}",
        f"{month} {d}, {y}",
        f"{d:02}.{date.month:02}.{y}",
        f"{month[:3]} {d} {y}",
        f"{DAYS[date.weekday()]}, {d} {month[:3]} {y}",
        f"{d}/{date.month}/{y}",
    )
    return styles[style]


def dates(count: int, generator: torch.Generator) -> list[tuple[str, str]]:
    """Days from 1900 to 2099 in a style drawn at random, each with its ISO form: ("3 may 1952", "1952-05-03")."""
    first, last = datetime.date(1900, 1, 1).toordinal(), datetime.date(2100, 1, 1).toordinal()
    days = torch.randint(first, last, (count,), generator=generator).tolist()
    styles = torch.randint(0, 6, (count,), generator=generator).tolist()
    drawn = [(datetime.date.fromordinal(day), style) for day, style in zip(days, styles, strict=True)]
    return [(written_date(date, style), date.isoformat()) for date, style in drawn]


def as_tokens(texts: list[str]) -> Int[Tensor, "texts longest"]:
    """Characters of `ALPHABET` as tokens from 2 on, padded at the end.

    Raises:
        ValueError: a character that is not in the alphabet, or an empty text.
    """
    strange = sorted({c for text in texts for c in text} - set(ALPHABET))
    if strange or not all(texts):
        raise ValueError(f"texts of the characters {ALPHABET!r}, none of them empty; got {strange or texts}")
    rows = [torch.tensor([ALPHABET.index(c) + 2 for c in text]) for text in texts]
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD)


def as_text(tokens: list[int]) -> str:
    """The characters of such tokens; what is no character is left out."""
    return "".join(ALPHABET[t - 2] for t in tokens if t >= 2)


def train(
    model: EncoderDecoder,
    draw: Callable[[torch.Generator], tuple[Tensor, Tensor]],
    loss: Callable[..., Tensor],
    steps: int,
    seed: int,
    lr: float = 2e-2,
) -> None:
    """Adam in place on pairs drawn anew for each step; the rate rises over 30 steps and falls to a tenth.

    Args:
        draw: gives (source, target) from a generator.
        loss: called as `loss(decoder, state, target, START, PAD)`.
    """
    chance = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: min(1, (i + 1) / 30) * (1 - 0.9 * i / steps))
    for _ in range(steps):
        source, target = draw(chance)
        state, decoder = model.encode(source)
        value = loss(decoder, state, target, START, PAD)
        optimizer.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
