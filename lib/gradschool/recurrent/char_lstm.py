"""A language model of characters: embedding, LSTM, and a readout that scores every character as the next one."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

State = tuple[Tensor, Tensor]


class CharLSTM(nn.Module):
    """Scores of the next character after every character of a text.

    Args:
        vocabulary: number of different characters.
        hidden: units of the LSTM, and numbers per embedded character.

    Attributes:
        embedding, lstm, readout: the layers, in the order in which they are used.

    Source:
        Graves (2013), Generating sequences with recurrent neural networks, section 2.
    """

    def __init__(self, vocabulary: int, hidden: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, hidden)
        self.lstm = nn.LSTM(hidden, hidden, batch_first=True)
        self.readout = nn.Linear(hidden, vocabulary)

    def forward(
        self, ids: Int[Tensor, "batch time"], state: State | None = None
    ) -> tuple[Float[Tensor, "batch time vocabulary"], State]:
        """Scores (logits) at every position, and the LSTM's last state, with which the next piece of text goes on.

        `state` is None at the beginning of a text.
        """
        hidden, state = self.lstm(self.embedding(ids), state)  # (batch, time, hidden)
        return self.readout(hidden), state


def streams(ids: Int[Tensor, " text"], count: int) -> tuple[Int[Tensor, "count time"], Int[Tensor, "count time"]]:
    """A text cut into `count` long pieces that are read side by side: (inputs, targets), the targets one place on.

    Raises:
        ValueError: a count below 1, or a text with fewer than `count` + 1 characters.
    """
    if not 1 <= count < len(ids):
        raise ValueError(f"streams are 1 or more, and {count} need a text of {count + 1} characters; got {len(ids)}")
    time = (len(ids) - 1) // count
    return ids[: count * time].reshape(count, time), ids[1 : count * time + 1].reshape(count, time)


def nats_per_character(model: nn.Module, ids: Int[Tensor, " text"], count: int = 16) -> float:
    """Mean cross-entropy of a model on a text that is read from end to end, state carried; in nats.

    Args:
        model: called as `model(ids)`, returns (logits, state).
        ids: the text; up to `count` of its last characters may be left out.
        count: strips into which the text is cut, each read from a state of zeros; 1 for exact figures on short texts.

    Raises:
        ValueError: a text with fewer than `count` + 1 characters.
    """
    inputs, targets = streams(ids, count)
    with torch.no_grad():
        logits, _ = model(inputs)
    return float(nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten()))


def train(
    model: nn.Module,
    ids: Int[Tensor, " text"],
    epochs: float,
    lr: float = 1.5e-2,
    batch: int = 32,
    window: int = 32,
    watch: Sequence[Tensor] = (),
    every: int = 142,
    stop: Callable[[float], bool] | None = None,
) -> list[tuple[float, ...]]:
    """Truncated backpropagation through time with Adam, in place.

    The state is carried from window to window, the gradient is not. The learning rate rises over the first 50 steps and
    falls to a tenth on a straight line; gradients are clipped to norm 1.

    Args:
        model: called as `model(ids, state)`, returns (logits, state).
        ids: the text to learn from.
        epochs: how often it is read, in whole or in part.
        watch: texts on which to measure the loss every `every` steps.
        stop: called with the last of these losses; True ends the training.

    Returns:
        One row for each measurement: the step, then the loss on each text of `watch`.

    Raises:
        ValueError: a text with fewer than `batch` + 1 characters.

    Source:
        Williams & Peng (1990) for the truncation; Mikolov (2012) for the clipping.
    """
    inputs, targets = streams(ids, batch)
    per_epoch = max(1, inputs.shape[1] // window)
    steps = max(1, round(epochs * per_epoch))
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: min(1, (i + 1) / 50) * (1 - 0.9 * i / steps))
    measured, state = [], None
    for step in range(steps):
        if step % per_epoch == 0:
            state = None
        piece = slice(step % per_epoch * window, (step % per_epoch + 1) * window)
        logits, state = model(inputs[:, piece], state)
        state = tuple(s.detach() for s in state)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets[:, piece].flatten())
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if watch and ((step + 1) % every == 0 or step + 1 == steps):
            measured.append((float(step + 1), *(nats_per_character(model, text) for text in watch)))
            if stop is not None and stop(measured[-1][-1]):
                break
    return measured


# The same in torch: these are torch.nn's own layers. What is missing there is the readout and what it is trained for.
