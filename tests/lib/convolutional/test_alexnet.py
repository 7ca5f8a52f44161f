"""AlexNet's counts and shapes, dropout of maps, saliency, scenes, mixed precision."""

import math

import pytest
import torch
import torch.nn.functional as F
from scipy import stats
from torch import nn
from torch.testing import assert_close

from gradschool import data
from gradschool.convolutional import alexnet, dropout, painted, saliency, throughput


@pytest.mark.parametrize(("groups", "count"), [(1, 62_378_344), (2, 60_965_224)])
def test_the_full_network_has_the_papers_counts_and_shapes(groups, count):
    shapes = {}
    with torch.device("meta"):
        net = alexnet.AlexNet(groups=groups)
        for name, layer in net.named_children():

            def note(layer, inputs, output, name=name):
                shapes.setdefault(name, tuple(output.shape[1:]))

            layer.register_forward_hook(note)
        scores = net(torch.empty(2, 3, 227, 227))
    print(f"AlexNet with groups={groups}: {sum(p.numel() for p in net.parameters()):,} parameters")
    assert sum(p.numel() for p in net.parameters()) == count
    assert scores.shape == (2, 1000)
    expected = {"conv1": (96, 55, 55), "conv2": (256, 27, 27), "conv3": (384, 13, 13), "conv4": (384, 13, 13)}
    expected |= {"conv5": (256, 13, 13), "fc6": (4096,), "fc7": (4096,), "fc8": (1000,)}
    assert {name: shapes[name] for name in expected} == expected
    assert net.fc6.in_features == 256 * 6 * 6


def test_torchvisions_is_another_network():
    layers = [(3, 64, 11), (64, 192, 5), (192, 384, 3), (384, 256, 3), (256, 256, 3)]
    convolutions = sum(i * o * k * k + o for i, o, k in layers)
    dense = sum(i * o + o for i, o in [(9216, 4096), (4096, 4096), (4096, 1000)])
    assert convolutions + dense == 61_100_840


def test_a_narrow_network_is_the_formula_step_by_step(normal):
    net = alexnet.AlexNet(5, 2, 1 / 16, 83).double().eval()
    x = 20 * normal(0, 2, 3, 83, 83)

    def front(h, layer):
        h = F.conv2d(h, layer.weight, layer.bias, layer.stride, layer.padding, groups=layer.groups).clamp(min=0)
        squares = sum(F.pad(h.square(), (0, 0, 0, 0, 2, 2))[:, i : i + h.shape[1]] for i in range(5))
        return F.max_pool2d(h / (2 + 1e-4 * squares) ** 0.75, 3, 2)

    h = front(front(x, net.conv1), net.conv2)
    for layer in (net.conv3, net.conv4, net.conv5):
        h = layer(h).clamp(min=0)
    h = F.max_pool2d(h, 3, 2).flatten(1)
    for layer in (net.fc6, net.fc7):
        h = layer(h).clamp(min=0)
    assert_close(net(x), net.fc8(h), rtol=1e-10, atol=1e-12)


def test_images_of_which_nothing_would_be_left_are_refused():
    assert alexnet.AlexNet(2, 1, 1 / 16, 67)(torch.zeros(1, 3, 67, 67)).shape == (1, 2)
    with pytest.raises(ValueError, match="67 is the least"):
        alexnet.AlexNet(side=66)


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9])
def test_whole_maps_are_dropped_and_the_mean_stays(p):
    out = dropout.dropout2d(torch.ones(100, 80, 2, 3).double(), p, True, torch.Generator().manual_seed(0))
    per_map = out.flatten(2)
    assert (per_map == per_map[..., :1]).all()
    assert set(per_map.unique().tolist()) <= {0.0, 1 / (1 - p)}
    dropped = int((per_map[..., 0] == 0).sum())
    assert stats.binomtest(dropped, 8000, p).pvalue > 1e-6 if p else dropped == 0
    assert len((per_map[..., 0] == 0).unique(dim=0)) > 90 or p == 0


def test_dropout_of_maps_rests_in_evaluation_and_refuses_what_is_no_share():
    x = torch.randn(2, 3, 4, 5)
    assert torch.equal(dropout.dropout2d(x, 0.9, False, torch.Generator()), x)
    for p in (-0.1, 1.0, math.nan):
        with pytest.raises(ValueError, match="0 <= p < 1"):
            dropout.dropout2d(x, p, True, torch.Generator())


def test_saliency_is_the_gradient_of_the_score_that_was_asked_for(normal):
    weight = normal(0, 4, 3 * 5 * 6)
    net = nn.Sequential(nn.Flatten(), nn.Dropout(0.9), nn.Linear(90, 4)).double()
    net[2].weight.data.copy_(weight)
    classes = torch.tensor([2, 0])
    found = saliency.saliency(net, normal(1, 2, 3, 5, 6), classes)
    assert_close(found, weight[classes].reshape(2, 3, 5, 6).abs().amax(dim=1))
    assert net.training
    assert all(p.grad is None for p in net.parameters())


def test_scenes_show_the_digit_and_pieces_that_training_never_saw():
    digits = data.digits(images=True).test.x[:20]
    train, again = (painted.scenes(digits, torch.Generator().manual_seed(0)) for _ in range(2))
    held_out = painted.scenes(digits, torch.Generator().manual_seed(0), held_out=True)
    assert train.shape == (20, 3, painted.SIDE, painted.SIDE)
    assert torch.equal(train, again)
    assert not torch.equal(train, held_out)
    assert 0 <= train.min() <= train.max() <= 1
    margin = (painted.SIDE - painted.DIGIT) // 2
    blank = painted.scenes(torch.zeros_like(digits), torch.Generator().manual_seed(0))
    assert torch.equal(blank[..., :margin, :], train[..., :margin, :])
    middle = (slice(None), slice(None), slice(margin, -margin), slice(margin, -margin))
    ink = F.interpolate(digits, size=(painted.DIGIT,) * 2, mode="bilinear").expand(-1, 3, -1, -1) > 0.99
    assert train[middle][ink].min() > 0.65, "ink is bright on a dimmed photograph"


def test_mixed_precision_learns_and_counts_images():
    x, y = torch.randn(32, 3, 67, 67, generator=torch.Generator().manual_seed(0)), torch.arange(32) % 2
    x[y == 1] += 0.5
    net = nn.Sequential(nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(48, 2))
    report = throughput.train_mixed(net, lambda step: (x, y), 40, torch.device("cpu"), lr=0.1)
    assert report.precision == "bfloat16"
    assert report.images_per_second > 0
    assert len(report.losses) == 40
    assert report.losses[-1] < 0.8 * report.losses[0]
    assert next(net.parameters()).dtype == torch.float32
    with pytest.raises(ValueError, match="not timed"):
        throughput.train_mixed(net, lambda step: (x, y), 5, torch.device("cpu"))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.gpu
def test_the_full_network_trains_on_a_gpu_in_mixed_precision():
    chance = torch.Generator().manual_seed(0)
    x, y = torch.randn(128, 3, 227, 227, generator=chance).cuda(), torch.randint(10, (128,), generator=chance).cuda()
    report = throughput.train_mixed(alexnet.AlexNet(10), lambda step: (x, y), 60, torch.device("cuda"))
    print(f"{report.images_per_second:,.0f} images per second in {report.precision}")
    assert all(math.isfinite(loss) for loss in report.losses)
    assert report.images_per_second > 100
