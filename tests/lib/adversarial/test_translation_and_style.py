"""Translators, styles, shuffles and pyramids against torch and closed forms."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from gradschool.adversarial import style, superresolution, translation


def test_inverses_lose_nothing_on_the_way_and_others_do(normal):
    x, y = normal(0, 4, 3), normal(1, 6, 3)
    lossless = translation.cycle_consistency_loss(x, y, lambda t: 2 * t + 1, lambda t: (t - 1) / 2)
    assert lossless.item() == pytest.approx(0, abs=1e-12)
    shifted = translation.cycle_consistency_loss(x, y, lambda t: t + 3, lambda t: t)
    assert shifted.item() == pytest.approx(6)


def test_each_score_sees_one_patch(normal):
    """A score's slope with respect to the image is the patch it sees, instance normalisation apart."""
    torch.manual_seed(0)
    judge = translation.PatchDiscriminator(1, 4).double()
    x = normal(0, 1, 1, 16, 16).requires_grad_()
    assert judge(x).shape == (1, 1, 8, 8)
    plain = lambda t: judge.score(F.leaky_relu(judge.mix(F.leaky_relu(judge.down(t), 0.2)), 0.2))  # noqa: E731
    (slope,) = torch.autograd.grad(plain(x)[0, 0, 4, 4], x)
    rows, columns = slope[0, 0].nonzero().T
    assert (rows.max() - rows.min() + 1, columns.max() - columns.min() + 1) == (8, 8)


def test_the_patches_are_torchs_layers(normal):
    torch.manual_seed(0)
    judge = translation.PatchDiscriminator(3, 4).double()
    theirs = nn.Sequential(
        judge.down, nn.LeakyReLU(0.2), judge.mix, nn.InstanceNorm2d(8), nn.LeakyReLU(0.2), judge.score
    )
    x = normal(0, 2, 3, 8, 12)
    assert_close(judge(x), theirs(x), rtol=0, atol=1e-12)


@given(kept=st.integers(0, 6), batch=st.integers(1, 30), size=st.integers(0, 6), seed=st.integers(0, 99))
def test_a_pool_loses_nothing(kept, batch, size, seed):
    pool = [torch.tensor([1000.0 + i]) for i in range(min(kept, size))]
    images = torch.arange(batch).float()[:, None]
    chance = torch.Generator().manual_seed(seed)
    shown, after = translation.image_pool(pool, images, size, chance)
    room = min(max(size - len(pool), 0), batch)
    assert len(shown) == batch and len(after) == min(size, len(pool) + batch)
    assert torch.equal(shown[:room], images[:room])
    before = sorted([*(p.item() for p in pool), *images.flatten().tolist(), *images[:room].flatten().tolist()])
    assert sorted([*shown.flatten().tolist(), *(p.item() for p in after)]) == before


def test_adain_is_instance_norm_with_a_style(normal):
    x, scale, shift = normal(0, 3, 2, 4, 5), normal(1, 3, 2), normal(2, 3, 2)
    expected = F.instance_norm(x, eps=1e-5) * scale[..., None, None] + shift[..., None, None]
    assert_close(style.adain(x, scale, shift), expected, rtol=0, atol=1e-12)
    styled = style.adain(7 * x - 3, scale, shift, eps=0.0)
    assert_close(styled.mean(dim=(2, 3)), shift)
    assert_close(styled.var(dim=(2, 3), correction=0), scale.square())


def test_a_style_depends_on_the_direction_of_z_alone(normal):
    torch.manual_seed(0)
    net = style.MappingNetwork(5, 3).double()
    z = normal(0, 4, 5)
    assert_close(net(z), net(7 * z), rtol=0, atol=1e-7)
    assert net(torch.zeros(1, 5).double()).isfinite().all()
    assert [tuple(layer.weight.shape) for layer in net.layers] == [(5, 5), (5, 5), (3, 5)]
    with pytest.raises(ValueError, match="at least one layer"):
        style.MappingNetwork(4, 4, 0)


def test_styles_are_mixed_at_the_crossover(normal):
    a, b = normal(0, 2, 3), normal(1, 2, 3)
    mixed = style.mixed_styles(a, b, layers=4, crossover=1)
    assert [m is a for m in mixed] == [True, False, False, False]
    with pytest.raises(ValueError, match="between 0 and 4"):
        style.mixed_styles(a, b, 4, 5)
    scale, shift = style.style_parameters(torch.tensor([[1.0, 2.0, 3.0, 4.0]]))
    assert_close((scale, shift), (torch.tensor([[2.0, 3.0]]), torch.tensor([[3.0, 4.0]])))


@given(r=st.integers(1, 3), channels=st.integers(1, 3), height=st.integers(1, 4), width=st.integers(1, 4))
def test_pixels_are_shuffled_as_in_torch(r, channels, height, width):
    x = torch.arange(2 * channels * r * r * height * width).double().reshape(2, channels * r * r, height, width)
    ours = superresolution.pixel_shuffle(x, r)
    assert torch.equal(ours, F.pixel_shuffle(x, r))
    assert torch.equal(F.pixel_unshuffle(ours, r), x)


def test_channels_that_make_no_block_are_refused():
    with pytest.raises(ValueError, match="multiple of r² = 4; got 6"):
        superresolution.pixel_shuffle(torch.zeros(1, 6, 2, 2), 2)


@given(levels=st.integers(1, 4), rows=st.integers(1, 3), columns=st.integers(1, 3), seed=st.integers(0, 99))
def test_a_pyramid_gives_its_image_back(levels, rows, columns, seed):
    shape = (2, 1, rows * 2 ** (levels - 1), columns * 2 ** (levels - 1))
    x = torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    pyramid = superresolution.laplacian_pyramid(x, levels)
    assert len(pyramid) == levels and pyramid[-1].shape[-2:] == (rows, columns)
    assert_close(superresolution.reconstruct_from_pyramid(pyramid), x, rtol=0, atol=1e-12)
    for detail in pyramid[:-1]:  # a detail adds nothing to the mean of any block of four
        assert_close(F.avg_pool2d(detail, 2), torch.zeros_like(detail[..., ::2, ::2]), rtol=0, atol=1e-12)


def test_the_steps_of_a_pyramid_are_torchs(normal):
    x = normal(0, 2, 3, 4, 6)
    assert_close(superresolution.down(x), F.avg_pool2d(x, 2))
    assert_close(superresolution.up(x), F.interpolate(x, scale_factor=2))


@pytest.mark.parametrize(
    ("shape", "levels", "words"), [((1, 1, 6, 4), 3, "3×2"), ((1, 1, 4, 4), 0, "at least one level")]
)
def test_impossible_pyramids_are_refused(shape, levels, words):
    with pytest.raises(ValueError, match=words):
        superresolution.laplacian_pyramid(torch.zeros(shape), levels)
    with pytest.raises(ValueError, match="at least one entry"):
        superresolution.reconstruct_from_pyramid([])
