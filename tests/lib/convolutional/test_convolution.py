"""Convolutions and their gradients agree with torch's over a grid of stride, padding and shapes; with dilation and groups
where a form has them."""

import itertools
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from gradschool import fast
from gradschool.convolutional.convolution import (
    conv2d,
    conv2d_backward,
    conv3d,
    conv_output_size,
    conv_transpose2d,
    convolve2d,
    correlate2d,
)
from gradschool.convolutional.grouped import grouped_conv2d, grouped_conv2d_backward, grouped_conv_transpose2d
from gradschool.convolutional.windows import conv_transpose_output_size


def numbers(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@st.composite
def layers(draw, axes=2, plain=False):
    """Shapes and settings of a convolution whose kernel fits; height and width, and their settings, are independent."""
    groups = 1 if plain else draw(st.sampled_from([1, 1, 2, 3]))
    kernel = [draw(st.integers(1, 4 if axes == 2 else 3)) for _ in range(axes)]
    stride, padding, dilation = (
        [draw(st.integers(low, high)) for _ in range(axes)] for low, high in ((1, 3), (0, 2), (1, 1 if plain else 2))
    )
    sizes = [
        max(d * (k - 1) + 1 - 2 * p, 1) + draw(st.integers(0, 4))
        for k, p, d in zip(kernel, padding, dilation, strict=True)
    ]
    inputs, outputs = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    x = (draw(st.integers(1, 2)), inputs, *sizes)
    options = (stride, padding) if plain else (stride, padding, dilation, groups)
    return x, (outputs, inputs // groups, *kernel), options


def gradients(out, dout, inputs):
    return torch.autograd.grad((out * dout).sum(), inputs)


@settings(deadline=None, max_examples=150)
@given(st.booleans(), st.data(), st.booleans(), st.integers(0, 2**31))
def test_conv2d_is_torchs_forward_and_backward(plain, data, with_bias, seed):
    forward, backward = (conv2d, conv2d_backward) if plain else (grouped_conv2d, grouped_conv2d_backward)
    x_shape, w_shape, options = data.draw(layers(plain=plain))
    x, w = numbers(seed, *x_shape).requires_grad_(), numbers(seed + 1, *w_shape).requires_grad_()
    b = numbers(seed + 2, w_shape[0]).requires_grad_() if with_bias else None
    ours, theirs = forward(x, w, b, *options), F.conv2d(x, w, b, *options)
    assert_close(ours, theirs)
    inputs = [t for t in (x, w, b) if t is not None]
    dout = numbers(seed + 3, *ours.shape)
    expected = gradients(theirs, dout, inputs)
    assert_close(gradients(ours, dout, inputs), expected)
    by_hand = backward(dout, x.detach(), w.detach(), *options)
    assert_close(by_hand[: len(inputs)], expected)
    assert_close(by_hand[2], dout.sum(dim=(0, 2, 3)))


@settings(deadline=None, max_examples=100)
@given(st.booleans(), st.data(), st.integers(0, 2**31))
def test_conv_transpose2d_is_torchs_forward_and_backward(plain, data, seed):
    (batch, _, *sizes), (outputs, per_group, *kernel), (stride, padding, *rest) = data.draw(layers(plain=plain))
    dilation, groups = rest or ([1, 1], 1)
    more = [data.draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True)]
    grown = [
        (n - 1) * s - 2 * p + d * (k - 1) + 1 + m
        for n, s, p, d, k, m in zip(sizes, stride, padding, dilation, kernel, more, strict=True)
    ]
    if min(grown) < 1:
        return
    # the weight's channels stand the other way round: what a convolution puts out comes in here
    x = numbers(seed, batch, outputs, *sizes).requires_grad_()
    w = numbers(seed + 1, outputs, per_group, *kernel).requires_grad_()
    b = numbers(seed + 2, per_group * groups).requires_grad_()
    options = stride, padding, more, dilation, groups
    ours = conv_transpose2d(x, w, b, *options[:3]) if plain else grouped_conv_transpose2d(x, w, b, *options)
    theirs = F.conv_transpose2d(x, w, b, stride, padding, more, groups, dilation)
    assert_close(ours, theirs)
    dout = numbers(seed + 3, *ours.shape)
    assert_close(gradients(ours, dout, [x, w, b]), gradients(theirs, dout, [x, w, b]))


@settings(deadline=None, max_examples=60)
@given(layers(axes=3, plain=True), st.integers(0, 2**31))
def test_conv3d_is_torchs_forward_and_backward(layer, seed):
    x_shape, w_shape, options = layer
    x, w = numbers(seed, *x_shape).requires_grad_(), numbers(seed + 1, *w_shape).requires_grad_()
    b = numbers(seed + 2, w_shape[0]).requires_grad_()
    ours, theirs = conv3d(x, w, b, *options), F.conv3d(x, w, b, *options)
    assert_close(ours, theirs)
    dout = numbers(seed + 3, *ours.shape)
    assert_close(gradients(ours, dout, [x, w, b]), gradients(theirs, dout, [x, w, b]))


@settings(deadline=None)
@given(st.integers(1, 30), st.integers(1, 7), st.integers(1, 4), st.integers(0, 4), st.integers(1, 3))
def test_the_output_size_counts_positions(n, kernel, stride, padding, dilation):
    reach = dilation * (kernel - 1) + 1
    places = len(range(-padding, n + padding - reach + 1, stride))
    if places < 1:
        with pytest.raises(ValueError, match="does not fit"):
            conv_output_size(n, kernel, stride, padding, dilation)
    else:
        assert conv_output_size(n, kernel, stride, padding, dilation) == places
        out = F.conv1d(torch.zeros(1, 1, n), torch.zeros(1, 1, kernel), None, stride, padding, dilation)
        assert out.shape[-1] == places


@pytest.mark.parametrize(("size", "kernel"), [((5, 8), (3, 2)), ((6, 6), (4, 4)), ((6, 5), (1, 1))])
def test_correlation_by_its_sum_and_convolution_by_polynomials(size, kernel):
    image, k = numbers(0, *size), numbers(1, *kernel)
    out = correlate2d(image, k)
    for i, j in itertools.product(range(out.shape[0]), range(out.shape[1])):
        assert_close(out[i, j], (image[i : i + kernel[0], j : j + kernel[1]] * k).sum())
    # one-dimensional convolution multiplies polynomials
    a, b = image[:1], k[:1]
    product = torch.zeros(size[1] + kernel[1] - 1, dtype=torch.float64)
    for i, j in itertools.product(range(size[1]), range(kernel[1])):
        product[i + j] += a[0, i] * b[0, j]
    inside = slice(kernel[1] - 1, size[1])  # where the kernel lies wholly on the image
    assert_close(convolve2d(a, b)[0], product[inside])


def test_float32_comes_back_as_float32(normal):
    out = conv2d(normal(0, 1, 2, 5, 4, dtype=torch.float32), normal(1, 3, 2, 2, 3, dtype=torch.float32))
    assert out.dtype == torch.float32


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: conv_output_size(5, 3, stride=0), "at least 1"),
        (lambda: conv_output_size(5, 3, padding=-1), "padding at least 0"),
        (lambda: conv_output_size(5, 7), "does not fit"),
        (lambda: conv_transpose_output_size(5, 3, output_padding=1), "below stride"),
        (lambda: conv_transpose_output_size(5, 3, stride=2, output_padding=-1), "below stride"),
        (lambda: conv_transpose_output_size(1, 3, padding=2), "nothing is left"),
        (lambda: conv_transpose_output_size(5, 3, dilation=0), "at least 1"),
    ],
)
def test_what_cannot_be_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()


X = numbers(0, 1, 2, 4, 5)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"x": X[:, :1]}, "expects 2 input channels"),
        ({"bias": torch.zeros(1).double()}, "one bias for each of 3"),
        ({"stride": (1, 2, 3)}, "one for each axis"),
        ({"stride": 0}, "at least 1"),
        ({"padding": -1}, "padding at least 0"),
        ({"weight": numbers(1, 3, 2, 5, 3)}, "does not fit"),
        ({"weight": numbers(1, 3, 2, 0, 3)}, "at least 1"),
    ],
)
def test_every_convolution_refuses_what_does_not_fit(settings, says, unchecked_shapes):
    x, weight, bias = X, numbers(1, 3, 2, 3, 3), numbers(2, 3)
    given_ = {"x": x, "weight": weight, "bias": bias, **settings}
    dout = numbers(3, 1, 3, 2, 3)
    forms = [conv2d, grouped_conv2d, fast.conv2d]
    if "bias" not in settings:
        forms += [partial(f, dout=dout) for f in (conv2d_backward, grouped_conv2d_backward, fast.conv2d_backward)]
    if "stride" not in settings or settings["stride"] == 0:
        three = {k: v.unsqueeze(2) if k in ("x", "weight") else v for k, v in given_.items()}
        with pytest.raises(ValueError, match=says):
            conv3d(**three)
    for form in forms:
        arguments = {k: v for k, v in given_.items() if k != "bias" or not isinstance(form, partial)}
        with pytest.raises(ValueError, match=says):
            form(**arguments)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"x": X[:, :1]}, "expects 2 input channels"),
        ({"bias": torch.zeros(1).double()}, "one bias for each of 3"),
        ({"stride": 0}, "at least 1"),
        ({"padding": -1}, "padding at least 0"),
        ({"padding": 3}, "nothing is left"),
        ({"output_padding": 1}, "below stride"),
        ({"output_padding": 2, "stride": 2}, "below stride"),
        ({"output_padding": -1}, "below stride"),
    ],
)
def test_every_transposed_convolution_refuses_what_does_not_fit(settings, says, unchecked_shapes):
    for form in (conv_transpose2d, grouped_conv_transpose2d, fast.conv_transpose2d):
        with pytest.raises(ValueError, match=says):
            form(**{"x": X, "weight": numbers(1, 2, 3, 3, 3), "bias": numbers(2, 3), **settings})


def test_groups_and_dilation_that_do_not_fit_are_refused(unchecked_shapes):
    x, weight = numbers(0, 1, 4, 5, 5), numbers(1, 4, 2, 3, 3)
    for form in (grouped_conv2d, fast.conv2d):
        for groups, dilation, says in (
            (3, 1, "3 equal groups"),
            (0, 1, "0 equal groups"),
            (2, 3, "does not fit"),
            (2, 0, "at least 1"),
        ):
            with pytest.raises(ValueError, match=says):
                form(x, weight, dilation=dilation, groups=groups)
    for form in (grouped_conv_transpose2d, fast.conv_transpose2d):
        with pytest.raises(ValueError, match="2 equal groups"):
            form(x[:, :3], weight[:3], groups=2)


def test_a_gradient_of_another_shape_is_refused(unchecked_shapes):
    for form in (conv2d_backward, grouped_conv2d_backward, fast.conv2d_backward):
        with pytest.raises(ValueError, match="shape of the result"):
            form(numbers(0, 1, 3, 2, 2), X, numbers(1, 3, 2, 3, 3))


@pytest.mark.parametrize("f", [correlate2d, convolve2d])
def test_a_kernel_larger_than_the_image_is_refused(f):
    with pytest.raises(ValueError, match="does not fit"):
        f(numbers(0, 3, 5), numbers(1, 4, 2))
