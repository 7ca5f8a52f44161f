"""Pooling agrees with torch's forward and backward: overlapping, padded, dilated, on images that are not square."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from gradschool import fast
from gradschool.convolutional.pooling import (
    avg_pool2d,
    global_avg_pool,
    global_max_pool,
    max_pool2d,
    max_pool2d_backward,
    max_unpool2d,
)


def shuffled(seed, *shape):
    """Numbers around 0, no two of them equal: no ties."""
    chance = torch.Generator().manual_seed(seed)
    n = torch.Size(shape).numel()
    return (torch.randperm(n, generator=chance).double() - n / 2).reshape(shape)


@st.composite
def pools(draw):
    kernel = [draw(st.integers(1, 4)) for _ in range(2)]
    stride = draw(st.one_of(st.none(), st.tuples(st.integers(1, 4), st.integers(1, 4))))
    padding = [draw(st.integers(0, k // 2)) for k in kernel]
    dilation = [draw(st.integers(1, 2)) for _ in range(2)]
    sizes = [d * (k - 1) + 1 + draw(st.integers(0, 5)) for k, d in zip(kernel, dilation, strict=True)]
    return (draw(st.integers(1, 2)), draw(st.integers(1, 2)), *sizes), kernel, stride, padding, dilation


@settings(deadline=None, max_examples=150)
@given(pools(), st.integers(0, 2**31))
def test_max_pooling_is_torchs_forward_and_backward(pool, seed):
    shape, kernel, stride, padding, dilation = pool
    x = shuffled(seed, *shape).requires_grad_()
    out, indices = max_pool2d(x, kernel, stride, padding, dilation)
    theirs, where = F.max_pool2d(x, kernel, stride, padding, dilation, return_indices=True)
    assert_close(out, theirs)
    assert torch.equal(indices, where)
    dout = shuffled(seed + 1, *out.shape)
    (expected,) = torch.autograd.grad((theirs * dout).sum(), x)
    assert_close(torch.autograd.grad((out * dout).sum(), x)[0], expected)
    assert_close(max_pool2d_backward(dout, indices, shape[2:]), expected)


@settings(deadline=None, max_examples=80)
@given(pools(), st.integers(0, 2**31))
def test_average_pooling_is_torchs_forward_and_backward(pool, seed):
    shape, kernel, stride, padding, _ = pool
    x = shuffled(seed, *shape).requires_grad_()
    out, theirs = avg_pool2d(x, kernel, stride, padding), F.avg_pool2d(x, kernel, stride, padding)
    assert_close(out, theirs)
    dout = shuffled(seed + 1, *out.shape)
    ours, expected = (torch.autograd.grad((o * dout).sum(), x)[0] for o in (out, theirs))
    assert_close(ours, expected)


@settings(deadline=None, max_examples=50)
@given(
    st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(0, 2), st.integers(0, 99)
)
def test_unpooling_is_torchs_and_undoes_nothing_but_the_winners(kh, kw, rows, columns, rest, seed):
    size = (kh * rows + min(rest, kh - 1), kw * columns + min(rest, kw - 1))
    x = shuffled(seed, 2, 3, *size)
    out, indices = max_pool2d(x, (kh, kw))
    back = max_unpool2d(out, indices, size)
    assert_close(back, F.max_unpool2d(out, indices, (kh, kw), output_size=size))
    assert_close(max_pool2d(x, (kh, kw))[0], out)
    assert torch.equal(back[back != 0], x[back != 0])


def test_the_first_of_equal_values_counts_and_padding_never_wins():
    flat = -torch.ones(1, 1, 4, 6)
    out, indices = max_pool2d(flat, 3, 2, 1)
    assert (out == -1).all()
    assert indices.tolist() == [[[[0, 1, 3], [6, 7, 9]]]]


def test_global_pooling_is_torchs(normal):
    x = normal(0, 2, 3, 5, 4)
    assert_close(global_avg_pool(x), F.adaptive_avg_pool2d(x, 1).flatten(1))
    assert_close(global_max_pool(x), F.adaptive_max_pool2d(x, 1).flatten(1))


def test_a_border_wider_than_half_a_window_is_refused(normal):
    with pytest.raises(ValueError, match="at most half"):
        max_pool2d(normal(0, 1, 1, 5, 5), 3, 2, 2)


@pytest.mark.parametrize("form", [max_pool2d, fast.max_pool2d], ids=["textbook", "fast"])
@settings(deadline=None, max_examples=60)
@given(pools(), st.sampled_from([0.0, 0.3, 0.9, 1.0]), st.integers(0, 2**31))
def test_the_border_never_wins_where_the_image_is_infinitely_low(form, pool, missing, seed):
    shape, kernel, stride, padding, dilation = pool
    x = shuffled(seed, *shape)
    x[torch.rand(shape, generator=torch.Generator().manual_seed(seed)) < missing] = -math.inf
    x.requires_grad_()
    out, indices = form(x, kernel, stride, padding, dilation)
    theirs, where = F.max_pool2d(x, kernel, stride, padding, dilation, return_indices=True)
    assert_close(out, theirs)
    assert torch.equal(indices, where)
    dout = shuffled(seed + 1, *out.shape)
    (ours,), (expected,) = (torch.autograd.grad(o, x, dout) for o in (out, theirs))
    assert_close(ours, expected)
    max_unpool2d(out, indices, shape[2:])
