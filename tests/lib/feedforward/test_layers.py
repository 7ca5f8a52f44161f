"""The dense layer against torch.nn.functional.linear and autograd."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from gradschool.feedforward import layers

sizes = st.integers(1, 6)


@given(seed=st.integers(0, 10**6), batch=sizes, inputs=sizes, outputs=sizes)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_forward_and_backward_are_torchs(seed, batch, inputs, outputs, dtype, normal):
    x, weight, bias, dout = (
        normal(seed + i, *shape, dtype=dtype)
        for i, shape in enumerate([(batch, inputs), (outputs, inputs), (outputs,), (batch, outputs)])
    )
    leaves = [t.clone().requires_grad_() for t in (x, weight, bias)]
    theirs = torch.nn.functional.linear(*leaves)
    assert_close(layers.linear_forward(x, weight, bias), theirs)
    for ours, expected in zip(
        layers.linear_backward(dout, x, weight), torch.autograd.grad(theirs, leaves, dout), strict=True
    ):
        assert_close(ours, expected)


def test_an_empty_batch_has_no_output_and_no_gradient():
    x, weight = torch.zeros(0, 3), torch.ones(2, 3)
    assert layers.linear_forward(x, weight, torch.ones(2)).shape == (0, 2)
    dx, dweight, dbias = layers.linear_backward(torch.zeros(0, 2), x, weight)
    assert dx.shape == (0, 3)
    assert not dweight.any()
    assert not dbias.any()


@given(seed=st.integers(0, 10**6), widths=st.lists(sizes, min_size=2, max_size=5), batch=sizes)
def test_mlp_is_torchs_sequential(seed, widths, batch, normal):
    torch.manual_seed(seed)
    linears = [torch.nn.Linear(i, o, dtype=torch.float64) for i, o in pairwise(widths)]
    stack = [m for linear in linears for m in (linear, torch.nn.ReLU())][:-1]
    net = torch.nn.Sequential(*stack)
    x = normal(seed, batch, widths[0])
    scores = layers.mlp_forward(x, [m.weight for m in linears], [m.bias for m in linears])
    assert_close(scores, net(x))
    assert layers.count_parameters(widths) == sum(p.numel() for p in net.parameters())


def test_one_layer_may_score_below_zero():
    scores = layers.mlp_forward(torch.ones(1, 1), [-torch.ones(1, 1)], [torch.zeros(1)])
    assert scores.item() == -1


@pytest.mark.parametrize(("weights", "biases"), [(0, 0), (2, 1), (1, 2)])
def test_layers_that_do_not_pair_up_are_refused(weights, biases):
    with pytest.raises(ValueError, match=f"got {weights} weights, {biases} biases"):
        layers.mlp_forward(torch.ones(1, 1), [torch.ones(1, 1)] * weights, [torch.ones(1)] * biases)


@pytest.mark.parametrize(("widths", "count"), [([64, 32, 10], 2410), ([784, 300, 100, 10], 266610), ([2, 1], 3)])
def test_published_parameter_counts(widths, count):
    assert layers.count_parameters(widths) == count


@pytest.mark.parametrize("widths", [[], [3], [3, 0], [3, -1, 2]])
def test_sizes_that_are_no_network_are_refused(widths):
    with pytest.raises(ValueError, match="at least 1"):
        layers.count_parameters(widths)
