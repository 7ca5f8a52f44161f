"""Grey values, bit depth, and moved images, against arithmetic and turns that need no interpolation."""

import pytest
import torch
from torch.testing import assert_close

from gradschool.convolutional.images import moved, quantize, shifted, to_gray


def test_grey_weighs_green_most_and_keeps_grey():
    colours = torch.eye(3)[:, :, None].expand(3, 3, 2)[..., None]  # (batch, 3, 2, 1)
    gray = to_gray(colours)
    assert gray.shape == (3, 2, 1)
    assert_close(gray[:, 0, 0], torch.tensor([0.299, 0.587, 0.114]))
    assert_close(to_gray(torch.full((3, 2, 2), 0.4)), torch.full((2, 2), 0.4))


@pytest.mark.parametrize("bits", [1, 2, 3, 8])
def test_so_many_bits_so_many_values(bits):
    x = torch.linspace(0, 1, 5001, dtype=torch.float64)
    q = quantize(x, bits)
    assert len(q.unique()) == 2**bits
    assert (q - x).abs().max() <= 0.5 / (2**bits - 1) + 1e-12
    assert_close(quantize(q, bits), q)
    with pytest.raises(ValueError, match="at least one bit"):
        quantize(x, 0)


@pytest.mark.parametrize(("angle", "turns"), [(0, 0), (90, 1), (180, 2), (-90, 3)])
def test_right_angles_are_exact(angle, turns, normal):
    x = normal(0, 2, 3, 6, 6)
    assert_close(moved(x, angle), torch.rot90(x, turns, dims=(2, 3)), atol=1e-10, rtol=0)


def test_half_a_turn_of_an_image_that_is_not_square(normal):
    x = normal(0, 1, 1, 4, 7)
    assert_close(moved(x, 180), x.flip(2, 3), atol=1e-10, rtol=0)


def test_a_turn_keeps_a_disc_a_disc_whatever_the_sides():
    i, j = torch.meshgrid(torch.arange(41.0), torch.arange(61.0), indexing="ij")
    disc = (((i - 20) ** 2 + (j - 30) ** 2).sqrt() < 12).double()[None, None]
    assert (moved(disc, 37) - disc).abs().mean() < 0.02
    assert moved(disc, 0, 0.5).sum() / disc.sum() == pytest.approx(0.25, abs=0.02)
    with pytest.raises(ValueError, match="scale is positive"):
        moved(disc, 0, 0)


def test_shifts_bring_black_in():
    x = torch.arange(1.0, 7).reshape(2, 3)
    assert shifted(x, right=1).tolist() == [[0, 1, 2], [0, 4, 5]]
    assert shifted(x, down=-1).tolist() == [[4, 5, 6], [0, 0, 0]]
    assert torch.equal(shifted(x), x)
