"""Darknet-19 by the paper's table, and the passthrough layer by torch's own."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from gradschool.convolutional import darknet


def test_darknet_has_the_papers_layers_and_operations():
    with torch.device("meta"):
        net = darknet.darknet19()
        image = torch.zeros(1, 3, 224, 224)
        scores = net(image)
        deep = net[:-3](torch.zeros(1, 3, 416, 416))
        operations = 2 * darknet.multiply_adds(net, image)
    kinds = [type(m) for m in net.modules()]
    assert (kinds.count(nn.Conv2d), kinds.count(nn.MaxPool2d), kinds.count(nn.Linear)) == (19, 5, 0)
    assert scores.shape == (1, 1000)
    assert deep.shape == (1, 1024, 13, 13)
    print(f"Darknet-19: {darknet.parameters(net):,} parameters, {operations / 1e9:.2f} thousand million operations")
    assert darknet.parameters(net) == 20_842_376
    assert round(operations / 1e9, 2) == 5.58  # table 2 of the paper


def test_products_of_a_small_network_by_hand():
    net = nn.Sequential(nn.Conv2d(4, 6, (2, 3), stride=2, groups=2), nn.Flatten(), nn.Linear(6 * 2 * 2, 5))
    assert darknet.multiply_adds(net, torch.zeros(3, 4, 4, 6)) == 3 * (6 * 2 * 2 * 2 * 2 * 3 + 24 * 5)
    assert not any(m._forward_hooks for m in net.modules())


@settings(deadline=None)
@given(st.integers(1, 2), st.integers(1, 3), st.integers(1, 3), st.integers(1, 4), st.integers(1, 3))
def test_the_passthrough_is_torchs(batch, channels, rows, columns, block):
    x = torch.randn(batch, channels, rows * block, columns * block)
    stacked = darknet.passthrough(x, block)
    assert torch.equal(stacked, F.pixel_unshuffle(x, block))
    assert torch.equal(F.pixel_shuffle(stacked, block), x)  # nothing is lost


def test_maps_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="multiples of 2; got 4×5"):
        darknet.passthrough(torch.zeros(1, 1, 4, 5))
