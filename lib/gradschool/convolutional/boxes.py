"""Boxes: how much two of them overlap, which of many to keep, and which shapes are common.

A box is a row (x1, y1, x2, y2): left, top, right, bottom edge, in pixels or in any other unit, with x to the right and
y downwards. Edges are places between pixels, so that a box is x2 - x1 wide, without any + 1. Coordinates may be whole
numbers, or have 16 bits: areas are worked out in float32 then.
"""

import torch
from jaxtyping import Float, Int, Real
from torch import Tensor

from gradschool.checks import check_scores
from gradschool.precision import wide


def area(boxes: Real[Tensor, "*n 4"]) -> Float[Tensor, "*n"]:
    """Width times height; 0 for a box whose right edge is not right of its left one, or which is as flat."""
    boxes = wide(boxes)
    width, height = (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).unbind(-1)
    return width * height


def iou(a: Real[Tensor, "n 4"], b: Real[Tensor, "m 4"]) -> Float[Tensor, "n m"]:
    """Intersection over union of every box of `a` with every box of `b`, from 0 (apart) to 1 (the same).

    Where both boxes have no area, there is nothing to share, and the result is 0.

    Source: Jaccard (1901), as used by Everingham and others (2010), The PASCAL Visual Object Classes challenge, 4.2.
    """
    a, b = wide(a), wide(b)
    low = torch.maximum(a[:, None, :2], b[None, :, :2])  # (n, m, 2): the left upper corner of what they share
    high = torch.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = (high - low).clamp(min=0).prod(dim=-1)
    union = area(a)[:, None] + area(b)[None, :] - shared
    return torch.where(union > 0, shared / torch.where(union > 0, union, 1), 0)


def nms(boxes: Real[Tensor, "n 4"], scores: Float[Tensor, " n"], thr: float) -> Int[Tensor, " kept"]:
    """Non-maximum suppression: which boxes to keep where several say the same.

    The box with the highest score is kept, all others whose IoU with it exceeds `thr` are dropped, and so on with the
    best of what is left. A box that was dropped drops nobody.

    Returns:
        Indices of the kept boxes, by falling score; of equal scores the first comes first.

    Raises:
        ValueError: a score that is NaN.

    Source: Felzenszwalb, Girshick, McAllester & Ramanan (2010), Object detection with discriminatively trained
        part-based models, section 7.2; with IoU as Girshick and others (2014).
    """
    check_scores(scores)
    order = scores.argsort(descending=True, stable=True)
    overlaps = iou(boxes[order], boxes[order]) > thr  # (n, n), in the order of the scores
    alive = torch.ones_like(order, dtype=torch.bool)
    for i in range(len(order)):
        if alive[i]:
            alive[i + 1 :] &= ~overlaps[i, i + 1 :]
    return order[alive]


def shape_iou(wh: Real[Tensor, "n 2"], centroids: Real[Tensor, "k 2"]) -> Float[Tensor, "n k"]:
    """IoU of shapes (width, height): of boxes laid with one corner on the same point; 0 where both have no area."""
    return iou(*(torch.cat([torch.zeros_like(shapes), shapes], dim=1) for shapes in (wh, centroids)))


def anchor_kmeans(wh: Real[Tensor, "n 2"], centroids: Real[Tensor, "k 2"], iters: int) -> Float[Tensor, "k 2"]:
    """k-means on the shapes of boxes, with the distance 1 - IoU: a network's anchors.

    The usual squared distance would spend all centroids on large boxes, whose differences are large. In each of
    `iters` rounds every shape goes to its nearest centroid (the first of equal ones), and every centroid to the mean of
    its shapes; one without any stays where it is.

    Raises:
        ValueError: a width or height that is not positive.

    Source: Redmon & Farhadi (2017), YOLO9000, section 2, "Dimension clusters".
    """
    if not wh.is_meta and not (bool((wh > 0).all()) and bool((centroids > 0).all())):
        raise ValueError("widths and heights are positive")
    wh, centroids = wide(wh), wide(centroids)
    for _ in range(iters):
        nearest = shape_iou(wh, centroids).argmax(dim=1)  # the smallest distance is the largest IoU
        member = nearest[:, None] == torch.arange(len(centroids), device=wh.device)  # (n, k)
        count = member.sum(dim=0)[:, None]  # (k, 1)
        mean = member.to(wh.dtype).T @ wh / count.clamp(min=1)
        centroids = torch.where(count > 0, mean, centroids)
    return centroids


def average_best_iou(wh: Real[Tensor, "n 2"], centroids: Real[Tensor, "k 2"]) -> Float[Tensor, ""]:
    """How well the best of the anchors fits a shape, on average: table 1 of Redmon & Farhadi (2017)."""
    return shape_iou(wh, centroids).amax(dim=1).mean()


# The same elsewhere: torchvision.ops.box_iou, torchvision.ops.nms (and batched_nms, which keeps classes apart).
