"""Counting models, the character LSTM, and the choice of the next token."""

import math
from collections import Counter
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from gradschool.feedforward.regularisation import EarlyStopping
from gradschool.recurrent import corpus, sampling, text_models
from gradschool.recurrent.char_lstm import CharLSTM, nats_per_character, streams, train
from gradschool.recurrent.ngrams import WittenBell
from gradschool.recurrent.writer import writer
from gradschool.training import generator, seeded

texts = st.text("abcd", min_size=1, max_size=40)


def test_witten_bell_by_hand():
    # "abac", four letters possible. a ×2, b, c: N = 4, T = 3. After a: b, c, N = 2, T = 2.
    model = WittenBell("abac", 2, vocabulary=4)
    alone = {"a": (2 + 3 / 4) / 7, "b": (1 + 3 / 4) / 7, "d": (3 / 4) / 7}
    for letter, p in alone.items():
        assert model.of_order(1).probability("a", letter) == pytest.approx(p)
        assert model.probability("d", letter) == pytest.approx(p), "a context never seen says nothing"
    assert model.probability("a", "b") == pytest.approx((1 + 2 * alone["b"]) / 4)
    assert model.probability("xxa", "d") == pytest.approx(2 * alone["d"] / 4)
    assert model.loss("ab") == pytest.approx(-(math.log(alone["a"]) + math.log((1 + 2 * alone["b"]) / 4)) / 2)


@given(text=texts, n=st.integers(1, 5), before=st.text("abcde", max_size=6))
def test_probabilities_sum_to_one_and_leave_nothing_impossible(text, n, before):
    model = WittenBell(text, n, vocabulary=5)
    p = [model.probability(before, letter) for letter in "abcde"]
    assert sum(p) == pytest.approx(1)
    assert min(p) > 0


@given(text=st.text("ab", min_size=2, max_size=60))
def test_a_bigram_comes_near_the_counts_on_much_text(text):
    repeated = text * 200
    counts, firsts = Counter(pairwise(repeated)), Counter(repeated[:-1])
    model = WittenBell(repeated, 2, vocabulary=2)
    for (a, b), count in counts.items():
        assert model.probability(a, b) == pytest.approx(count / firsts[a], abs=2 / firsts[a])


def test_words_are_counted_as_characters_are():
    as_words = WittenBell(list("abacab"), 3)
    assert as_words.loss(list("bac")) == pytest.approx(WittenBell("abacab", 3).loss("bac"))
    assert as_words.vocabulary == 3


@pytest.mark.parametrize(("tokens", "n"), [("", 2), ("abc", 0)])
def test_counting_refuses_what_cannot_be_counted(tokens, n):
    with pytest.raises(ValueError, match="an n of at least 1"):
        WittenBell(tokens, n)


def test_a_longer_context_than_was_counted_is_refused():
    with pytest.raises(ValueError, match="1 to 2 tokens; asked for 3"):
        WittenBell("abc", 2).of_order(3)
    with pytest.raises(ValueError, match="has none"):
        WittenBell("abc", 2).loss("")


def test_strips_of_text_lie_end_to_end_and_the_targets_one_place_on():
    inputs, targets = streams(torch.arange(11), 3)
    assert inputs.tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert_close(targets, inputs + 1)
    with pytest.raises(ValueError, match="12 characters; got 5"):
        streams(torch.arange(5), 11)


def small_model(seed=0, vocabulary=5, hidden=6):
    with seeded(seed):
        return CharLSTM(vocabulary, hidden).double()


@given(seed=st.integers(0, 1000), cut=st.integers(1, 8))
def test_reading_in_pieces_is_reading_at_once(seed, cut):
    model, ids = small_model(seed), torch.randint(5, (2, 9), generator=generator(seed))
    at_once, (h, c) = model(ids)
    first, state = model(ids[:, :cut])
    second, (h_pieces, c_pieces) = model(ids[:, cut:], state)
    assert_close((torch.cat([first, second], dim=1), h_pieces, c_pieces), (at_once, h, c), rtol=1e-10, atol=1e-12)


def test_the_loss_is_the_mean_over_every_character():
    model, ids = small_model(), torch.randint(5, (33,), generator=generator(1))
    p = model(ids[:-1].unsqueeze(0))[0].log_softmax(-1)[0]
    by_hand = -sum(p[i, ids[i + 1]].item() for i in range(32)) / 32
    assert nats_per_character(model, ids, count=1) == pytest.approx(by_hand)


def test_training_carries_the_state_cuts_the_gradient_and_clips_it():
    """Two steps of Adam, written out."""
    model, twin, ids = small_model(), small_model(), torch.randint(5, (17,), generator=generator(1))
    train(model, ids, epochs=1, lr=0.1, batch=2, window=4)
    optimizer, state = torch.optim.Adam(twin.parameters()), None
    inputs, targets = streams(ids, 2)
    for step in range(2):
        piece = slice(4 * step, 4 * step + 4)
        logits, state = twin(inputs[:, piece], state and tuple(s.detach() for s in state))
        optimizer.zero_grad()
        nn.functional.cross_entropy(logits.flatten(0, 1), targets[:, piece].flatten()).backward()
        nn.utils.clip_grad_norm_(twin.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = 0.1 * min(1, (step + 1) / 50) * (1 - 0.9 * step / 2)
        optimizer.step()
    assert_close(model.state_dict(), twin.state_dict(), rtol=1e-10, atol=1e-12)


def test_it_learns_what_an_alphabet_is_and_beats_counting():
    text = "the cat sat on the mat; " * 60
    letters = sorted(set(text))
    ids = text_models.numbered(text, letters)
    with seeded(0):
        model = CharLSTM(len(letters), 16)
    train(model, ids, epochs=30, lr=0.03, batch=4, window=24)
    assert nats_per_character(model, ids) < 0.1 < WittenBell(text, 2).loss(text)


def test_training_ends_when_it_is_told_to_and_reports_what_it_measured():
    ids = torch.randint(5, (65,), generator=generator(0))
    rows = train(small_model(), ids, 8, batch=2, window=8, watch=(ids, ids[:20]), every=4, stop=lambda loss: True)
    assert len(rows) == 1
    assert rows[0][0] == 4
    assert len(rows[0]) == 3
    stop = EarlyStopping(patience=1, min_delta=9.0)  # the first is always better, no other is
    rows = train(small_model(), ids, 8, batch=2, window=8, watch=(ids,), every=4, stop=stop.step)
    assert [row[0] for row in rows] == [4, 8]
    everything = train(small_model(), ids, 5, batch=2, window=8, watch=(ids,), every=8)
    assert [row[0] for row in everything] == [8, 16, 20], "the end is measured, too"


scores = st.lists(st.floats(-50, 50), min_size=2, max_size=7).map(lambda s: torch.tensor([s]).double())


@given(logits=scores, temperature=st.floats(0.05, 20))
def test_a_temperature_divides_the_scores(logits, temperature):
    assert_close(sampling.next_probabilities(logits, temperature), (logits / temperature).softmax(-1))


@given(logits=scores, k=st.integers(1, 9))
def test_top_k_keeps_the_k_largest_and_their_proportions(logits, k):
    all_of_them, kept = sampling.next_probabilities(logits)[0], sampling.next_probabilities(logits, 1.0, k)[0]
    threshold = logits[0].sort(descending=True).values[min(k, logits.shape[1]) - 1]
    inside = logits[0] >= threshold
    assert not kept[~inside].any()
    assert_close(kept[inside], all_of_them[inside] / all_of_them[inside].sum())


def test_tokens_are_drawn_as_often_as_they_are_probable():
    logits = torch.tensor([[1.0, 0.0, -1.0, 2.0], [0.0, 3.0, 0.0, 0.0]])
    drawn = sampling.sample_next(logits.repeat_interleave(20_000, 0), 1.5, 3, generator(0))
    shares = torch.stack([torch.bincount(row, minlength=4) / 20_000 for row in drawn.split(20_000)])
    assert (shares - sampling.next_probabilities(logits, 1.5, 3)).abs().max() < 0.024  # Hoeffding, 1e-9
    assert torch.equal(drawn, sampling.sample_next(logits.repeat_interleave(20_000, 0), 1.5, 3, generator(0)))


@pytest.mark.parametrize(("temperature", "k"), [(0.0, None), (-1.0, None), (1.0, 0)])
def test_sampling_refuses_knobs_out_of_range(temperature, k):
    with pytest.raises(ValueError, match="temperature is above 0 and top_k at least 1"):
        sampling.next_probabilities(torch.zeros(1, 3), temperature, k)


def test_the_writer_writes_what_it_is_given_at_the_sliders_positions():
    def write(letter, times):
        while True:
            yield str(letter) * times

    page = writer(write, length=3, pause=0, letter=(0, 9, 1, 7), times=(1, 3, 1, 2))
    assert page.write() == "777777"
    page.controls["letter"].value = 4
    assert page.write() == "444444"
    assert "444444" in page._page.value
    assert repr(page) == "Press Write for 3 characters [letter = 4, times = 2]"
    with pytest.raises(ValueError, match="length of at least 1"):
        writer(write, length=0)


def test_a_writer_that_fails_says_so_and_can_be_asked_again():
    def write():
        yield "<b>"
        raise RuntimeError("no more letters")

    page = writer(write, pause=0)
    assert page.write() == "<b>"
    assert "no more letters" in page._page.value
    assert not page._button.disabled


def test_the_play_text_is_read_from_the_readers_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("GRADSCHOOL_DATA", raising=False)
    with pytest.raises(OSError, match="GRADSCHOOL_DATA"):
        corpus.play()
    monkeypatch.setenv("GRADSCHOOL_DATA", str(tmp_path))
    with pytest.raises(OSError, match="tinyshakespeare"):
        corpus.play()
    (tmp_path / "tinyshakespeare").mkdir()
    (tmp_path / "tinyshakespeare" / "input.txt").write_text("First Citizen:\nBefore we proceed, hear me speak.\n")
    assert corpus.play().startswith("First Citizen:")


def test_the_comparison_is_of_the_same_held_out_text():
    text = ("now is the winter of our discontent\n" * 40)[:1200]
    found = text_models.compare(text, hidden=4, epochs=1, batch=4, orders=(1, 3), seeds=(0, 1))
    learned_from, held_out = corpus.split(text)
    assert found.counted[3] == pytest.approx(WittenBell(learned_from, 3, len(set(text))).loss(held_out))
    assert found.counted[3] < found.counted[1]
    assert len(found.lstm.values) == 2
    with pytest.raises(ValueError, match="orders"):
        text_models.compare(text, orders=())


@pytest.mark.soak
def test_the_lstm_beats_the_five_gram_on_the_reference_with_three_seeds():
    found = text_models.compare(corpus.text())
    assert max(found.lstm.values) < found.counted[5]
    assert max(found.lstm.values) - min(found.lstm.values) < 0.05
