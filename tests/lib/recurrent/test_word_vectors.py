"""Losses and counts of word vectors, against torch's layers and loops over pairs."""

import math
from collections import Counter

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from gradschool.recurrent import word_vectors


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12), st.integers(1, 14))
def test_pairs_are_all_places_near_each_other_and_counts_weigh_them_by_distance(text, window):
    ids = torch.tensor(text)
    near = [(i, j) for i in range(len(text)) for j in range(len(text)) if 0 < abs(i - j) <= window]
    pairs = word_vectors.skipgram_pairs(ids, window)
    assert Counter(map(tuple, pairs.tolist())) == Counter((text[i], text[j]) for i, j in near)
    expected = torch.zeros(5, 5)
    for i, j in near:
        expected[text[i], text[j]] += 1 / abs(i - j)
    assert_close(word_vectors.cooccurrences(ids, 5, window), expected, rtol=1e-5, atol=1e-5)


def test_a_window_of_nothing_is_refused():
    with pytest.raises(ValueError, match="at least 1 place"):
        word_vectors.skipgram_pairs(torch.tensor([1, 2]), 0)


def test_negative_sampling_is_binary_classification_added_up_over_the_words(normal):
    v, u, drawn = normal(0, 5, 4), normal(1, 5, 4), normal(2, 5, 3, 4)
    scores = torch.cat([(v * u).sum(1, keepdim=True), (drawn * v.unsqueeze(1)).sum(2)], dim=1)
    truth = torch.tensor([1.0, 0, 0, 0]).double().expand(5, -1)
    expected = F.binary_cross_entropy_with_logits(scores, truth, reduction="sum") / 5
    assert_close(word_vectors.negative_sampling_loss(v, u, drawn), expected)
    far = word_vectors.negative_sampling_loss(1e4 * torch.ones(1, 1), -torch.ones(1, 1), torch.ones(1, 2, 1))
    assert_close(far, torch.tensor(3e4))


def test_cbow_is_an_embedding_bag_and_a_linear_layer(normal):
    ids = torch.tensor([[1, 0, 4], [2, 2, 0]])
    mask = torch.tensor([[True, True, True], [True, True, False]])
    embedding, output = normal(0, 5, 3), normal(1, 5, 3)
    scores = word_vectors.cbow_forward(ids, mask, embedding, output)
    assert_close(scores[:1], F.embedding_bag(ids[:1], embedding, mode="mean") @ output.T)
    assert_close(scores[1:], F.embedding_bag(ids[1:, :2], embedding, mode="mean") @ output.T)


def test_glove_is_the_sum_over_pairs_that_occur_and_its_gradient_is_finite(normal):
    parameters = [p.requires_grad_() for p in (normal(0, 3, 2), normal(1, 4, 2), normal(2, 3), normal(3, 4))]
    w, c, b_w, b_c = parameters
    counts = torch.tensor([[0, 1, 30, 5], [2.5, 0, 0, 100], [0.2, 0, 7, 0]]).double()
    expected = 0.0
    for i in range(3):
        for j in range(4):
            x = counts[i, j].item()
            if x > 0:
                expected += min(1, (x / 20) ** 0.75) * (w[i] @ c[j] + b_w[i] + b_c[j] - math.log(x)) ** 2
    loss = word_vectors.glove_loss(*parameters, counts, x_max=20.0, alpha=0.75)
    assert_close(loss, expected)
    for a, b in zip(*(torch.autograd.grad(x, parameters) for x in (loss, expected)), strict=True):
        assert_close(a, b)


def test_nearest_means_direction_not_length():
    vectors = torch.tensor([[1.0, 0], [100, 1], [0, 5], [-3, 0]])
    assert word_vectors.nearest(vectors, torch.tensor([2.0, 0]), 3).tolist() == [0, 1, 2]
