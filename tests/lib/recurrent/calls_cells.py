"""Calls of the references on sequences, RNN, LSTM and GRU, for `tests/lib/test_devices.py`."""

import torch

from gradschool.recurrent import corpus, gru, losses, lstm, memory, rnn, vocabulary

_chance = torch.Generator().manual_seed(0)


def t(*shape):
    return torch.randn(shape, generator=_chance, dtype=torch.float64)


def parameters(gates, inputs=3, hidden=4):
    return [t(gates * hidden, inputs), t(gates * hidden, hidden), t(gates * hidden), t(gates * hidden)]


IDS = torch.tensor([[1, 4, 0], [2, 2, 3]])
MASK = torch.tensor([[True, True, False], [True, True, True]])
CALLS = {
    "embedding_lookup": (vocabulary.embedding_lookup, (IDS, t(5, 2))),
    "rnn_cell": (rnn.rnn_cell, (t(2, 3), t(2, 4), *parameters(1))),
    "rnn_forward": (rnn.rnn_forward, (t(2, 5, 3), t(2, 4), *parameters(1))),
    "rnn_backward": (rnn.rnn_backward, (t(2, 5, 4), t(2, 5, 3), t(2, 4), t(2, 5, 4).tanh(), *parameters(1)[:2])),
    "truncated_bptt": (
        lambda *args: rnn.truncated_bptt(*args, k=2, loss=lambda out, y: (out - y).square().sum()),
        (t(2, 5, 3), t(2, 5, 4), t(2, 4), parameters(1)),
    ),
    "gradient_through_time": (rnn.gradient_through_time, (t(2, 5, 4).tanh(), t(4, 4), t(2, 4))),
    "lstm_cell": (lstm.lstm_cell, (t(2, 3), t(2, 4), t(2, 4), *parameters(4))),
    "lstm_cell_backward": (lstm.lstm_cell_backward, (t(2, 4), t(2, 4), t(2, 3), t(2, 4), t(2, 4), *parameters(4))),
    "lstm_forward": (lstm.lstm_forward, (t(2, 5, 3), t(2, 4), t(2, 4), *parameters(4))),
    "bidirectional": (lstm.bidirectional, (t(2, 5, 3), parameters(4), parameters(4))),
    "stacked": (lstm.stacked, (t(2, 5, 3), [parameters(4), parameters(4, 4)])),
    "gru_forward": (gru.gru_forward, (t(2, 5, 3), t(2, 4), *parameters(3))),
    **{cell.__name__: (cell, (t(2, 3), t(2, 4), *parameters(3))) for cell in gru.VARIANTS.values()},
    "perplexity": (losses.perplexity, (t(3).abs(), torch.tensor([4, 1, 7]))),
}
# The shape of what a mask picks hangs on its values, which the meta device has none of.
NEEDS_NUMBERS = {
    "masked_cross_entropy": (losses.masked_cross_entropy, (t(2, 3, 5), IDS, MASK)),
    "pad_batch": (vocabulary.pad_batch, ([IDS[0], IDS[1, :2]],)),
    "one_hot": (lambda ids: vocabulary.one_hot(ids, 5), (IDS,)),
}
MODULES = [corpus, gru, losses, lstm, memory, rnn, vocabulary]
BY_CHANCE = {"initial_lstm", "adding_task", "copy_task", "initial_networks", "train_side_by_side"}
NOT_ABOUT_TENSORS = {"text", "topics", "play", "characters", "words", "sentences", "split", "spectral_radius"}
NOT_ABOUT_TENSORS |= {"build_vocabulary", "encode", "decode", "bpe_merges", "bpe_split"}
