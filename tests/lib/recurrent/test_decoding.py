"""Teacher forcing and search, against chains of probabilities worked out whole."""

import itertools
import math

import pytest
import torch
from torch.testing import assert_close

from gradschool.recurrent import decoding

VOCABULARY, END = 4, 3


def chain(seed):
    """Log-probabilities that hang on the last token and the place, different at every seed."""
    table = torch.randn(8, VOCABULARY, VOCABULARY, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return lambda prefix: table[len(prefix), prefix[-1]].log_softmax(-1)


def every_sequence(log_probs, length):
    """(score, tokens) of each sequence that ends, or is `length` tokens long without an end."""
    for tokens in itertools.product(range(VOCABULARY), repeat=length):
        cut = tokens[: tokens.index(END) + 1] if END in tokens else tokens
        yield sum(float(log_probs((0, *cut[:i]))[t]) for i, t in enumerate(cut)), cut


@pytest.mark.parametrize("seed", range(8))
def test_a_beam_wider_than_all_there_is_finds_the_best_of_all_sequences(seed):
    tokens, score = decoding.beam_search(chain(seed), 0, END, VOCABULARY**4, 4)
    best, sequence = max(every_sequence(chain(seed), 4))
    assert tuple(tokens) == sequence and score == pytest.approx(best)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_narrow_beam_finds_a_real_sequence_and_a_beam_of_one_is_greedy(seed, width):
    log_probs = chain(seed)
    tokens, score = decoding.beam_search(log_probs, 0, END, width, 4)
    assert score == pytest.approx(sum(float(log_probs((0, *tokens[:i]))[t]) for i, t in enumerate(tokens)))
    assert score <= max(every_sequence(log_probs, 4))[0] + 1e-12
    if width == 1:
        greedy = []
        while len(greedy) < 4 and END not in greedy:
            greedy.append(int(log_probs((0, *greedy)).argmax()))
        assert tokens == greedy


@pytest.mark.parametrize(("width", "length"), [(0, 3), (2, 0)])
def test_a_beam_of_nothing_is_refused(width, length):
    with pytest.raises(ValueError, match="at least 1"):
        decoding.beam_search(chain(0), 0, END, width, length)


def followed(tokens, state):
    """A decoder that counts: after token t it gives t + 1 the score of its state, all others 0."""
    scores = torch.zeros(*tokens.shape, 6, dtype=torch.float64)
    return scores.scatter(2, ((tokens + 1) % 6).unsqueeze(2), state[:, :1, None].expand(-1, tokens.shape[1], 1)), state


def test_teacher_forcing_in_closed_form_and_padding_counts_nothing():
    state = torch.tensor([[2.0], [2.0]]).double()
    right = -math.log(math.exp(2) / (math.exp(2) + 5))
    wrong = -math.log(1 / (math.exp(2) + 5))
    target = torch.tensor([[2, 3, 5], [2, 0, 0]])  # after 1, 2, 3 come 2, 3, 4: the third is wrong
    loss = decoding.teacher_forcing_loss(followed, state, target, start=1, pad=0)
    assert_close(loss, torch.tensor((3 * right + wrong) / 4).double())
    longer = torch.nn.functional.pad(target, (0, 4))
    assert_close(decoding.teacher_forcing_loss(followed, state, longer, start=1, pad=0), loss)


def test_the_greedy_way_follows_its_own_tokens():
    written = decoding.greedy(followed, torch.tensor([[2.0]]).double(), start=1, length=5)
    assert written.tolist() == [[2, 3, 4, 5, 0]]
