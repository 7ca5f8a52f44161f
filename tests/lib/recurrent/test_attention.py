"""Attention against torch's own, sums written out, and autograd."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from gradschool.recurrent import attention


def test_additive_attention_is_the_sum_written_out(normal):
    query, keys, values = normal(0, 2, 4), normal(1, 2, 3, 5), normal(2, 2, 3, 6)
    w_query, w_key, v = normal(3, 7, 4), normal(4, 7, 5), normal(5, 7)
    mask = torch.tensor([[True, True, False], [False, True, True]])
    context, weights = attention.additive_attention(query, keys, values, w_query, w_key, v, mask)
    for b in range(2):
        places = [s for s in range(3) if mask[b, s]]
        e = torch.stack([(v * torch.tanh(w_query @ query[b] + w_key @ keys[b, s])).sum().exp() for s in places])
        assert_close(weights[b, places], e / e.sum())
        assert_close(context[b], sum(share * values[b, s] for share, s in zip(e / e.sum(), places, strict=True)))
    assert (weights[~mask] == 0).all()


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("lead", [(), (2,), (2, 3)])
@pytest.mark.parametrize("masked", [True, False])
def test_dot_product_attention_and_its_gradients_are_torchs(dtype, lead, masked, normal):
    q, k, v = (
        normal(i, *lead, n, size).to(dtype).requires_grad_() for i, (n, size) in enumerate([(4, 5), (6, 5), (6, 3)])
    )
    mask = (normal(3, *lead, 4, 6) > 0) | (torch.arange(6) == 2) if masked else None
    out, weights = attention.dot_product_attention(q, k, v, mask)
    expected = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    assert_close(out, expected)
    assert_close(weights.sum(-1), torch.ones(*lead, 4, dtype=dtype))
    for a, b in zip(*(torch.autograd.grad(x.square().sum(), (q, k, v)) for x in (out, expected)), strict=True):
        assert_close(a, b)


@given(st.integers(1, 5), st.integers(1, 6), st.floats(-1e4, 1e4))
def test_weights_are_shares_and_a_common_lift_of_the_scores_changes_nothing(rows, places, lift):
    chance = torch.Generator().manual_seed(rows * 10 + places)
    scores = torch.randn(rows, places, generator=chance, dtype=torch.float64)
    mask = (torch.rand(rows, places, generator=chance) < 0.5) | (torch.arange(places) == 0)
    weights = attention.masked_softmax(scores, mask)
    assert_close(weights.sum(1), torch.ones(rows).double())
    assert (weights[~mask] == 0).all() and (weights >= 0).all()
    assert_close(attention.masked_softmax(scores + lift, mask), weights, rtol=1e-9, atol=1e-12)


def test_a_masked_place_that_outscores_all_others_leaves_values_and_gradients_finite():
    scores = torch.tensor([[1e4, 0.0, 1.0]], dtype=torch.float64, requires_grad=True)
    weights = attention.masked_softmax(scores, torch.tensor([[False, True, True]]))
    assert_close(weights.detach()[0, 1:], torch.tensor([0.0, 1.0]).double().softmax(0))
    (gradient,) = torch.autograd.grad(weights[0, 1], scores)
    assert gradient.isfinite().all() and gradient[0, 0] == 0


def test_fusion_stands_between_its_sources(normal):
    a, b = normal(0, 3, 4), normal(1, 3, 4)
    assert_close(attention.fused(a, b, torch.zeros(3, 2).double()), (a + b) / 2)
    assert_close(attention.fused(a, b, torch.tensor([[1e4, 0.0]] * 3).double()), a)
    gate = torch.sigmoid(normal(2, 3, 2) @ torch.tensor([1.0, -1.0]).double()).unsqueeze(1)
    assert_close(attention.fused(a, b, normal(2, 3, 2)), gate * a + (1 - gate) * b)
