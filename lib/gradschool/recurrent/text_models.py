"""A character LSTM and counting models on one text, on equal terms: `python -m gradschool.recurrent.text_models`.

The comparison of the fourth notebook of the unit, over several seeds, on the Python reference or on the play text.
"""

import argparse
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor

from gradschool.feedforward.regularisation import EarlyStopping
from gradschool.recurrent import corpus
from gradschool.recurrent.char_lstm import CharLSTM, nats_per_character, train
from gradschool.recurrent.ngrams import WittenBell
from gradschool.training import Spread, over_seeds, seeded

TEXTS: dict[str, Callable[[], str]] = {"reference": corpus.text, "play": corpus.play}


class Comparison(NamedTuple):
    """Losses on the held-out end of a text, in nats per character.

    Attributes:
        counted: of Witten–Bell models, by their order n.
        lstm: of the LSTM, one value for each seed.
    """

    counted: dict[int, float]
    lstm: Spread


def compare(
    text: str,
    hidden: int = 160,
    epochs: float = 3,
    batch: int = 32,
    orders: Sequence[int] = (2, 5),
    seeds: Sequence[int] = (0, 1, 2),
) -> Comparison:
    """Count and train on the first nine tenths of a text, measure on the last.

    Args:
        text: what to learn from; its last tenth is held out.
        hidden: units of the LSTM.
        epochs: how often the LSTM reads the text, unless the loss on the first 8,000 held-out characters has not
            improved at two measurements in a row.
        batch: strips of text that are read side by side.
        orders: lengths n of the pieces that are counted.
        seeds: of the LSTM's initial weights.

    Raises:
        ValueError: a text too short to be cut into the strips, or no orders.
    """
    if not orders or min(orders) < 1:
        raise ValueError(f"orders are whole numbers from 1 on, at least one of them; got {list(orders)}")
    learned_from, held_out = corpus.split(text)
    letters = sorted(set(text))
    ids, unseen = (numbered(part, letters) for part in (learned_from, held_out))
    counts = WittenBell(learned_from, max(orders), len(letters))

    def trained(seed: int) -> float:
        """Nats per held-out character of one network."""
        with seeded(seed):
            model = CharLSTM(len(letters), hidden)
        stop = EarlyStopping(patience=2).step
        train(model, ids, epochs, batch=batch, watch=(ids[:8_000], unseen[:8_000]), stop=stop)
        return nats_per_character(model, unseen)

    return Comparison({n: counts.of_order(n).loss(held_out) for n in orders}, over_seeds(trained, seeds))


def numbered(text: str, letters: Sequence[str]) -> Int[Tensor, " text"]:
    """Each character's place in `letters`.

    Raises:
        KeyError: a character that is not among them.
    """
    number = {letter: i for i, letter in enumerate(letters)}
    return torch.tensor([number[letter] for letter in text])


def main() -> None:
    """Print the comparison for the text and the sizes of the command line.

    Raises:
        SystemExit: the text is not at hand, or arguments that say nothing.
    """
    parser = argparse.ArgumentParser(description="Nats per held-out character: counting models against an LSTM.")
    parser.add_argument("text", choices=TEXTS, nargs="?", default="reference")
    parser.add_argument("--hidden", type=int, default=160, help="units of the LSTM")
    parser.add_argument("--epochs", type=float, default=3, help="how often the text is read")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    chosen = parser.parse_args()
    try:
        text = TEXTS[chosen.text]()
    except OSError as missing:
        raise SystemExit(str(missing)) from missing
    found = compare(text, chosen.hidden, chosen.epochs, seeds=chosen.seeds)
    for n, loss in found.counted.items():
        print(f"{n}-gram: {loss:.3f} nats per character")
    print(f"LSTM of {chosen.hidden} units, {chosen.epochs:g} passes: {found.lstm:.3f} nats per character")


if __name__ == "__main__":
    main()
