"""Boxes against counted squares, suppression against its definition, anchors against a loop."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from gradschool.convolutional.boxes import anchor_kmeans, area, average_best_iou, iou, nms, shape_iou

SIDE = 12
edges = st.tuples(*[st.integers(0, SIDE)] * 4).map(
    lambda e: (min(e[0], e[2]), min(e[1], e[3]), max(e[0], e[2]), max(e[1], e[3]))
)
some = st.lists(edges, max_size=5).map(lambda rows: torch.tensor(rows, dtype=torch.float64).reshape(-1, 4))


def squares(box):
    """The unit squares that a box of whole numbers covers."""
    x1, y1, x2, y2 = (int(v) for v in box)
    return {(x, y) for x in range(x1, x2) for y in range(y1, y2)}


@given(some, some)
def test_iou_counts_squares(a, b):
    table = iou(a, b)
    assert table.shape == (len(a), len(b))
    for i, first in enumerate(a):
        assert area(first[None]).item() == len(squares(first))
        for j, second in enumerate(b):
            shared, union = squares(first) & squares(second), squares(first) | squares(second)
            assert table[i, j].item() == pytest.approx(len(shared) / len(union) if union else 0)


@settings(deadline=None)
@given(st.integers(0, 2**31), st.integers(0, 12), st.floats(0, 0.95))
def test_nms_keeps_what_its_definition_keeps(seed, n, thr):
    chance = torch.Generator().manual_seed(seed)
    corner = 4 * torch.rand(n, 2, generator=chance).double()
    boxes = torch.cat([corner, corner + 1 + 3 * torch.rand(n, 2, generator=chance).double()], dim=1)
    scores = torch.rand(n, generator=chance).double()
    kept = nms(boxes, scores, thr).tolist()
    assert [scores[i] for i in kept] == sorted((scores[i] for i in kept), reverse=True)
    overlap = iou(boxes, boxes)
    # a box is kept exactly if no kept box with a better score overlaps it by more than thr
    for i in range(n):
        better = [j for j in kept if scores[j] > scores[i]]
        assert (i in kept) == all(overlap[i, j] <= thr for j in better)


def test_of_equal_scores_the_first_comes_first():
    boxes = torch.tensor([[0.0, 0, 2, 2], [0.0, 0, 2, 2], [5.0, 5, 6, 6]])
    assert nms(boxes, torch.tensor([0.5, 0.5, 0.5]), 0.4).tolist() == [0, 2]


def as_a_loop(wh, centroids, iters):
    for _ in range(iters):
        groups = [[] for _ in centroids]
        for w, h in wh:
            fit = [min(w, cw) * min(h, ch) / (w * h + cw * ch - min(w, cw) * min(h, ch)) for cw, ch in centroids]
            groups[fit.index(max(fit))].append((w, h))
        centroids = [
            (sum(w for w, _ in g) / len(g), sum(h for _, h in g) / len(g)) if g else c
            for g, c in zip(groups, centroids, strict=True)
        ]
    return centroids


@settings(deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 20), st.integers(1, 4), st.integers(0, 5))
def test_anchors_are_those_of_a_loop(seed, n, k, iters):
    chance = torch.Generator().manual_seed(seed)
    wh, first = (torch.randn(rows, 2, generator=chance, dtype=torch.float64).exp() for rows in (n, k))
    expected = as_a_loop(wh.tolist(), first.tolist(), iters)
    assert_close(anchor_kmeans(wh, first, iters), torch.tensor(expected, dtype=torch.float64))


def test_shapes_overlap_as_boxes_at_one_corner(normal):
    wh, centroids = normal(0, 6, 2).exp(), normal(1, 3, 2).exp()
    first, second = (torch.cat([torch.zeros_like(t), t], dim=1) for t in (wh, centroids))
    assert_close(shape_iou(wh, centroids), iou(first, second))
    assert_close(average_best_iou(wh, wh), torch.tensor(1.0, dtype=torch.float64))


@pytest.mark.parametrize("wh", [[[1.0, 0.0]], [[-1.0, 2.0]]])
def test_shapes_without_a_side_are_refused(wh):
    with pytest.raises(ValueError, match="positive"):
        anchor_kmeans(torch.tensor(wh), torch.tensor([[1.0, 1.0]]), 1)
