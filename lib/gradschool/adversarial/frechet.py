"""Fréchet distance between two clouds of features, each taken for a normal distribution."""

import torch
from jaxtyping import Float
from torch import Tensor


def moments(features: Float[Tensor, "samples features"]) -> tuple[Tensor, Tensor]:
    """Mean and covariance of a cloud, the covariance divided by samples - 1.

    Raises:
        ValueError: fewer than two samples, which have no covariance.
    """
    if len(features) < 2:
        raise ValueError(f"a covariance needs two samples or more; got {len(features)}")
    centred = features - features.mean(dim=0)
    return features.mean(dim=0), centred.T @ centred / (len(features) - 1)


def frechet_distance(
    mu1: Float[Tensor, " features"],
    C1: Float[Tensor, "features features"],
    mu2: Float[Tensor, " features"],
    C2: Float[Tensor, "features features"],
) -> Float[Tensor, ""]:
    """Squared Fréchet distance of two normal distributions: ‖μ₁ - μ₂‖² + tr(C₁ + C₂ - 2 (C₁ C₂)^½).

    With C = R Rᵀ for both, the eigenvalues of C₁C₂ are the squared singular values of R₁ᵀ R₂, so that the trace of its
    root is their sum: no square is taken whose root would bring the rounding errors back, larger. Never negative.

    Args:
        mu1, mu2: means.
        C1, C2: covariances, symmetric, with no negative eigenvalue.

    Source: Dowson & Landau (1982); Heusel et al. (2017), GANs trained by a two time-scale update rule, eq. 6.
    """
    cross = torch.linalg.svdvals(_root(C1).T @ _root(C2)).sum()
    distance: Tensor = (mu1 - mu2).square().sum() + (C1.trace() + C2.trace() - 2 * cross).clamp(min=0)
    return distance


def _root(C: Float[Tensor, "features features"]) -> Float[Tensor, "features features"]:
    """R with C = R Rᵀ. Eigenvalues that are 0 up to rounding are taken for 0."""
    values, vectors = torch.linalg.eigh(C)
    rounding = values[-1:] * len(values) * torch.finfo(values.dtype).eps
    root: Tensor = vectors * torch.where(values > rounding, values, 0).sqrt()
    return root


# The same in torch: nothing; torchmetrics.image.fid.FrechetInceptionDistance measures it on Inception's features.
