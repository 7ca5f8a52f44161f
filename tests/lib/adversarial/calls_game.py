"""A call of every public reference of the game and of DCGAN, for `tests/lib/test_devices.py`."""

import torch

from gradschool.adversarial import dcgan, frechet, game, modes, side_by_side, steps

_chance = torch.Generator().manual_seed(0)


def t(*shape):
    return torch.randn(shape, generator=_chance, dtype=torch.float64)


def spread(features):
    a = t(features, features + 2)
    return a @ a.T


SHARES = t(2, 3, 5).abs() / t(2, 3, 5).abs().sum(-1, keepdim=True)


def penalty(x, w):
    x = x.detach().requires_grad_()
    return game.r1_penalty((x**2) @ w, x)


CALLS = {
    "discriminator_loss": (game.discriminator_loss, (t(4), t(5))),
    "generator_loss": (game.generator_loss, (t(4),)),
    "generator_loss, saturating": (game.generator_loss, (t(4), True)),
    "optimal_discriminator": (game.optimal_discriminator, (t(4).abs(), t(4).abs())),
    "js_divergence": (game.js_divergence, tuple(SHARES)),
    "r1_penalty": (penalty, (t(4, 3), t(3))),
    "smoothed_discriminator_loss": (steps.smoothed_discriminator_loss, (t(4), t(3), 0.9)),
    "moments": (frechet.moments, (t(6, 3),)),
    "frechet_distance": (frechet.frechet_distance, (t(3), spread(3), t(3), spread(3))),
}
# These read numbers out of their tensors, which the meta device has none of.
NEEDS_NUMBERS = {"modes_covered": (modes.modes_covered, (t(20, 2), t(3, 2), 0.7, 2))}
MODULES = [game, steps, modes, side_by_side, dcgan, frechet]
BY_CHANCE = {"mixture_samples", "mlps_side_by_side", "init_dcgan_weights"}
NOT_ABOUT_TENSORS = {
    "ring_centres",
    "discriminator_step",
    "generator_step",
    "train_gan_epoch",
}  # the last three: networks
