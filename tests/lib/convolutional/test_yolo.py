"""What a one-shot detector says, what it is to say, and that it learns."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from gradschool import data
from gradschool.convolutional import scenes, yolo
from gradschool.convolutional.detection_metrics import recall_and_precision

ANCHORS = torch.tensor([[6.0, 9.0], [12.0, 5.0]]).double()


def test_one_cell_by_the_papers_formulas(normal):
    t = normal(0, 2, 2, 4, 3, 5)
    boxes = yolo.decode_yolo_boxes(t, ANCHORS, 16)
    batch, anchor, row, column = 1, 1, 2, 4
    tx, ty, tw, th = t[batch, anchor, :, row, column].tolist()
    x, y = 16 * (column + 1 / (1 + math.exp(-tx))), 16 * (row + 1 / (1 + math.exp(-ty)))
    w, h = 12 * math.exp(tw), 5 * math.exp(th)
    expected = torch.tensor([x - w / 2, y - h / 2, x + w / 2, y + h / 2]).double()
    assert_close(boxes[batch, anchor, row, column], expected)


@settings(deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 5))
def test_targets_decode_to_the_boxes_they_came_from(seed, n):
    chance = torch.Generator().manual_seed(seed)
    centre, wh = 40 * torch.rand(n, 2, generator=chance).double(), 2 + 12 * torch.rand(n, 2, generator=chance).double()
    boxes = torch.cat([centre - wh / 2, centre + wh / 2], dim=1)
    goal = yolo.encode_targets([(boxes[:1], torch.zeros(1).long()), (boxes[1:], torch.ones(n - 1).long())], ANCHORS, 8)
    image, anchor, row, column = goal.place
    assert image.tolist() == [0] + [1] * (n - 1) == goal.kind.tolist()
    t = torch.zeros(2, 2, 4, 5, 5).double()
    for i in range(n):  # one at a time: two objects may share a place
        t[image[i], anchor[i], :, row[i], column[i]] = torch.cat([torch.logit(goal.box[i, :2]), goal.box[i, 2:]])
        decoded = yolo.decode_yolo_boxes(t, ANCHORS, 8)[image[i], anchor[i], row[i], column[i]]
        assert_close(decoded, boxes[i], rtol=1e-6, atol=1e-6)


def test_the_loss_is_its_three_sums(normal):
    pred = normal(0, 2, 2, 8, 5, 5)
    box = torch.tensor([[8.0, 8, 16, 20], [20.0, 20, 30, 26]]).double()
    goal = yolo.encode_targets([(box, torch.tensor([2, 0])), (box[:0], torch.tensor([], dtype=torch.long))], ANCHORS, 8)
    expected = torch.zeros(()).double()
    owned = {(0, int(r), int(c)): i for i, (r, c) in enumerate(zip(*goal.place[2:], strict=True))}
    for b in range(2):
        for a in range(2):
            for r in range(5):
                for c in range(5):
                    i = owned.get((b, r, c))
                    if i is None:
                        expected += F.softplus(pred[b, a, 4, r, c])
                    elif a == goal.place[1][i]:
                        expected += F.softplus(-pred[b, a, 4, r, c])
                        offsets = torch.cat([pred[b, a, :2, r, c].sigmoid(), pred[b, a, 2:4, r, c]])
                        expected += 3 * (offsets - goal.box[i]).square().sum()
                        expected -= 5 * pred[b, a, 5:, r, c].log_softmax(0)[goal.kind[i]]
    assert_close(yolo.yolo_loss(pred, goal, box_weight=3, class_weight=5), expected / 2)


def test_candidates_are_all_that_are_sure_enough(normal):
    pred = normal(0, 3, 2, 9, 4, 5)
    found = yolo.candidates(pred, ANCHORS, 8, least=0.3)
    score = pred[:, :, 4].sigmoid() * pred[:, :, 5:].softmax(dim=2).amax(dim=2)
    assert [len(f.scores) for f in found] == (score >= 0.3).sum(dim=(1, 2, 3)).tolist()
    assert 0 < sum(len(f.scores) for f in found) < score.numel()
    assert all((yolo.confident(f, 0.5).scores >= 0.5).all() for f in found)


def test_the_network_has_a_place_for_every_cell():
    net = yolo.TinyDetector(3, 10)
    assert net(torch.zeros(2, 1, 40, 64)).shape == (2, 3, 15, 5, 8)
    assert sum(p.numel() for p in net.parameters()) == 55_861


@pytest.mark.timeout(120)
def test_it_learns_the_canvases_that_it_is_shown():
    digits = data.digits(images=True)
    shown = scenes.scenes(digits.train, 32, seed=0)
    anchors = torch.tensor([[6.0, 10.0], [9.0, 12.0]])
    pixels, truth = torch.stack([s.image for s in shown]), [(s.boxes, s.kinds) for s in shown]
    net = yolo.train_detector(shown, anchors, seed=1, images=4000, size=16)
    with torch.no_grad():
        found = [yolo.confident(yolo.suppressed(f, 0.4), 0.5) for f in yolo.candidates(net(pixels), anchors, 8)]
    recall, precision = recall_and_precision(found, truth)
    assert recall > 0.95
    assert precision > 0.6  # the other anchors of a cell, which are asked nothing, say some digits a second time


def test_the_seed_decides():
    shown = scenes.scenes(data.digits(images=True).train, 8, seed=0)
    first, again, other = (yolo.train_detector(shown, ANCHORS.float(), seed, images=64) for seed in (0, 0, 1))
    assert_close(first.state_dict(), again.state_dict(), rtol=0, atol=0)
    assert not torch.equal(first.head.weight, other.head.weight)
