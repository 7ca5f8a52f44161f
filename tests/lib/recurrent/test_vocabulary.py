"""Vocabulary, byte-pair merges, padding, embeddings, the corpus, and the losses of padded sequences."""

import hashlib
import math
import re
from importlib import resources
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from gradschool.recurrent import corpus, losses, vocabulary

FROZEN = "b9f154a8ad22f78eaa1c40810278407ad1acd7d09aa9114d017a54ddf69e6f5f"
words = st.lists(st.text("abc", min_size=1, max_size=6), min_size=1, max_size=12)


def test_a_vocabulary_numbers_by_frequency_then_by_alphabet():
    found = vocabulary.build_vocabulary(["b", "a", "c", "a", "b", "d"])
    assert found == {"<pad>": 0, "<unk>": 1, "a": 2, "b": 3, "c": 4, "d": 5}
    assert list(found.values()) == list(range(6))
    assert vocabulary.build_vocabulary(["b", "a", "c", "a", "b", "d"], min_count=2) == {
        "<pad>": 0,
        "<unk>": 1,
        "a": 2,
        "b": 3,
    }
    assert vocabulary.build_vocabulary([]) == {"<pad>": 0, "<unk>": 1}
    assert vocabulary.build_vocabulary(["<unk>", "x", "<pad>"]) == {"<pad>": 0, "<unk>": 1, "x": 2}


@given(tokens=words)
def test_what_is_encoded_can_be_decoded(tokens):
    known = vocabulary.build_vocabulary(tokens)
    ids = vocabulary.encode(tokens, known)
    assert ids.dtype == torch.int64
    assert vocabulary.decode(ids.tolist(), known) == tokens
    assert vocabulary.encode(["zzz"], known).tolist() == [1]


def test_merges_by_hand():
    # Sennrich, Haddow & Birch's example without the mark for the end: low ×5, lower ×2, newest ×6, widest ×3
    text = ["low"] * 5 + ["lower"] * 2 + ["newest"] * 6 + ["widest"] * 3
    found = vocabulary.bpe_merges(text, 4)
    assert found == [("e", "s"), ("es", "t"), ("l", "o"), ("lo", "w")]
    assert vocabulary.bpe_split("lowest", found) == ["low", "est"]
    assert vocabulary.bpe_merges(["aaa"], 5) == [("a", "a"), ("aa", "a")]
    assert vocabulary.bpe_merges(["xy", "ab"], 1) == [("a", "b")]
    assert vocabulary.bpe_merges(["a"], 3) == []


@given(text=words, n=st.integers(0, 8))
def test_a_split_word_is_the_word_and_each_merge_was_the_most_frequent(text, n):
    merges = vocabulary.bpe_merges(text, n)
    for w in text:
        assert "".join(vocabulary.bpe_split(w, merges)) == w
    for i, pair in enumerate(merges):
        counts = {}
        for w in text:
            symbols = vocabulary.bpe_split(w, merges[:i])
            for p in pairwise(symbols):
                counts[p] = counts.get(p, 0) + 1
        most = max(counts.values())
        assert pair == min(p for p, c in counts.items() if c == most)
    assert len(merges) <= n


def test_padding_is_torchs_and_a_real_zero_stays_real():
    sequences = [torch.tensor(s) for s in ([5, 0, 7], [0], [2, 3])]
    batch, mask = vocabulary.pad_batch(sequences)
    assert_close(batch, torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True))
    assert mask.tolist() == [[True] * 3, [True, False, False], [True, True, False]]
    assert vocabulary.pad_batch(sequences, value=-1)[0][1].tolist() == [0, -1, -1]
    with pytest.raises(ValueError, match="at least one"):
        vocabulary.pad_batch([])


def test_looking_up_is_the_product_with_a_one_hot_vector(normal):
    weight, ids = normal(0, 6, 3).requires_grad_(), torch.tensor([[1, 4, 1], [5, 0, 1]])
    found = vocabulary.embedding_lookup(ids, weight)
    assert_close(found, vocabulary.one_hot(ids, 6).double() @ weight)
    assert_close(found, torch.nn.functional.embedding(ids, weight))
    (gradient,) = torch.autograd.grad(found.sum(), weight)
    assert gradient[:, 0].tolist() == [1, 3, 0, 0, 1, 1]


@given(seed=st.integers(0, 10**6), batch=st.integers(1, 4), time=st.integers(1, 5), classes=st.integers(1, 5))
def test_masked_cross_entropy_is_torchs_with_an_ignored_index(seed, batch, time, classes, normal):
    logits = (5 * normal(seed, batch, time, classes)).requires_grad_()
    chance = torch.Generator().manual_seed(seed)
    targets = torch.randint(classes, (batch, time), generator=chance)
    lengths = torch.randint(1, time + 1, (batch, 1), generator=chance)
    mask = torch.arange(time) < lengths
    found = losses.masked_cross_entropy(logits, targets, mask)
    ignored = targets.masked_fill(~mask, -100)
    expected = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ignored.flatten())
    assert_close(found, expected)
    assert_close(torch.autograd.grad(found, logits), torch.autograd.grad(expected, logits))


def test_whatever_stands_under_the_padding_is_not_seen(normal):
    logits, targets = normal(0, 2, 3, 4), torch.zeros(2, 3).long()
    mask = torch.tensor([[True, True, False], [True, False, False]])
    expected = losses.masked_cross_entropy(logits, targets, mask)
    spoiled = logits.clone()
    spoiled[~mask] = torch.nan
    spoiled.requires_grad_()
    found = losses.masked_cross_entropy(spoiled, targets.masked_fill(~mask, 99), mask)
    assert_close(found, expected)
    assert torch.autograd.grad(found, spoiled)[0].isfinite().all()
    huge = losses.masked_cross_entropy(1e4 * logits, targets, mask)
    assert huge.isfinite()


def test_perplexity_weighs_batches_by_their_tokens():
    found = losses.perplexity(torch.tensor([math.log(2), math.log(8)]).double(), torch.tensor([3, 1]))
    assert_close(float(found), math.exp((3 * math.log(2) + math.log(8)) / 4))
    assert_close(float(losses.perplexity(torch.tensor([math.log(7)]).double(), torch.tensor([100]))), 7.0)


def test_the_corpus_is_the_frozen_text_without_repetition():
    text = corpus.text()
    assert hashlib.sha256(text.encode()).hexdigest() == FROZEN, "every stored figure on this text would change"
    assert text.isascii() and len(text) > 200_000 and text.endswith("\n")
    assert "statement" in text and "\n****" not in text
    assert len(corpus.topics()) == 79 and "PSF" in resources.files("gradschool").joinpath("corpora/LICENSE").read_text()


def test_nothing_reads_the_text_that_this_python_brings(root):
    """It changes with each patch of Python."""
    sources = [path for wing in ("lib", "autograder", "solutions") for path in (root / wing).rglob("*.py")]
    assert len(sources) > 200
    assert not [path for path in sources if re.search(r"(import|from) +pydoc", path.read_text())]


def test_a_text_comes_apart():
    assert corpus.words('x[0] is "None".') == ["x", "[", "0", "]", "is", '"', "none", '"', "."]
    assert corpus.words("__init__") == ["__", "init", "__"]
    assert corpus.characters("a b") == ["a", " ", "b"]
    assert corpus.sentences("One is. Two is!\nThree e.g. is") == ["One is.", "Two is!", "Three e.g. is"]
    train, valid = corpus.split("line one\nline two\nline three\n", 0.3)
    assert train + valid == "line one\nline two\nline three\n" and train.endswith("\n") and valid
    with pytest.raises(ValueError, match="between 0 and 1"):
        corpus.split("text", 1.5)
