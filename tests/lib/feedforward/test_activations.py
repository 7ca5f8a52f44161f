"""Activations against torch: values, slopes, extremes."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from gradschool.feedforward import activations as act

DTYPES = [torch.float32, torch.float64]
ELEMENTWISE = [f for f in act.SAME_IN_TORCH if f not in (act.prelu, act.softmax)]
EXTREMES = [-1e4, -750.0, -90.0, -20.0, -1e-3, -1e-30, 0.0, 1e-30, 1e-3, 5.999, 6.0, 20.0, 90.0, 750.0, 1e4]


def name(f):
    return f.__name__


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("f", ELEMENTWISE, ids=name)
def test_value_and_gradient_are_torchs_up_to_the_extremes(f, dtype):
    z = torch.tensor(EXTREMES, dtype=dtype, requires_grad=True)
    ours, theirs = f(z), act.SAME_IN_TORCH[f](z)
    tight = {"rtol": 4 * torch.finfo(dtype).eps, "atol": 0.0}
    if f is act.sigmoid:  # torch rounds to 0 a little earlier
        tight["atol"] = torch.finfo(dtype).tiny * 100
    assert_close(ours, theirs, **tight)
    slope = [torch.autograd.grad(y.sum(), z, retain_graph=True)[0] for y in (ours, theirs)]
    assert_close(*slope, rtol=tight["rtol"], atol=4 * torch.finfo(dtype).eps)  # 1 - t² keeps no more


@pytest.mark.parametrize("f", ELEMENTWISE, ids=name)
@given(seed=st.integers(0, 10**6), shape=st.lists(st.integers(0, 4), max_size=4))
def test_any_shape_passes_and_the_input_stays(f, seed, shape, normal):
    z = 5 * normal(seed, *shape)
    kept = z.clone()
    assert_close(f(z), act.SAME_IN_TORCH[f](z))
    assert torch.equal(z, kept)


@pytest.mark.parametrize("f", [act.sigmoid, act.tanh], ids=name)
def test_second_derivatives_exist(f, normal):
    z = normal(0, 6).requires_grad_()
    assert torch.autograd.gradgradcheck(f, z)


def test_infinite_inputs_saturate():
    ends = torch.tensor([-torch.inf, torch.inf], dtype=torch.float64)
    assert act.sigmoid(ends).tolist() == [0, 1]
    assert act.tanh(ends).tolist() == [-1, 1]
    assert act.clipped_relu(ends).tolist() == [0, 6]


@pytest.mark.parametrize("f", [act.relu, act.sigmoid, act.tanh, act.softmax], ids=name)
def test_nan_is_not_hidden(f):
    assert f(torch.tensor([torch.nan, 1.0]))[0].isnan()


def test_step_fires_at_zero_and_keeps_dtype():
    z = torch.tensor([-1e-9, -0.0, 0.0, 1e-9], dtype=torch.float64)
    assert act.step(z).tolist() == [0, 1, 1, 1]
    assert act.step(z).dtype == torch.float64


def test_bipolar_sigmoid_is_the_stretched_sigmoid(normal):
    z = 4 * normal(1, 50)
    assert_close(act.bipolar_sigmoid(z), 2 * torch.sigmoid(z) - 1)


@pytest.mark.parametrize("channels", [1, 3])
def test_prelu_is_torchs_and_learns_its_slope(channels, normal):
    z, slope = normal(2, 7, 3), normal(3, channels).requires_grad_()
    ours, theirs = act.prelu(z, slope), torch.nn.functional.prelu(z, slope)
    assert_close(ours, theirs)
    assert_close(torch.autograd.grad(ours.sum(), slope), torch.autograd.grad(theirs.sum(), slope))


@pytest.mark.parametrize("ceiling", [1.0, 20.0])
def test_the_ceiling_is_free(ceiling, normal):
    z = 10 * normal(4, 40)
    assert_close(act.clipped_relu(z, ceiling), z.clamp(0, ceiling))


@given(seed=st.integers(0, 10**6), batch=st.lists(st.integers(1, 3), max_size=2), classes=st.integers(1, 6))
def test_softmax_gives_probabilities_that_ignore_a_shift(seed, batch, classes, normal):
    z = 3 * normal(seed, *batch, classes)
    p = act.softmax(z)
    assert_close(p, torch.softmax(z, -1))
    assert_close(p.sum(-1), torch.ones(batch, dtype=z.dtype))
    assert_close(act.softmax(z + 1000), p)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_softmax_survives_huge_scores_row_by_row(dtype):
    z = torch.tensor([[1e4, -1e4, 0], [-1e4, -1e4, -1e4 - 1], [0, 1, 2]], dtype=dtype, requires_grad=True)
    ours, theirs = act.softmax(z), torch.softmax(z, -1)
    assert_close(ours, theirs)
    weights = torch.arange(9, dtype=dtype).reshape(3, 3)
    assert_close(*(torch.autograd.grad((p * weights).sum(), z)[0] for p in (ours, theirs)))


def test_softmax_jacobian_is_autograds(normal):
    z = normal(5, 4)
    assert_close(act.softmax_jacobian(z), torch.autograd.functional.jacobian(lambda t: torch.softmax(t, -1), z))
    assert act.softmax_jacobian(normal(5, 2, 3, 4)).shape == (2, 3, 4, 4)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize(
    ("forward", "backward", "needs_output"),
    [
        (torch.sigmoid, act.sigmoid_backward, True),
        (torch.tanh, act.tanh_backward, True),
        (torch.relu, act.relu_backward, False),
    ],
    ids=["sigmoid", "tanh", "relu"],
)
def test_backward_is_autograds(forward, backward, needs_output, dtype, normal):
    z = torch.cat([5 * normal(6, 30, dtype=dtype), torch.tensor([0.0, 1e4, -1e4], dtype=dtype)]).requires_grad_()
    dout = normal(7, 33, dtype=dtype)
    out = forward(z)
    ours = backward(dout, (out if needs_output else z).detach())
    assert_close(ours, torch.autograd.grad(out, z, dout)[0])
    assert ours.dtype == dtype


@pytest.mark.parametrize("entry", act.ACTIVATIONS)
def test_the_derivative_in_the_table_is_the_functions(entry):
    activation = act.ACTIVATIONS[entry]
    z = torch.tensor([-7.3, -2.1, -0.4, 0.3, 1.7, 5.2, 6.4, 8.8], dtype=torch.float64)
    h = 1e-6
    slope = (activation.function(z + h) - activation.function(z - h)) / (2 * h)
    assert_close(activation.derivative(z), slope, rtol=1e-7, atol=1e-8)
