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

    C₁C₂ is not symmetric, but it has the eigenvalues of C₁^½ C₂ C₁^½, which is: its root's trace is the sum of their
    roots. Those of singular covariances come out of rounding as tiny negative numbers, and are taken for 0.

    Args:
        mu1, mu2: means.
        C1, C2: covariances, symmetric, with no negative eigenvalue.

    Source: Dowson & Landau (1982); Heusel et al. (2017), GANs trained by a two time-scale update rule, eq. 6.
    """
    values, vectors = torch.linalg.eigh(C1)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    cross = torch.linalg.eigvalsh(root @ C2 @ root).clamp(min=0).sqrt().sum()
    distance: Tensor = (mu1 - mu2).square().sum() + C1.trace() + C2.trace() - 2 * cross
    return distance


# The same in torch: nothing; torchmetrics.image.fid.FrechetInceptionDistance measures it on Inception's features.
