"""The encoder–decoder and its pairs."""

import datetime

import pytest
import torch
from torch.testing import assert_close

from gradschool.recurrent import decoding, translation
from gradschool.recurrent.translation import PAD, START, Additive, EncoderDecoder, Product

KINDS = {"plain": lambda size: None, "additive": Additive, "product": Product}


def network(kind, seed=0):
    torch.manual_seed(seed)
    return EncoderDecoder(9, 8, KINDS[kind](8), width=5).double()


@pytest.mark.parametrize("kind", KINDS)
def test_padding_changes_nothing_in_either_direction(kind):
    net = network(kind)
    short, written = torch.tensor([[4, 7, 2]]), torch.tensor([[START, 5, 6]])
    among = torch.tensor([[4, 7, 2, PAD, PAD], [3, 3, 8, 5, 6]])
    state, decoder = net.encode(short)
    alone, _ = decoder(written, state)
    state, decoder = net.encode(among)
    padded, _ = decoder(written.expand(2, -1), state)
    assert_close(padded[:1], alone)
    if net.weights is not None:
        assert (net.weights[0, :, 3:] == 0).all()
        assert_close(net.weights.sum(2), torch.ones(2, 3).double())


@pytest.mark.parametrize("kind", KINDS)
def test_tokens_at_once_are_tokens_one_by_one(kind):
    net = network(kind)
    state, decoder = net.encode(torch.tensor([[4, 7, 2, 8], [3, 3, 8, 5]]))
    tokens = torch.tensor([[START, 5, 6], [START, 2, 4]])
    at_once, last = decoder(tokens, state)
    pieces = []
    for column in tokens.split(1, dim=1):
        scores, state = decoder(column, state)
        pieces.append(scores)
    assert_close(at_once, torch.cat(pieces, dim=1))
    assert_close(last, state)


def test_both_scores_are_those_of_the_attention_they_are_given(normal):
    states, memory, mask = normal(0, 2, 3, 8), normal(1, 2, 4, 8), torch.ones(2, 1, 4).bool()
    additive, product = Additive(8).double(), Product(8).double()
    context, weights = additive(states, memory, mask)
    one, row = additive.attention(
        states[:, 1], memory, memory, additive.w_query, additive.w_key, additive.v, mask.squeeze(1)
    )
    assert_close((context[:, 1], weights[:, 1]), (one, row))
    expected = torch.nn.functional.scaled_dot_product_attention(states @ product.ask.weight.T, memory, memory)
    assert_close(product(states, memory, mask)[0], expected)


def test_a_short_reversal_is_learned_and_an_odd_width_refused():
    torch.manual_seed(0)
    net = EncoderDecoder(6, 16, Product(16))
    translation.train(
        net, lambda g: translation.reversal(32, 3, 4, g), decoding.teacher_forcing_loss, steps=150, seed=0
    )
    source, target = translation.reversal(100, 3, 4, torch.Generator().manual_seed(1))
    with torch.no_grad():
        state, decoder = net.encode(source)
        assert (decoding.greedy(decoder, state, START, 3) == target).double().mean() > 0.8
    with pytest.raises(ValueError, match=r"padding at the end; got \[0, 5\]"):
        net.encode(torch.tensor([[4, 5], [PAD, 5]]))
    with pytest.raises(ValueError, match="evenly"):
        EncoderDecoder(6, 7)


def test_every_style_of_a_date_and_what_it_means():
    day = datetime.date(1952, 5, 4)
    assert [translation.written_date(day, style) for style in range(6)] == [
        "4 may 1952", "may 4, 1952", "04.05.1952", "may 4 1952", "sunday, 4 may 1952", "4/5/1952",
    ]  # fmt: skip
    pairs = translation.dates(300, torch.Generator().manual_seed(0))
    for given, iso in pairs:
        date = datetime.date.fromisoformat(iso)
        assert given in [translation.written_date(date, style) for style in range(6)]
        assert 1900 <= date.year <= 2099


def test_texts_become_tokens_and_come_back_and_strange_signs_are_named():
    texts = ["4 may", "1952-05-04"]
    tokens = translation.as_tokens(texts)
    assert tokens.shape == (2, 10) and (tokens[0, 5:] == PAD).all() and START not in tokens
    assert [translation.as_text(row) for row in tokens.tolist()] == texts
    with pytest.raises(ValueError, match=r"got \['é'\]"):
        translation.as_tokens(["né"])
    with pytest.raises(ValueError, match="none of them empty"):
        translation.as_tokens([""])
