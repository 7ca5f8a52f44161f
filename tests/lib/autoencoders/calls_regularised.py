"""Calls of the references of this unit's first two notebooks, for `tests/lib/test_devices.py`."""

import torch

from gradschool.autoencoders import contraction, corruption, networks, reconstruction, sparsity, steps, subspaces

_chance = torch.Generator().manual_seed(0)


def t(*shape):
    return torch.randn(shape, generator=_chance, dtype=torch.float64)


def subspace(X, k):
    """Without the basis, whose signs are free."""
    recon, basis, mean = subspaces.pca_project(X, k)
    return recon, basis @ basis.T, mean


WEIGHT = t(3, 4)
CALLS = {
    "reconstruction_loss": (reconstruction.reconstruction_loss, (t(5, 4), t(5, 4).sigmoid(), "mse")),
    "bce": (reconstruction.reconstruction_loss, (t(5, 4), t(5, 4).sigmoid(), "bce")),
    "pca_project": (subspace, (t(6, 4), 2)),
    "principal_angles": (subspaces.principal_angles, (t(5, 3), t(5, 2))),
    "l1_sparsity": (sparsity.l1_sparsity, (t(5, 3), 0.1)),
    "kl_sparsity": (sparsity.kl_sparsity, (t(5, 3).sigmoid(), 0.05, 2.0)),
    "contractive_penalty": (contraction.contractive_penalty, (t(5, 3).sigmoid(), WEIGHT)),
    "jacobian_frobenius": (
        lambda x, weight: contraction.jacobian_frobenius(lambda x: torch.tanh(x @ weight.T), x),
        (t(5, 4), WEIGHT),
    ),
}
MODULES = [reconstruction, subspaces, sparsity, contraction, corruption, steps, networks]
BY_CHANCE = {"gaussian_noise", "masking_noise", "salt_and_pepper", "denoising_step", "train_autoencoder_step"}
NOT_ABOUT_TENSORS = {"dense_stack"}
