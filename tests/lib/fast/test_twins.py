"""Both forms of a reference say the same wherever torch may call them: no batch, transforms, autocast, 16 bits, bad input."""

from functools import partial

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.autograd import forward_ad
from torch.testing import assert_close

from gradschool import fast
from gradschool.convolutional import convolution, grouped, normalisation, pooling
from gradschool.feedforward import losses
from gradschool.recurrent import gru, lstm


def numbers(seed, *shape, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def several(*shapes):
    return tuple(numbers(i, *shape) for i, shape in enumerate(shapes))


def norm(form):
    return lambda x, gamma, beta: form(x, gamma, beta, torch.zeros_like(beta), torch.ones_like(beta), True)


def entropy(form):
    return lambda logits: form(logits, torch.arange(len(logits)) % 3)


LAYER = (2, 1), 1, (1, 2), 2
GATES = [(20, 4), (20, 5), (20,), (20,)]
#: (textbook form, fast form, tensors to differentiate by, options)
TWINS = {
    "conv2d": (grouped.grouped_conv2d, fast.conv2d, several((2, 4, 5, 6), (6, 2, 2, 3), (6,)), LAYER),
    "conv2d, plain": (convolution.conv2d, fast.conv2d, several((2, 4, 5, 6), (6, 4, 2, 3)), (None, 2, 1)),
    "conv2d_backward": (
        grouped.grouped_conv2d_backward,
        fast.conv2d_backward,
        several((2, 6, 3, 4), (2, 4, 5, 6), (6, 2, 2, 3)),
        LAYER,
    ),
    "conv_transpose2d": (
        grouped.grouped_conv_transpose2d,
        fast.conv_transpose2d,
        several((2, 4, 3, 2), (4, 3, 2, 3), (6,)),
        (2, 1, 1, (1, 2), 2),
    ),
    "max_pool2d": (pooling.max_pool2d, fast.max_pool2d, several((2, 3, 5, 6)), (3, 2, 1)),
    "avg_pool2d": (pooling.avg_pool2d, fast.avg_pool2d, several((2, 3, 5, 6)), (3, 2, 1)),
    "batchnorm2d": (
        norm(normalisation.batchnorm2d),
        norm(fast.batchnorm2d),
        several((2, 3, 4, 5), (3,), (3,)),
        (),
    ),
    "cross_entropy": (entropy(losses.cross_entropy), entropy(fast.cross_entropy), several((5, 3)), ()),
    "lstm_forward": (lstm.lstm_forward, fast.lstm_forward, several((2, 3, 4), (2, 5), (2, 5), *GATES), ()),
    "gru_forward": (
        gru.gru_forward,
        fast.gru_forward,
        several((2, 3, 4), (2, 5), (15, 4), (15, 5), (15,), (15,)),
        (),
    ),
}
each_twin = pytest.mark.parametrize("name", TWINS)


def with_options(f, options, tensors):
    """`f` of the tensors alone; a plain convolution's bias is among the options."""
    return lambda *given_: f(*given_, *options)


def forms(name):
    textbook, quick, tensors, options = TWINS[name]
    return with_options(textbook, options, tensors), with_options(quick, options, tensors), tensors


def real(found):
    return [out for out in ((found,) if isinstance(found, torch.Tensor) else found) if out.is_floating_point()]


def weights(out):
    """No two alike, and none by chance, which `vmap` forbids."""
    return torch.arange(1.0, out.numel() + 1, dtype=torch.float64).sin().view(out.shape).to(out.dtype)


def driven(f):
    """One number from all results, in which none has the same weight as another."""

    def total(*tensors):
        return sum((out * weights(out)).sum() for out in real(f(*tensors)))

    return total


@each_twin
def test_gradients_by_torch_func(name):
    textbook, quick, tensors = forms(name)
    every = tuple(range(len(tensors)))
    wanted = torch.autograd.grad(driven(textbook)(*(leaves := [t.clone().requires_grad_() for t in tensors])), leaves)
    assert_close(torch.func.grad(driven(quick), every)(*tensors), tuple(wanted))
    twice = [
        torch.func.grad(lambda *given_, f=f: torch.func.grad(driven(f))(*given_).pow(3).sum())(*tensors)
        for f in (textbook, quick)
    ]
    assert_close(twice[1], twice[0])


@each_twin
def test_vmap_is_a_loop(name):
    textbook, quick, tensors = forms(name)
    many = [torch.stack([t, 2 * t, t + 1]) for t in tensors]
    loop = [torch.stack(outs) for outs in zip(*(real(textbook(*one)) for one in zip(*many, strict=True)), strict=True)]
    assert_close(real(torch.vmap(quick)(*many)), loop)
    first = [torch.stack(o) for o in zip(*(real(textbook(x, *tensors[1:])) for x in many[0]), strict=True)]
    assert_close(real(torch.vmap(quick, (0, *[None] * (len(tensors) - 1)))(many[0], *tensors[1:])), first)
    gradients = torch.vmap(torch.func.grad(driven(quick)))(*many)
    one_by_one = [torch.func.grad(driven(textbook))(*one) for one in zip(*many, strict=True)]
    assert_close(gradients, torch.stack(one_by_one))


@each_twin
def test_slopes_along_a_direction(name):
    textbook, quick, tensors = forms(name)
    along = tuple(numbers(50 + i, *t.shape) for i, t in enumerate(tensors))
    here, expected = torch.func.jvp(driven(textbook), tensors, along)
    assert_close(torch.func.jvp(driven(quick), tensors, along), (here, expected))
    with forward_ad.dual_level():
        dual = [forward_ad.make_dual(t, v) for t, v in zip(tensors, along, strict=True)]
        assert_close(forward_ad.unpack_dual(driven(quick)(*dual)).tangent, expected)


@each_twin
def test_no_sample_at_all(name):
    if name == "batchnorm2d":  # refuses it, as its textbook form does
        return
    textbook, quick, tensors = forms(name)
    data = 3 if name == "lstm_forward" else 2 if name in ("gru_forward", "conv2d_backward") else 1
    seen = []
    for f in (textbook, quick):
        leaves = [t[: 0 if i < data else None].clone().requires_grad_() for i, t in enumerate(tensors)]
        outs = real(f(*leaves))
        seen.append([*outs, *torch.autograd.grad(sum(o.sum() for o in outs), leaves)])
    assert_close(seen[1], seen[0], equal_nan=True)


def autocast(f, tensors, low):
    """Results and gradients under autocast, for float32 tensors of which the first may be bfloat16."""
    leaves = [t.float().requires_grad_() for t in tensors]
    with torch.autocast("cpu", torch.bfloat16):
        outs = real(f(leaves[0].bfloat16() if low else leaves[0], *leaves[1:]))
        loss = sum((out.float() * weights(out).float()).sum() for out in outs)
        within = torch.autograd.grad(loss, leaves, retain_graph=True)
    assert_close(torch.autograd.grad(loss, leaves), within, rtol=0.02, atol=0.02)
    return outs, within


@pytest.mark.parametrize("low", [False, True], ids=["float32", "bfloat16"])
@each_twin
def test_autocast(name, low):
    textbook, quick, tensors = forms(name)
    (outs, grads), (fast_outs, fast_grads) = autocast(textbook, tensors, low), autocast(quick, tensors, low)
    assert [out.dtype for out in fast_outs] == [out.dtype for out in outs]
    for ours, theirs in zip([*fast_outs, *fast_grads], [*outs, *grads], strict=True):
        assert ours.shape == theirs.shape
        size = max(1.0, theirs.abs().max().item())
        assert_close(ours.double(), theirs.double(), rtol=0, atol=0.03 * size)


def test_long_sums_in_16_bits_keep_their_digits():
    ones = torch.ones(1, 1, 32, 32, dtype=torch.bfloat16).requires_grad_()
    for form in (pooling.avg_pool2d, fast.avg_pool2d):
        assert form(ones, 32).item() == 1
    (dx,) = torch.autograd.grad(fast.avg_pool2d(ones, 32, 1, 16).sum(), ones)
    (expected,) = torch.autograd.grad(pooling.avg_pool2d(ones.double(), 32, 1, 16).sum(), ones)
    assert_close(dx, expected, rtol=0.01, atol=0)


def test_the_weights_gradient_over_many_pieces_in_16_bits(monkeypatch):
    monkeypatch.setitem(fast.convolution.CACHED, "cpu", 1)  # one image at a time
    x, w = torch.ones(600, 1, 2, 2, dtype=torch.bfloat16), torch.ones(1, 1, 2, 2, dtype=torch.bfloat16).requires_grad_()
    (dw,) = torch.autograd.grad(fast.conv2d(x, w).sum(), w)
    assert dw.tolist() == [[[[600.0] * 2] * 2]]  # added up one by one bfloat16 stays at 256


@given(st.integers(0, 2**31), st.booleans())
def test_max_pooling_where_numbers_are_missing(seed, border):
    x = numbers(seed, 2, 2, 6, 7).round()
    x[numbers(seed + 1, *x.shape) > 0.8] = torch.nan
    x[numbers(seed + 2, *x.shape) > 0.3] = -torch.inf
    (out, indices), (best, places) = (f(x, (3, 2), 2, int(border)) for f in (pooling.max_pool2d, fast.max_pool2d))
    assert_close(best, out, rtol=0, atol=0, equal_nan=True)
    assert torch.equal(places, indices)
    assert_close(x.flatten(2).gather(2, places.flatten(2)).view_as(out), out, rtol=0, atol=0, equal_nan=True)


def test_windows_of_more_places_than_16_bits_count():
    x = torch.zeros(1, 1, 200, 200)
    x[0, 0, 190, 7] = 1
    assert fast.max_pool2d(x, 200)[1].item() == pooling.max_pool2d(x, 200)[1].item() == 190 * 200 + 7


X = numbers(0, 1, 1, 4, 4)
BAD = {
    "conv2d": (convolution.conv2d, fast.conv2d, (numbers(0, 1, 3, 4, 4), numbers(1, 2, 2, 3, 3))),
    "conv2d: kernel": (convolution.conv2d, fast.conv2d, (X, numbers(1, 2, 1, 5, 3))),
    "conv2d: padding": (convolution.conv2d, fast.conv2d, (X, numbers(1, 2, 1, 3, 3), None, 1, -1)),
    "conv2d: bias": (convolution.conv2d, fast.conv2d, (X, numbers(1, 2, 1, 3, 3), numbers(2, 1))),
    "conv2d: groups": (grouped.grouped_conv2d, fast.conv2d, (X, numbers(1, 2, 1, 3, 3), None, 1, 0, 1, 2)),
    "conv2d_backward": (convolution.conv2d_backward, fast.conv2d_backward, (X, X, numbers(1, 1, 1, 3, 3))),
    "conv_transpose2d": (
        convolution.conv_transpose2d,
        fast.conv_transpose2d,
        (numbers(0, 1, 3, 4, 4), numbers(1, 2, 2, 3, 3)),
    ),
    "conv_transpose2d: output_padding": (
        convolution.conv_transpose2d,
        fast.conv_transpose2d,
        (X, numbers(1, 1, 2, 3, 3), None, 2, 0, 2),
    ),
    "conv_transpose2d: padding": (
        convolution.conv_transpose2d,
        fast.conv_transpose2d,
        (X, numbers(1, 1, 2, 1, 1), None, 1, 2),
    ),
    "max_pool2d: border": (pooling.max_pool2d, fast.max_pool2d, (X, 2, 2, 2)),
    "max_pool2d: padding": (pooling.max_pool2d, fast.max_pool2d, (X, 2, 2, -1)),
    "max_pool2d: window": (pooling.max_pool2d, fast.max_pool2d, (X, 5)),
    "max_pool2d: stride": (pooling.max_pool2d, fast.max_pool2d, (X, 2, 0)),
    "max_pool2d: dilation": (pooling.max_pool2d, fast.max_pool2d, (X, 2, 1, 1, 5)),
    "avg_pool2d: border": (pooling.avg_pool2d, fast.avg_pool2d, (X, 2, 2, 2)),
    "avg_pool2d: padding": (pooling.avg_pool2d, fast.avg_pool2d, (X, 3, 1, -1)),
    "avg_pool2d: window": (pooling.avg_pool2d, fast.avg_pool2d, (X, 5)),
    "batchnorm2d": (
        normalisation.batchnorm2d,
        fast.batchnorm2d,
        (numbers(0, 1, 2, 1, 1), *(numbers(i, 2) for i in range(3)), torch.ones(2).double(), True),
    ),
    "batchnorm2d: no image": (
        normalisation.batchnorm2d,
        fast.batchnorm2d,
        (numbers(0, 0, 2, 3, 3), *(numbers(i, 2) for i in range(3)), torch.ones(2).double(), True),
    ),
    "cross_entropy": (losses.cross_entropy, fast.cross_entropy, (numbers(0, 2, 3), torch.tensor([0, 3]))),
    "cross_entropy: below 0": (losses.cross_entropy, fast.cross_entropy, (numbers(0, 2, 3), torch.tensor([0, -1]))),
    "lstm_forward": (lstm.lstm_forward, fast.lstm_forward, several((2, 0, 4), (2, 5), (2, 5), *GATES)),
    "gru_forward": (
        gru.gru_forward,
        fast.gru_forward,
        several((2, 0, 4), (2, 5), (15, 4), (15, 5), (15,), (15,)),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_one_sentence_from_both(name, unchecked_shapes):
    textbook, quick, bad = BAD[name]
    sentences = []
    for form in (partial(textbook, *bad), partial(quick, *bad)):
        with pytest.raises(ValueError) as refusal:
            form()
        sentences.append(str(refusal.value))
    assert sentences[0] == sentences[1]
