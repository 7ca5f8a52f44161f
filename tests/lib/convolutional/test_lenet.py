"""LeNet-5 and its counts, an epoch of training, confusion matrices, HOG: against torch, scikit-learn and the paper."""

import os
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from torch import nn
from torch.testing import assert_close

from gradschool import data
from gradschool.convolutional import confusion, hog, lenet, scans, training
from gradschool.training import accuracy, generator, seeded

seeds = st.integers(0, 10**6)


def chain():
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2)),
        *(nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)),
    ).double()


def test_lenet_is_torchs_chain_in_values_and_gradients(normal):
    net, twin = lenet.LeNet5().double(), chain()
    for theirs, ours in zip(twin.parameters(), net.parameters(), strict=True):
        theirs.data.copy_(ours.data)
    x, dout = normal(0, 3, 1, 32, 32), normal(1, 3, 10)
    assert_close(net(x), twin(x), rtol=1e-12, atol=1e-12)
    gradients = [torch.autograd.grad(n(x), list(n.parameters()), dout) for n in (net, twin)]
    assert_close(*gradients, rtol=1e-10, atol=1e-12)


def test_the_three_counts_in_print():
    original = [len(seen) for seen in lenet.ORIGINAL_TABLE]
    counts = {
        "C3 fully connected": lenet.lenet_parameter_count([6] * 16),
        "the original table": lenet.lenet_parameter_count(original),
        "as in the paper": lenet.lenet_parameter_count(original, trained_pooling=True, trained_output=False),
    }
    print(counts)
    assert list(counts.values()) == [61_706, 60_806, 60_000]
    assert sum(p.numel() for p in lenet.LeNet5().parameters()) == 61_706
    assert sum(p.numel() for p in lenet.LeNet5(26).parameters()) == 61_706 + 16 * 85


def test_the_original_table_is_the_papers():
    assert lenet.ORIGINAL_TABLE[:6] == ((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (4, 5, 0), (5, 0, 1))
    assert [len(seen) for seen in lenet.ORIGINAL_TABLE] == [3] * 6 + [4] * 9 + [6]
    assert all(len(set(seen)) == len(seen) for seen in lenet.ORIGINAL_TABLE)
    below = [sum(m in seen for seen in lenet.ORIGINAL_TABLE) for m in range(6)]
    assert below == [10] * 6  # the table is fair: each map of S2 is seen by ten


@given(st.lists(st.integers(1, 6), min_size=1, max_size=20), st.booleans(), st.booleans())
def test_counts_are_those_of_torchs_layers(seen, pooling, output):
    layers = [nn.Conv2d(1, 6, 5), *(nn.Conv2d(n, 1, 5) for n in seen), nn.Conv2d(len(seen), 120, 5), nn.Linear(120, 84)]
    layers += [nn.BatchNorm2d(6), nn.BatchNorm2d(len(seen))] if pooling else []
    layers += [nn.Linear(84, 10)] if output else []
    expected = sum(p.numel() for layer in layers for p in layer.parameters())
    assert lenet.lenet_parameter_count(seen, pooling, output) == expected


@pytest.mark.parametrize("seen", [[], [0, 3], [7]])
def test_maps_that_see_nothing_or_too_much_are_refused(seen):
    with pytest.raises(ValueError, match="one to six"):
        lenet.lenet_parameter_count(seen)


@given(seeds, st.integers(1, 7), st.integers(0, 60))
def test_confusion_is_scikit_learns(seed, classes, n):
    chance = torch.Generator().manual_seed(seed)
    target, said = torch.randint(classes, (2, n), generator=chance)
    ours = confusion.confusion_matrix(target, said, classes)
    assert ours.sum() == n
    if n:
        assert ours.tolist() == metrics.confusion_matrix(target, said, labels=range(classes)).tolist()


@pytest.mark.parametrize(("target", "said"), [([3], [0]), ([0], [3]), ([2, 1], [1, 7])])
def test_classes_that_there_are_not_are_refused(target, said):
    with pytest.raises(ValueError, match="classes are"):
        confusion.confusion_matrix(torch.tensor(target), torch.tensor(said), 3)


def test_an_epoch_is_the_loop_written_out(normal):
    with seeded(0):
        net, twin = (nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.Linear(5, 3)).double() for _ in range(2))
    twin.load_state_dict(net.state_dict())
    x, y = normal(1, 10, 4), torch.arange(10) % 3
    ours, theirs = (torch.optim.SGD(n.parameters(), lr=0.1, momentum=0.9) for n in (net, twin))
    net.eval()
    for p in net.parameters():
        p.grad = torch.ones_like(p)
    loss = training.train_epoch(net, ours, x, y, 4, generator(3))
    twin.train()
    losses = []
    for rows in torch.randperm(10, generator=generator(3)).split(4):
        each = F.cross_entropy(twin(x[rows]), y[rows], reduction="none")
        theirs.zero_grad()
        each.mean().backward()
        theirs.step()
        losses.append(each.detach())
    assert loss == pytest.approx(torch.cat(losses).mean().item(), rel=1e-12)
    assert net.training
    assert_close(net.state_dict(), twin.state_dict())


def test_scores_are_asked_for_in_evaluation_mode_and_the_mode_is_put_back(normal):
    net = nn.Sequential(nn.Dropout(0.9), nn.Linear(4, 2)).double()
    x = normal(0, 7, 4)
    assert_close(training.scores_of(net, x, size=3), net[1](x).detach())
    assert net.training
    assert not training.scores_of(net, x).requires_grad


def test_scans_lie_in_the_middle_of_their_field_in_the_papers_grey():
    split = scans.scans()
    assert split.train.x.shape == (1437, 1, 32, 32)
    assert split.train.x.dtype == torch.float64
    frame = split.train.x.clone()
    frame[..., 2:30, 2:30] = scans.PAPER
    assert_close(frame, torch.full_like(frame, scans.PAPER), rtol=1e-6, atol=0)
    assert split.train.x.max().item() == pytest.approx(scans.INK)
    white = scans.prepared(torch.ones(1, 1, 8, 8))
    assert_close(white[..., 2:30, 2:30], torch.full((1, 1, 28, 28), scans.INK))


def test_hog_knows_directions_and_not_contrast(normal):
    ramp = torch.arange(32.0).double().expand(1, 1, 32, 32)
    across, down = (hog.hog(x).reshape(9, 9, 4) for x in (ramp, ramp.mT))  # 3×3 blocks, bins, cells
    assert across[:, 0].min() > 0.3 and across[:, 1:].abs().max() < 1e-9
    assert down[:, [4, 5]].min() > 0.2 and down[:, [0, 1, 2, 3, 6, 7, 8]].abs().max() < 1e-9  # 90° lies between two
    x = normal(0, 2, 1, 16, 24)
    assert_close(hog.hog(x), hog.hog(50 * x + 3), rtol=1e-5, atol=1e-6)
    assert_close(hog.hog(x), hog.hog(-x))  # a direction and its opposite are the same
    assert_close(hog.hog(x).reshape(2, 2, 36).square().sum(dim=2), torch.ones(2, 2).double(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("shape", [(30, 32), (8, 32)])
def test_images_that_do_not_divide_into_cells_are_refused(shape):
    with pytest.raises(ValueError, match="multiples of the cell"):
        hog.hog(torch.zeros(1, 1, *shape))


FOLDER = os.environ.get("GRADSCHOOL_DATA", "")
absent = not (FOLDER and list(Path(FOLDER).glob("*/t10k-images-idx3-ubyte*")))


@pytest.mark.skipif(absent, reason="needs MNIST's files in GRADSCHOOL_DATA")
def test_lenet_reads_mnist():
    split = scans.mnist_scans(8000, 2000)
    with seeded(0):
        net = lenet.LeNet5()
    optimizer, chance = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9), generator(0)
    for epoch in range(4):
        optimizer.param_groups[0]["lr"] = 0.05 * (1 - epoch / 4)
        training.train_epoch(net, optimizer, split.train.x, split.train.y, 16, chance)
    right = accuracy(training.scores_of(net, split.test.x), split.test.y)
    print(f"MNIST, 8,000 to learn from: {100 * right:.2f} % of 2,000 right")
    assert right >= 0.95


def test_without_the_files_one_sentence_says_where_they_belong(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADSCHOOL_DATA", str(tmp_path))
    with pytest.raises(data.DataNotAvailable, match="GRADSCHOOL_DATA"):
        scans.mnist_scans()
