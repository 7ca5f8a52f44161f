"""A call of every public reference of the third and fourth lesson, for `tests/lib/test_devices.py`."""

import torch

from gradschool.autoencoders import anomalies, compression, convolutional, pretraining, quality, variational

_chance = torch.Generator().manual_seed(0)


def t(*shape):
    return torch.randn(shape, generator=_chance, dtype=torch.float64)


CALLS = {
    "kl_divergence": (variational.kl_divergence, (t(4, 3), t(4, 3))),
    "elbo_loss": (variational.elbo_loss, (t(4, 6), t(4, 6).sigmoid(), t(4, 3), t(4, 3), 0.5)),
    "interpolate": (variational.interpolate, (t(3), t(3), 4)),
    "psnr": (quality.psnr, (t(4, 6), t(4, 6))),
}
NEEDS_NUMBERS = {
    "roc_auc": (anomalies.roc_auc, (t(6), torch.tensor([0, 1, 1, 0, 0, 1]))),
    "dct_basis": (lambda x: x @ compression.dct_basis(2).to(x).T, (t(3, 4),)),
    "principal_basis": (compression.principal_basis, (t(9, 4),)),
    "projected": (compression.projected, (t(5, 4), t(4), t(2, 4))),
}
MODULES = [anomalies, compression, convolutional, pretraining, quality, variational]
# these draw, or change networks that they are given
BY_CHANCE = {"reparameterize", "vae_step", "new_vae", "pretrain_and_finetune", "anomaly_scores"}
