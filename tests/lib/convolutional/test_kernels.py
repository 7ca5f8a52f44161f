"""Named kernels: closed forms, sums, and which edges they answer to."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from gradschool.convolutional.convolution import correlate2d
from gradschool.convolutional.kernels import KERNELS, gaussian_kernel, named_kernel


@settings(deadline=None)
@given(st.integers(1, 9), st.floats(0.2, 5))
def test_a_gaussian_kernel_has_the_gaussians_ratios_and_sums_to_one(size, sigma):
    kernel = gaussian_kernel(size, sigma).double()
    assert kernel.shape == (size, size)
    assert_close(kernel.sum(), torch.tensor(1.0).double(), atol=1e-6, rtol=0)
    assert_close(kernel, kernel.T)
    assert_close(kernel, kernel.flip(0, 1))
    middle = (size - 1) / 2
    weights = [
        [math.exp(-((i - middle) ** 2 + (j - middle) ** 2) / (2 * sigma**2)) for j in range(size)] for i in range(size)
    ]
    expected = torch.tensor(weights).double()
    assert_close(kernel, expected / expected.sum(), atol=1e-6, rtol=1e-5)


def test_a_tiny_sigma_leaves_the_middle_alone():
    assert torch.equal(gaussian_kernel(3, 1e-3), named_kernel("identity"))


@pytest.mark.parametrize(("size", "sigma"), [(0, 1.0), (3, 0.0), (3, -1.0)])
def test_a_gaussian_needs_a_size_and_a_width(size, sigma):
    with pytest.raises(ValueError, match="sigma positive"):
        gaussian_kernel(size, sigma)


def test_sobel_answers_to_the_edge_that_its_name_says():
    upright = torch.zeros(6, 7)
    upright[:, 3:] = 1.0  # an upright edge: grey values change across
    lying = torch.zeros(7, 6)
    lying[3:] = 1.0
    across, down = named_kernel("Sobel, across"), named_kernel("Sobel, down")
    assert correlate2d(upright, across).abs().max() == 4
    assert correlate2d(lying, across).abs().max() == 0
    assert correlate2d(lying, down).abs().max() == 4
    assert correlate2d(upright, down).abs().max() == 0


def test_what_named_kernels_do_to_a_grey_wall():
    wall = torch.full((5, 5), 0.25)
    kept = {name for name in KERNELS if torch.allclose(correlate2d(wall, named_kernel(name)), wall[:3, :3])}
    assert kept == {"identity", "mean", "sharpen", "emboss", "shift"}
    with pytest.raises(ValueError, match="the named kernels are"):
        named_kernel("sobel")
