"""The fast forms say what their textbook forms say: values, gradients, gradients of gradients; float64 and float32."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from gradschool import fast
from gradschool.convolutional import grouped, normalisation, pooling
from gradschool.fast import convolution as fast_convolution
from gradschool.feedforward import losses, optimizers
from gradschool.recurrent import gru, lstm

#: float64 leaves room for a few roundings; float32's is for sums in another order.
CLOSE = {torch.float64: {"rtol": 1e-11, "atol": 1e-12}, torch.float32: {"rtol": 1e-4, "atol": 1e-4}}
seeds = st.integers(0, 2**31)
dtypes = st.sampled_from([torch.float64, torch.float32])


def numbers(seed, *shape, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def leaves(seed, shapes, dtype=torch.float64):
    return [numbers(seed + i, *shape, dtype=dtype).requires_grad_() for i, shape in enumerate(shapes)]


def real(found):
    outs = (found,) if isinstance(found, torch.Tensor) else found
    return [out for out in outs if out.is_floating_point()]


def assert_agree(textbook, quick, tensors, dtype=torch.float64, twice=True):
    """Values, gradients by every tensor, and gradients of a sum of squared gradients."""
    seen = []
    for f in (textbook, quick):
        outs = real(f(*tensors))
        driven = [out for out in outs if out.requires_grad]
        douts = [numbers(99 + i, *out.shape, dtype=dtype) for i, out in enumerate(driven)]
        grads = torch.autograd.grad(driven, tensors, douts, retain_graph=True)
        seen.append([*outs, *grads])
        if twice:
            slopes = torch.autograd.grad(driven, tensors, douts, create_graph=True)
            total = sum((slope**3).sum() for slope in slopes if slope.requires_grad)
            if isinstance(total, torch.Tensor):
                seen[-1] += [g for g in torch.autograd.grad(total, tensors, allow_unused=True) if g is not None]
    assert_close(seen[1], seen[0], **CLOSE[dtype])
    assert [(a.dtype, a.shape) for a in seen[0]] == [(a.dtype, a.shape) for a in seen[1]]


@st.composite
def layers(draw):
    """Shapes and settings of a convolution whose kernel fits, each axis with its own."""
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    kernel = [draw(st.integers(1, 4)) for _ in range(2)]
    stride, padding, dilation = ([draw(st.integers(a, b)) for _ in range(2)] for a, b in ((1, 3), (0, 2), (1, 2)))
    sizes = [
        max(d * (k - 1) + 1 - 2 * p, 1) + draw(st.integers(0, 4))
        for k, p, d in zip(kernel, padding, dilation, strict=True)
    ]
    inputs, outputs = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    shapes = [(draw(st.integers(1, 3)), inputs, *sizes), (outputs, inputs // groups, *kernel), (outputs,)]
    return shapes, (stride, padding, dilation, groups)


@pytest.mark.parametrize("at_once", [1, 1 << 20])
@given(layer=layers(), seed=seeds, dtype=dtypes)
def test_conv2d(at_once, layer, seed, dtype):
    shapes, options = layer
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(fast_convolution.CACHED, "cpu", at_once)
        x, w, b = leaves(seed, shapes, dtype)
        assert_agree(
            lambda *given: grouped.grouped_conv2d(*given, *options),
            lambda *given: fast.conv2d(*given, *options),
            (x, w, b),
            dtype,
            twice=dtype == torch.float64,
        )
        dout = numbers(seed + 5, *fast.conv2d(x, w, None, *options).shape, dtype=dtype)
        plain = x.detach(), w.detach()
        assert_close(
            fast.conv2d_backward(dout, *plain, *options),
            grouped.grouped_conv2d_backward(dout, *plain, *options),
            **CLOSE[dtype],
        )


@pytest.mark.parametrize("at_once", [1, 1 << 20])
@given(layer=layers(), data=st.data(), seed=seeds)
def test_conv_transpose2d(at_once, layer, data, seed):
    ((batch, _, *sizes), (outputs, per_group, *kernel), _), (stride, padding, dilation, groups) = layer
    more = [data.draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True)]
    grown = [
        (n - 1) * s - 2 * p + d * (k - 1) + 1 + m
        for n, s, p, d, k, m in zip(sizes, stride, padding, dilation, kernel, more, strict=True)
    ]
    if min(grown) < 1:
        return
    tensors = leaves(seed, [(batch, outputs, *sizes), (outputs, per_group, *kernel), (per_group * groups,)])
    options = stride, padding, more, dilation, groups
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(fast_convolution.CACHED, "cpu", at_once)
        assert_agree(
            lambda *given: grouped.grouped_conv_transpose2d(*given, *options),
            lambda *given: fast.conv_transpose2d(*given, *options),
            tensors,
        )


@given(
    size=st.tuples(st.integers(5, 8), st.integers(5, 8)),
    k=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    border=st.booleans(),
    few=st.booleans(),
    seed=seeds,
    dtype=dtypes,
)
def test_pooling_also_where_values_are_equal(size, k, stride, dilation, border, few, seed, dtype):
    padding = [n // 2 if border else 0 for n in k]
    x = numbers(seed, 2, 3, *size, dtype=dtype)
    x = (x.round() if few else x).requires_grad_()  # whole numbers: many windows with several largest values
    assert_agree(
        lambda t: pooling.max_pool2d(t, k, stride, padding, dilation),
        lambda t: fast.max_pool2d(t, k, stride, padding, dilation),
        (x,),
        dtype,
    )
    ours, textbook = (f(x, k, stride, padding, dilation)[1] for f in (fast.max_pool2d, pooling.max_pool2d))
    assert_close(ours, textbook, rtol=0, atol=0)
    assert_agree(
        lambda t: pooling.avg_pool2d(t, k, stride, padding),
        lambda t: fast.avg_pool2d(t, k, stride, padding),
        (x,),
        dtype,
    )


def test_a_nan_is_the_largest_of_its_window():
    x = torch.arange(16.0).view(1, 1, 4, 4)
    x[0, 0, 1, 2] = torch.nan
    assert fast.max_pool2d(x, 2)[0].isnan().tolist() == [[[[False, True], [False, False]]]]


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("shape", [(2, 3, 1, 1), (4, 1, 3, 2), (3, 5, 4, 6)], ids=str)
@pytest.mark.parametrize("train", [True, False])
def test_batchnorm2d(shape, train, dtype):
    x, gamma, beta = leaves(0, [shape, shape[1:2], shape[1:2]], dtype)
    mean, var = numbers(7, shape[1], dtype=dtype), numbers(8, shape[1], dtype=dtype) ** 2 + 0.5
    assert_agree(
        lambda *given: normalisation.batchnorm2d(*given, mean, var, train),
        lambda *given: fast.batchnorm2d(*given, mean, var, train),
        (x + 100, gamma, beta) if dtype == torch.float64 else (x, gamma, beta),
        dtype,
        twice=dtype == torch.float64,
    )


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("scale", [1.0, 1e4])
@pytest.mark.parametrize("shape", [(1, 1), (5, 3), (2, 70)], ids=str)
def test_cross_entropy(shape, scale, dtype):
    target = torch.arange(shape[0]) * 7 % shape[1]
    (logits,) = leaves(0, [shape], dtype)
    assert_agree(
        lambda z: losses.cross_entropy(z * scale, target),
        lambda z: fast.cross_entropy(z * scale, target),
        (logits,),
        dtype,
    )


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
@pytest.mark.parametrize("batch, time, inputs, hidden", [(1, 1, 1, 1), (2, 5, 3, 4), (3, 7, 2, 1)])
def test_recurrent_networks(batch, time, inputs, hidden, dtype):
    x, state = (batch, time, inputs), (batch, hidden)
    for textbook, quick, gates, states in (
        (lstm.lstm_forward, fast.lstm_forward, 4, 2),
        (gru.gru_forward, fast.gru_forward, 3, 1),
    ):
        rows = gates * hidden
        shapes = [x, *[state] * states, (rows, inputs), (rows, hidden), (rows,), (rows,)]
        assert_agree(textbook, quick, leaves(3, shapes, dtype), dtype, twice=dtype == torch.float64)


STEPS = {
    "sgd_step": (lambda p: (), {"lr": 0.3}),
    "momentum_step": (lambda p: (torch.zeros_like(p),), {"lr": 0.3}),
    "adam_step": (lambda p: (torch.zeros_like(p), torch.zeros_like(p), 0), {"lr": 0.1, "beta1": 0.8, "eps": 1e-3}),
}


@pytest.mark.parametrize("name", STEPS)
def test_optimizers_over_ten_steps(name):
    start, settings = STEPS[name]
    shapes = [(3, 2), (4,), ()]
    textbook = [(numbers(i, *shape), *start(numbers(i, *shape))) for i, shape in enumerate(shapes)]
    ours = [[numbers(i, *shape) for i, shape in enumerate(shapes)]]
    state = [
        s if isinstance(s, int) else [torch.zeros(shape, dtype=torch.float64) for shape in shapes]
        for s in start(ours[0][0])
    ]
    for step in range(10):
        grads = [numbers(100 * step + i, *shape) for i, shape in enumerate(shapes)]
        for i, (p, *old) in enumerate(textbook):
            moved = getattr(optimizers, name)(p, grads[i], *old, **settings)
            textbook[i] = moved if isinstance(moved, tuple) else (moved,)
        kept = [g.clone() for g in grads]
        count = getattr(fast, name)(ours[0], grads, *state, **settings)
        state = [count if isinstance(s, int) else s for s in state]
        assert_close(grads, kept, rtol=0, atol=0)
    assert_close(ours[0], [p for p, *_ in textbook], **CLOSE[torch.float64])
