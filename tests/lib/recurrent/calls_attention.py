"""Calls of the references on attention, decoding and word vectors, for `tests/lib/test_devices.py`."""

import torch

from gradschool.recurrent import attention, decoding, translation, word_vectors

_chance = torch.Generator().manual_seed(1)


def t(*shape):
    return torch.randn(shape, generator=_chance, dtype=torch.float64)


IDS = torch.tensor([[1, 4, 0], [2, 2, 3]])
MASK = torch.tensor([[True, True, False], [True, True, True]])
OUT, INNER = t(5, 4), t(5, 4)


def decoder(tokens, state):
    """Scores from the sum of the state and the tokens' own vectors; the state stays."""
    return (state.unsqueeze(1) + INNER.to(state)[tokens]) @ OUT.to(state).T, state


CALLS = {
    "additive_attention": (
        attention.additive_attention,
        (t(2, 4), t(2, 3, 5), t(2, 3, 6), t(7, 4), t(7, 5), t(7), MASK),
    ),
    "dot_product_attention": (
        attention.dot_product_attention,
        (t(2, 4, 5), t(2, 3, 5), t(2, 3, 6), MASK.unsqueeze(1).expand(-1, 4, -1)),
    ),
    "masked_softmax": (attention.masked_softmax, (t(2, 3), MASK)),
    "fused": (attention.fused, (t(2, 4), t(2, 4), t(2, 2))),
    "skipgram_pairs": (word_vectors.skipgram_pairs, (IDS.flatten(), 2)),
    "negative_sampling_loss": (word_vectors.negative_sampling_loss, (t(3, 4), t(3, 4), t(3, 2, 4))),
    "cbow_forward": (word_vectors.cbow_forward, (IDS, MASK, t(5, 4), t(5, 4))),
    "glove_loss": (word_vectors.glove_loss, (t(3, 2), t(4, 2), t(3), t(4), t(3, 4).abs(), 1.0, 0.75)),
    "nearest": (word_vectors.nearest, (t(6, 4), t(4), 2)),
    "teacher_forcing_loss": (
        lambda state, target: decoding.teacher_forcing_loss(decoder, state, target, 1, 0),
        (t(2, 4), IDS),
    ),
    "greedy": (lambda state: decoding.greedy(decoder, state, 1, 3), (t(2, 4),)),
}
# Where counts are gathered, and where beams are sorted, the values themselves decide.
NEEDS_NUMBERS = {"cooccurrences": (word_vectors.cooccurrences, (IDS.flatten(), 5, 2))}
MODULES = [attention, decoding, translation, word_vectors]
BY_CHANCE = {"reversal", "dates", "train"}
NOT_ABOUT_TENSORS = {"beam_search", "written_date", "as_tokens", "as_text"}
