"""Normalisations of channels against torch's own, and their properties."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from gradschool.convolutional.normalisation import batchnorm2d, local_response_norm, normalize_channels


def numbers(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_every_channel_gets_mean_0_and_deviation_1(normal):
    images = 3 * normal(0, 4, 3, 5, 6) + torch.tensor([1.0, -2, 50]).double()[:, None, None]
    out, mean, std = normalize_channels(images)
    assert_close(out.mean(dim=(0, 2, 3)), torch.zeros(3).double(), atol=1e-12, rtol=0)
    assert_close(out.std(dim=(0, 2, 3), correction=0), torch.ones(3).double())
    assert_close(out * std[:, None, None] + mean[:, None, None], images)


def test_a_channel_that_never_changes_becomes_0():
    images = torch.full((2, 1, 3, 4), 0.5).double()
    out, mean, std = normalize_channels(images)
    assert torch.equal(out, torch.zeros_like(out))
    assert mean.item() == 0.5
    assert std.item() == 0


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("shape", [(4, 3, 5, 2), (1, 2, 3, 3), (2, 1, 1, 1)])
def test_batch_normalisation_is_torchs_forward_backward_and_state(train, shape):
    x, gamma, beta = (numbers(i, *s).requires_grad_() for i, s in enumerate((shape, shape[1:2], shape[1:2])))
    mean, var = numbers(3, shape[1]), numbers(4, shape[1]).exp()
    out, new_mean, new_var = batchnorm2d(x, gamma, beta, mean, var, train, 0.3, 1e-3)
    theirs = F.batch_norm(x, mean, var, gamma, beta, train, 0.3, 1e-3)  # writes its state into mean and var
    assert_close(out, theirs)
    assert_close((new_mean, new_var), (mean, var))
    dout = numbers(5, *shape)
    ours, expected = (torch.autograd.grad((o * dout).sum(), [x, gamma, beta]) for o in (out, theirs))
    assert_close(ours, expected)


def test_a_single_pixel_cannot_be_normalised_by_itself(normal):
    one = normal(0, 2)
    with pytest.raises(ValueError, match="two samples"):
        batchnorm2d(normal(0, 1, 2, 1, 1), one, one, one, one.exp(), train=True)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 9), st.integers(1, 7), st.floats(1e-4, 3), st.floats(0.1, 2), st.floats(0.5, 3), st.integers(0, 99)
)
def test_local_response_normalisation_is_torchs_forward_and_backward(channels, size, alpha, beta, k, seed):
    x = (3 * numbers(seed, 2, channels, 3, 2)).requires_grad_()
    out, theirs = local_response_norm(x, size, alpha, beta, k), F.local_response_norm(x, size, alpha, beta, k)
    assert_close(out, theirs)
    dout = numbers(seed + 1, *x.shape)
    ours, expected = (torch.autograd.grad((o * dout).sum(), x)[0] for o in (out, theirs))
    assert_close(ours, expected)


def test_the_papers_alpha_is_torchs_divided_by_size():
    x = 5 * numbers(0, 1, 8, 2, 2)
    neighbours = [x[:, max(0, c - 2) : c + 3].square().sum(dim=1) for c in range(8)]
    paper = x / (2 + 1e-4 * torch.stack(neighbours, dim=1)) ** 0.75
    assert_close(local_response_norm(x, 5, 5e-4, 0.75, 2.0), paper)
