"""Principal components, and the angles between two subspaces."""

import torch
from jaxtyping import Float
from torch import Tensor


def pca_project(
    X: Float[Tensor, "samples features"], k: int
) -> tuple[Float[Tensor, "samples features"], Float[Tensor, "features k"], Float[Tensor, " features"]]:
    """The nearest points to X, in squared error, in a k-dimensional plane through its mean.

    With X - mean = U S Vᵀ, the plane is spanned by the first k columns of V, along which the variance is greatest.

    Args:
        X: one sample per row.
        k: dimension of the plane, from 1 to the smaller of samples and features.

    Returns:
        (recon, basis, mean): the projected samples; orthonormal columns that span the plane, the one of greatest
        variance first, each of either sign; the mean of the samples.

    Raises:
        ValueError: k outside its range.

    Source:
        Pearson (1901); Eckart & Young (1936); Goodfellow, Bengio & Courville (2016), section 2.12.
    """
    if not 1 <= k <= min(X.shape):
        raise ValueError(f"k lies between 1 and {min(X.shape)} for X of shape {tuple(X.shape)}; got {k}")
    mean = X.mean(dim=0)
    centred = X - mean
    _, _, Vh = torch.linalg.svd(centred, full_matrices=False)
    basis = Vh[:k].T  # (features, k)
    return centred @ basis @ basis.T + mean, basis, mean


def principal_angles(A: Float[Tensor, "n p"], B: Float[Tensor, "n q"]) -> Float[Tensor, " angles"]:
    """Angles between the subspaces spanned by the columns of A and of B, in degrees, the least first.

    The first is the least angle between a vector of one and a vector of the other, the next is the least among vectors
    at right angles to that pair, and so on. With orthonormal bases Q_A and Q_B their cosines are the singular values
    of Q_Aᵀ Q_B, their sines those of Q_B - Q_A Q_Aᵀ Q_B. The cosine of a tiny angle is 1 up to its square, so that in
    double precision arccos forgets every angle below 1e-8 (1e-6 in degrees); near 90° the same is true of arcsin. The
    arc tangent of both is accurate everywhere.

    Args:
        A, B: linearly independent columns, as long as each other; p and q may differ.

    Returns:
        min(p, q) angles from 0 to 90.

    Raises:
        ValueError: columns of different length, or more columns than rows.

    Source:
        Björck & Golub (1973); Knyazev & Argentati (2002).
    """
    if A.shape[0] != B.shape[0] or max(A.shape[1], B.shape[1]) > A.shape[0]:
        raise ValueError(
            f"expected columns of one length, no more than rows; got {tuple(A.shape)} and {tuple(B.shape)}"
        )
    if A.shape[1] < B.shape[1]:
        A, B = B, A  # the sines of all angles are those of the smaller subspace against the larger
    Q_A, Q_B = (torch.linalg.qr(M).Q for M in (A, B))
    shared = Q_A.T @ Q_B  # (p, q)
    cosines = torch.linalg.svdvals(shared)  # greatest first: the least angle first
    sines = torch.linalg.svdvals(Q_B - Q_A @ shared).flip(0)
    return torch.rad2deg(torch.atan2(sines, cosines))


# The same elsewhere: torch.pca_lowrank approximates the basis with random numbers, sklearn.decomposition.PCA holds it
# in the rows of components_; scipy.linalg.subspace_angles gives the angles in radians, the largest first.
