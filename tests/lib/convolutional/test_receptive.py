"""The receptive field by arithmetic is the one that gradients find."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from gradschool.convolutional.receptive import receptive_field

layer = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 2))


@settings(deadline=None, max_examples=60)
@given(st.lists(layer, max_size=4))
def test_the_field_is_where_the_gradient_is_not_zero(layers):
    expected, size = receptive_field(layers), 1
    for kernel, stride, dilation in reversed(layers):  # the input that gives exactly one output
        size = (size - 1) * stride + dilation * (kernel - 1) + 1
    x = torch.zeros(1, 1, size, requires_grad=True)
    out = x
    for kernel, stride, dilation in layers:
        out = F.conv1d(out, torch.ones(1, 1, kernel), None, stride, 0, dilation)
    (gradient,) = torch.autograd.grad(out.sum(), x)
    touched = gradient[0, 0].nonzero().flatten()
    assert out.shape[-1] == 1
    assert int(touched.max() - touched.min()) + 1 == expected == size


def test_fields_in_print():
    assert receptive_field([]) == 1
    assert receptive_field([(3, 1)] * 3) == 7
    vgg16 = ([(3, 1)] * 2 + [(2, 2)]) * 2 + ([(3, 1)] * 3 + [(2, 2)]) * 3
    assert receptive_field(vgg16) == 212
    alexnet = [(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2)]
    assert receptive_field(alexnet) == 195


@pytest.mark.parametrize("layers", [[(3,)], [(3, 0)], [(0, 1)], [(3, 1, 1, 1)]])
def test_a_layer_has_a_kernel_and_a_stride(layers):
    with pytest.raises(ValueError, match="a layer is"):
        receptive_field(layers)
