"""Gradients by hand against autograd, differences against closed forms."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from gradschool.feedforward import gradients
from gradschool.feedforward.losses import binary_cross_entropy

seeds = st.integers(0, 10**6)


def small_network(seed, inputs, hidden, normal, dtype=torch.float64):
    shapes = [(hidden, inputs), (hidden,), (1, hidden), (1,)]
    return [normal(seed + i, *shape, dtype=dtype) for i, shape in enumerate(shapes)]


@given(seed=seeds, shape=st.lists(st.integers(1, 3), max_size=3))
def test_differences_agree_with_autograd(seed, shape, normal):
    x = normal(seed, *shape)

    def f(t):
        return (t.sin() * t).sum() + t.exp().mean()

    leaf = x.clone().requires_grad_()
    kept = x.clone()
    assert_close(gradients.numerical_gradient(f, x), torch.autograd.grad(f(leaf), leaf)[0], rtol=1e-7, atol=1e-8)
    assert torch.equal(x, kept)


def test_differences_are_central_and_exact_for_a_parabola():
    x = torch.tensor([3.0, -1.0], dtype=torch.float64)
    assert_close(gradients.numerical_gradient(lambda t: (t**2).sum(), x, h=0.5), 2 * x, rtol=1e-12, atol=0)


def test_a_float32_point_is_evaluated_in_float64():
    x = torch.tensor([1.0, 2.0], dtype=torch.float32)
    seen = []
    slope = gradients.numerical_gradient(lambda t: seen.append(t.dtype) or float((t**3).sum()), x)
    assert set(seen) == {torch.float64}
    assert slope.dtype == torch.float32
    assert_close(slope, 3 * x**2)


def test_a_transposed_point_and_one_inside_a_graph_are_fine():
    x = torch.arange(6.0, dtype=torch.float64).reshape(2, 3).T.requires_grad_()
    weights = torch.arange(6.0, dtype=torch.float64).reshape(3, 2)
    assert_close(gradients.numerical_gradient(lambda t: (weights * t).sum(), x), weights)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@given(seed=seeds, batch=st.integers(1, 6), inputs=st.integers(1, 3), hidden=st.integers(1, 5))
def test_two_layer_gradients_are_autograds(seed, batch, inputs, hidden, dtype, normal):
    params = small_network(seed, inputs, hidden, normal, dtype)
    x, y = normal(seed + 9, batch, inputs, dtype=dtype), (normal(seed + 10, batch) > 0).to(dtype)
    leaves = [p.clone().requires_grad_() for p in params]
    w1, b1, w2, b2 = leaves
    scores = torch.tanh(x @ w1.T + b1) @ w2.T + b2
    loss = torch.nn.functional.binary_cross_entropy_with_logits(scores.squeeze(1), y)
    for ours, theirs in zip(
        gradients.two_layer_gradients(x, y, *params), torch.autograd.grad(loss, leaves), strict=True
    ):
        assert_close(ours, theirs)


def test_two_layer_gradients_pass_the_check_by_differences(normal):
    params = small_network(1, 2, 4, normal)
    x, y = normal(20, 12, 2), (normal(21, 12) > 0).double()
    by_hand = gradients.two_layer_gradients(x, y, *params)
    for i in range(4):

        def loss(t, i=i):
            p, _ = gradients.two_layer_forward(x, *params[:i], t, *params[i + 1 :])
            return binary_cross_entropy(p, y)

        assert_close(by_hand[i], gradients.numerical_gradient(loss, params[i]), rtol=1e-6, atol=1e-9)


def test_descent_on_the_planar_network_lowers_the_loss(normal):
    params = small_network(2, 2, 4, normal)
    x = normal(30, 64, 2)
    y = (x[:, 0] * x[:, 1] > 0).double()
    before = binary_cross_entropy(gradients.two_layer_forward(x, *params)[0], y)
    for _ in range(500):
        params = gradients.gradient_descent_step(params, gradients.two_layer_gradients(x, y, *params), lr=1.0)
    after = binary_cross_entropy(gradients.two_layer_forward(x, *params)[0], y)
    assert after < before / 3


def test_a_step_is_torchs_sgd_and_leaves_its_arguments(normal):
    params = [normal(0, 3, 2), normal(1, 4)]
    grads = [normal(2, 3, 2), normal(3, 4)]
    leaves = [p.clone().requires_grad_() for p in params]
    for leaf, g in zip(leaves, grads, strict=True):
        leaf.grad = g
    torch.optim.SGD(leaves, lr=0.3).step()
    assert_close(gradients.gradient_descent_step(params, grads, 0.3), [leaf.detach() for leaf in leaves])
    assert torch.equal(params[0], normal(0, 3, 2))


def test_a_missing_gradient_is_refused():
    with pytest.raises(ValueError, match="2 parameters and 1 gradients"):
        gradients.gradient_descent_step([torch.zeros(1), torch.zeros(1)], [torch.zeros(1)], 0.1)
