"""Principal components against scikit-learn, angles against constructed ones, and the linear autoencoder against both."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA
from torch.testing import assert_close

from gradschool import data
from gradschool.autoencoders.networks import Autoencoder, LinearAutoencoder, SigmoidAutoencoder
from gradschool.autoencoders.steps import train_autoencoder_step
from gradschool.autoencoders.subspaces import pca_project, principal_angles
from gradschool.training import seeded

seeds = st.integers(0, 10**6)


@given(seed=seeds, samples=st.integers(3, 8), features=st.integers(1, 6))
def test_the_projection_is_scikit_learns(seed, samples, features, normal):
    X = normal(seed, samples, features) * torch.arange(1, features + 1) + 3
    k = min(samples - 1, features)
    recon, basis, mean = pca_project(X, k)
    theirs = PCA(k, svd_solver="full").fit(X.numpy())
    assert_close(recon, torch.from_numpy(theirs.inverse_transform(theirs.transform(X.numpy()))))
    assert_close(mean, X.mean(dim=0))
    assert_close(basis.T @ basis, torch.eye(k).double())
    variances = ((X - mean) @ basis).var(dim=0)
    assert_close(variances, torch.from_numpy(theirs.explained_variance_), atol=1e-10, rtol=1e-7)


def test_a_plane_through_the_mean_gives_its_points_back(normal):
    X = normal(0, 9, 2) @ normal(1, 2, 5) + normal(2, 5)
    assert_close(pca_project(X, 2)[0], X)


@pytest.mark.parametrize("k", [0, 4])
def test_a_plane_of_no_or_too_many_dimensions_is_refused(k):
    with pytest.raises(ValueError, match="between 1 and 3"):
        pca_project(torch.zeros(5, 3), k)


def between(angles, normal, seed=0, n=12):
    """Two subspaces with these principal angles, each in a basis that is not orthonormal."""
    p = len(angles)
    Q = torch.linalg.qr(normal(seed, n, 2 * p)).Q
    angles = torch.deg2rad(torch.tensor(angles, dtype=torch.float64))
    A, B = Q[:, :p], Q[:, :p] * angles.cos() + Q[:, p:] * angles.sin()
    return A @ normal(seed + 1, p, p), B @ normal(seed + 2, p, p)


@pytest.mark.parametrize(
    "angles", [[0.0], [30.0, 60.0], [1e-9, 1e-5, 10.0], [45.0, 89.999999, 90.0], [0.0, 0.0, 90.0]], ids=str
)
def test_angles_come_out_as_they_were_put_in(angles, normal):
    A, B = between(angles, normal)
    expected = torch.tensor(angles, dtype=torch.float64)
    assert_close(principal_angles(A, B), expected, atol=3e-12, rtol=1e-9)
    assert_close(principal_angles(B, A), expected, atol=3e-12, rtol=1e-9)


def test_arccos_alone_would_not_see_a_tiny_angle(normal):
    A, B = between([1e-7], normal)
    a, b = (M / M.norm() for M in (A[:, 0], B[:, 0]))
    by_arccos = math.degrees(math.acos(min(1.0, abs(float(a @ b)))))
    assert abs(by_arccos - 1e-7) > 1e-8
    assert principal_angles(A, B).item() == pytest.approx(1e-7, rel=1e-6)


@given(seed=seeds, n=st.integers(2, 7), p=st.integers(1, 4), q=st.integers(1, 4))
def test_angles_are_scipys_whatever_the_dimensions(seed, n, p, q, normal):
    A, B = normal(seed, n, min(n, p)), normal(seed + 1, n, min(n, q))
    # scipy's are off by 1e-6 degrees where the subspaces meet
    theirs = np.rad2deg(subspace_angles(A.numpy(), B.numpy()))[::-1].copy()
    assert_close(principal_angles(A, B), torch.from_numpy(theirs), atol=1e-5, rtol=1e-6)


def test_more_columns_than_rows_are_refused():
    with pytest.raises(ValueError, match="no more than rows"):
        principal_angles(torch.ones(2, 3), torch.ones(2, 1))


def test_the_linear_autoencoder_finds_the_principal_plane():
    x = data.digits().train.x.double()
    x = x - x.mean(dim=0)
    with seeded(0):
        net = LinearAutoencoder(64, 3).double()
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(500):
        train_autoencoder_step(net, optimizer, x)
    recon, basis, _ = pca_project(x, 3)
    assert principal_angles(net.decoder.weight.detach(), basis).max() < 1
    assert_close(net(x).detach(), recon, atol=0.05, rtol=0)


def test_a_linear_autoencoder_is_two_products(normal):
    net = LinearAutoencoder(5, 2).double()
    x = normal(0, 3, 5)
    assert_close(net(x), x @ net.encoder.weight.T @ net.decoder.weight.T)
    assert [tuple(p.shape) for p in net.parameters()] == [(2, 5), (5, 2)]


def test_layers_mirror_each_other_and_neither_code_nor_output_is_cut_off(normal):
    net = Autoencoder([6, 4, 3, 2]).double()
    shapes = [tuple(p.shape) for p in net.parameters() if p.ndim == 2]
    assert shapes == [(4, 6), (3, 4), (2, 3), (3, 2), (4, 3), (6, 4)]
    x = 5 * normal(0, 50, 6)
    h = net.encode(x)
    assert h.shape == (50, 2) and (h < 0).any()
    assert (net(x) < 0).any()
    assert_close(net(x), net.decode(h))


def test_sigmoid_codes_lie_between_0_and_1(normal):
    net = SigmoidAutoencoder(6, 9).double()
    x = 10 * normal(0, 20, 6)
    h = net.encode(x)
    assert h.shape == (20, 9) and ((h > 0) & (h < 1)).all()
    assert_close(h, torch.sigmoid(x @ net.encoder.weight.T + net.encoder.bias))
    assert_close(net(x), h @ net.decoder.weight.T + net.decoder.bias)


@pytest.mark.parametrize("sizes", [[], [4], [4, 0]], ids=str)
def test_networks_without_layers_are_refused(sizes):
    with pytest.raises(ValueError, match="sizes names"):
        Autoencoder(sizes)
