"""A call of every public reference of the notebooks on Wasserstein, translation and style, for `test_devices.py`."""

import torch

from gradschool.adversarial import conditional, style, superresolution, translation, wasserstein

_chance = torch.Generator().manual_seed(0)


def t(*shape):
    return torch.randn(shape, generator=_chance, dtype=torch.float64)


LABELS = torch.tensor([2, 0, 1, 1])
CALLS = {
    "condition_on_label": (conditional.condition_on_label, (t(4, 3), LABELS, t(3, 2))),
    "critic_loss": (wasserstein.critic_loss, (t(4), t(5))),
    "wasserstein_1d": (wasserstein.wasserstein_1d, (t(4), t(6))),
    "clip_weights": (wasserstein.clip_weights, ([t(3), t(2, 2)], 0.5)),
    "gradient_penalty": (
        lambda real, fake, eps: wasserstein.gradient_penalty(lambda x: x.tanh().sum(dim=1), real, fake, eps),
        (t(4, 3), t(4, 3), t(4, 1).sigmoid()),
    ),
    "cycle_consistency_loss": (
        lambda x, y: translation.cycle_consistency_loss(x, y, torch.tanh, torch.sinh),
        (t(4, 3), t(5, 3)),
    ),
    "adain": (style.adain, (t(2, 3, 4, 4), t(2, 3), t(2, 3))),
    "style_parameters": (style.style_parameters, (t(2, 6),)),
    "mixed_styles": (style.mixed_styles, (t(2, 3), t(2, 3), 4, 2)),
    "pixel_shuffle": (superresolution.pixel_shuffle, (t(2, 8, 3, 2), 2)),
    "down": (superresolution.down, (t(2, 1, 4, 6),)),
    "up": (superresolution.up, (t(2, 1, 2, 3),)),
    "laplacian_pyramid": (superresolution.laplacian_pyramid, (t(1, 1, 8, 8), 3)),
    "reconstruct_from_pyramid": (
        superresolution.reconstruct_from_pyramid,
        ([t(1, 1, 8, 8), t(1, 1, 4, 4), t(1, 1, 2, 2)],),
    ),
}
MODULES = [conditional, wasserstein, translation, style, superresolution]
BY_CHANCE = {"image_pool"}
NOT_ABOUT_TENSORS = {"wgan_gp_step"}  # about networks
