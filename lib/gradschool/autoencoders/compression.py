"""Linear codes to compare an autoencoder with: principal components, and the cosines that JPEG files are made of."""

import math

import torch
from jaxtyping import Float
from torch import Tensor


def principal_basis(
    x: Float[Tensor, "samples pixels"],
) -> tuple[Float[Tensor, " pixels"], Float[Tensor, "components pixels"]]:
    """Mean and principal components of the samples, the one along which they spread most first.

    Source: Goodfellow, Bengio & Courville (2016), section 5.8.1.
    """
    mean = x.mean(dim=0)
    return mean, torch.linalg.svd(x - mean, full_matrices=False).Vh


def dct_basis(n: int = 8) -> Float[Tensor, "pixels pixels"]:
    """The two-dimensional discrete cosine transform of n×n pixels, orthonormal, one basis image per row.

    The rows are ordered as they are kept: by the sum of both frequencies, the lowest first. What is fixed here,
    whatever the images, principal components find for the images given.

    Source: Ahmed, Natarajan & Rao (1974), Discrete cosine transform; Wallace (1991) for its place in JPEG.
    """
    k, i = torch.arange(n, dtype=torch.float64).unsqueeze(1), torch.arange(n, dtype=torch.float64)
    waves = torch.cos(math.pi * (2 * i + 1) * k / (2 * n)) * math.sqrt(2 / n)  # (frequency, pixel)
    waves[0] /= math.sqrt(2)
    order = sorted(((u, v) for u in range(n) for v in range(n)), key=lambda pair: (sum(pair), pair))
    return torch.stack([torch.outer(waves[u], waves[v]).flatten() for u, v in order])


def projected(
    x: Float[Tensor, "samples pixels"], mean: Float[Tensor, " pixels"], basis: Float[Tensor, "code pixels"]
) -> Float[Tensor, "samples pixels"]:
    """What is left of the samples when only their coordinates along an orthonormal basis are kept."""
    return mean + (x - mean) @ basis.T @ basis


# The same elsewhere: sklearn.decomposition.PCA(k).fit(x).components_; scipy.fft.dctn(image, norm="ortho").
