"""Picture quality, anomaly scores, ROC area, pretraining, linear codes and the convolutional net, against oracles."""

import math
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from scipy import fft
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score
from torch import nn
from torch.testing import assert_close

from gradschool.autoencoders import anomalies, compression, convolutional, pretraining, quality
from gradschool.training import seeded

seeds = st.integers(0, 10**6)


@given(seed=seeds, peak=st.sampled_from([1.0, 2.0, 255.0]), batch=st.integers(1, 4))
def test_decibels_are_twenty_times_the_logarithm_of_peak_over_root_mean_square(seed, peak, batch, normal):
    clean, image = normal(seed, batch, 2, 3), normal(seed + 1, batch, 2, 3)
    found = quality.psnr(clean, image, peak)
    for c, i, db in zip(clean, image, found.tolist(), strict=True):
        assert db == pytest.approx(20 * math.log10(peak / math.sqrt(F.mse_loss(i, c))))
    assert_close(quality.psnr(peak * clean, peak * image, peak), quality.psnr(clean, image))


def test_noise_of_a_tenth_has_twenty_decibels_and_no_noise_infinitely_many():
    clean = torch.zeros(2, 10_000)
    noisy = torch.stack([0.1 * torch.ones(10_000), torch.zeros(10_000)])
    assert_close(quality.psnr(clean, noisy), torch.tensor([20.0, torch.inf]), rtol=1e-5, atol=1e-5)


def test_a_peak_of_zero_is_refused():
    with pytest.raises(ValueError, match="equal shapes and a positive peak"):
        quality.psnr(torch.zeros(2, 4), torch.zeros(2, 4), 0.0)


@given(seed=seeds, n=st.integers(2, 40), levels=st.sampled_from([2, 5, 1000]), kind=st.booleans())
def test_the_area_is_sklearns_with_ties(seed, n, levels, kind, normal):
    scores = (levels / 4 * normal(seed, n)).round()
    positive = normal(seed + 1, n) > 0
    positive[0], positive[1] = True, False
    theirs = roc_auc_score(positive.numpy(), scores.numpy())
    assert anomalies.roc_auc(scores, positive if kind else positive.long()) == pytest.approx(theirs)


@given(seed=seeds)
def test_the_area_sees_the_order_alone_and_turns_around_with_it(seed, normal):
    scores, positive = normal(seed, 20), torch.arange(20) % 3 == 0
    area = anomalies.roc_auc(scores, positive)
    assert anomalies.roc_auc(scores.exp(), positive) == pytest.approx(area)
    assert anomalies.roc_auc(-scores, positive) == pytest.approx(1 - area)
    assert anomalies.roc_auc(scores, ~positive) == pytest.approx(1 - area)


@pytest.mark.parametrize("kind", [0, 1])
def test_one_kind_alone_has_no_area(kind):
    with pytest.raises(ValueError, match="samples of both kinds"):
        anomalies.roc_auc(torch.ones(3), torch.full((3,), kind))


@pytest.mark.parametrize("training", [True, False])
def test_scores_are_reconstruction_errors_and_leave_the_network_alone(training, normal):
    with seeded(0):
        net = nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 6)).double()
    net.train(training)
    kept = {name: t.clone() for name, t in net.state_dict().items()}
    x = normal(0, 5, 6)
    scores = anomalies.anomaly_scores(net, x)
    assert net.training == training
    assert not scores.requires_grad
    assert_close(dict(net.state_dict()), kept)
    with torch.no_grad():
        expected = F.mse_loss(net.eval()(x), x, reduction="none").mean(dim=1)
    assert_close(scores, expected)
    assert_close(anomalies.anomaly_scores(net, x[2:3]), scores[2:3])


def test_a_network_that_fails_is_put_back_into_its_mode(normal):
    net = nn.Linear(3, 3).double()
    with pytest.raises(RuntimeError):
        anomalies.anomaly_scores(net, normal(0, 2, 4))
    assert net.training


def small_nets(seed=0):
    with seeded(seed):
        return nn.Linear(5, 3).double(), nn.Linear(3, 5).double(), nn.Linear(3, 2).double()


def test_both_phases_are_gradient_descent_and_the_second_forgets_the_first(normal):
    images, x, y = normal(0, 8, 5), normal(1, 4, 5), torch.tensor([0, 1, 1, 0])
    ours, theirs = small_nets(), small_nets()
    make = partial(torch.optim.SGD, lr=0.1, momentum=0.9)
    last = pretraining.pretrain_and_finetune(*ours, images, x, y, (3, 2), make)
    encoder, decoder, head = theirs
    expected = []
    for nets, loss_of, count in (
        ((encoder, decoder), lambda: F.mse_loss(decoder(encoder(images)), images), 3),
        ((encoder, head), lambda: F.cross_entropy(head(encoder(x)), y), 2),
    ):
        parameters = [p for net in nets for p in net.parameters()]
        velocities = [torch.zeros_like(p) for p in parameters]
        for _ in range(count):
            loss = loss_of()
            for p, v, g in zip(parameters, velocities, torch.autograd.grad(loss, parameters), strict=True):
                v.mul_(0.9).add_(g)
                p.data.sub_(0.1 * v)
        expected.append(loss.item())
    assert last == pytest.approx(expected)
    for net, other in zip(ours, theirs, strict=True):
        assert_close(dict(net.state_dict()), dict(other.state_dict()))


def test_a_phase_of_no_steps_has_no_loss(normal):
    images, x, y = normal(0, 8, 5), normal(1, 4, 5), torch.tensor([0, 1, 1, 0])
    first, second = pretraining.pretrain_and_finetune(
        *small_nets(), images, x, y, (0, 1), partial(torch.optim.SGD, lr=0.1)
    )
    assert math.isnan(first)
    assert second > 0


def test_principal_components_are_sklearns_and_project_as_it_does(normal):
    x = normal(0, 30, 6) @ normal(1, 6, 6)
    mean, basis = compression.principal_basis(x)
    theirs = PCA(3).fit(x.numpy())
    expected = torch.from_numpy(theirs.inverse_transform(theirs.transform(x.numpy())))
    assert_close(compression.projected(x, mean, basis[:3]), expected)


def test_the_cosines_are_scipys_and_orthonormal_lowest_frequencies_first(normal):
    basis = compression.dct_basis(4)
    assert_close(basis @ basis.T, torch.eye(16).double())
    assert_close(basis[0], torch.full((16,), 0.25).double())
    image = normal(0, 4, 4)
    theirs = torch.from_numpy(fft.dctn(image.numpy(), norm="ortho"))
    order = sorted(((u, v) for u in range(4) for v in range(4)), key=lambda pair: (sum(pair), pair))
    assert_close(basis @ image.flatten(), torch.stack([theirs[u, v] for u, v in order]))


@pytest.mark.parametrize("size", [(8, 8), (4, 12), (16, 8)], ids=str)
def test_the_convolutional_net_is_a_chain_of_torchs_layers(size, normal):
    with seeded(0):
        net = convolutional.ConvAutoencoder(3, channels=2, size=size).double()
    x = normal(0, 5, 1, *size)
    down = nn.Sequential(net.down1, nn.ReLU(), net.down2, nn.ReLU(), nn.Flatten(), net.to_code)
    up = nn.Sequential(
        net.from_code, nn.ReLU(), nn.Unflatten(1, (4, size[0] // 4, size[1] // 4)), net.up1, nn.ReLU(), net.up2
    )
    assert net.encode(x).shape == (5, 3)
    assert net(x).shape == x.shape
    assert_close(net.encode(x), down(x))
    assert_close(net(x), up(down(x)))


def test_images_that_cannot_be_halved_twice_are_refused():
    with pytest.raises(ValueError, match="multiples of 4"):
        convolutional.ConvAutoencoder(2, size=(8, 10))
