"""A one-shot detector: every cell of a grid says what lies in it and where, in one pass of one network.

Predictions are (batch, anchors, 5 + classes, rows, columns): for each anchor t_x, t_y, t_w, t_h, the score of there
being an object, and the classes' scores.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from gradschool.checks import check_indices
from gradschool.convolutional.boxes import nms, shape_iou
from gradschool.convolutional.scenes import Scene
from gradschool.precision import wide
from gradschool.training import generator, seeded


def decode_yolo_boxes(
    t: Float[Tensor, "batch anchors 4 rows columns"], anchors: Float[Tensor, "anchors 2"], stride: float
) -> Float[Tensor, "batch anchors rows columns 4"]:
    """Boxes (x1, y1, x2, y2) in pixels from what the network says at each cell.

    The centre lies in its own cell, (column + σ(t_x), row + σ(t_y)) cells from the left upper corner; the size is that
    of the anchor times exp(t_w) and exp(t_h).

    Args:
        t: t_x, t_y, t_w, t_h along axis 2.
        anchors: width and height of each, in pixels.
        stride: side of a cell in pixels.

    Returns:
        In float32 at least: 16 bits do not tell neighbouring pixels of a large image apart.

    Source: Redmon & Farhadi (2017), YOLO9000, section 2, "Direct location prediction".
    """
    (rows, columns), t = t.shape[-2:], wide(t)
    x = (t[:, :, 0].sigmoid() + torch.arange(columns, device=t.device)) * stride
    y = (t[:, :, 1].sigmoid() + torch.arange(rows, device=t.device)[:, None]) * stride
    width = anchors[:, 0, None, None] * t[:, :, 2].exp()
    height = anchors[:, 1, None, None] * t[:, :, 3].exp()
    return torch.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], dim=-1)


class Targets(NamedTuple):
    """Where the objects of a batch are to be predicted, one row for each: its image, anchor, row and column, the four
    numbers wanted there (σ(t_x), σ(t_y), t_w, t_h), and its class."""

    place: tuple[Int[Tensor, " n"], Int[Tensor, " n"], Int[Tensor, " n"], Int[Tensor, " n"]]
    box: Float[Tensor, "n 4"]
    kind: Int[Tensor, " n"]


def encode_targets(
    truth: Sequence[tuple[Float[Tensor, "_ 4"], Int[Tensor, " _"]]],
    anchors: Float[Tensor, "anchors 2"],
    stride: float,
) -> Targets:
    """The inverse of `decode_yolo_boxes`: each object belongs to the cell of its centre, and there to the anchor whose
    shape is most like its own."""
    boxes = torch.cat([b for b, _ in truth])
    image = torch.cat([torch.full((len(b),), i) for i, (b, _) in enumerate(truth)]).to(boxes.device)
    wh = boxes[:, 2:] - boxes[:, :2]
    centre = (boxes[:, 2:] + boxes[:, :2]) / (2 * stride)  # in cells
    best = shape_iou(wh, anchors).argmax(dim=1)
    cell = centre.long()
    wanted = torch.cat([centre - cell, (wh / anchors[best]).log()], dim=1)
    return Targets((image, best, cell[:, 1], cell[:, 0]), wanted, torch.cat([k for _, k in truth]))


def yolo_loss(
    pred: Float[Tensor, "batch anchors channels rows columns"],
    targets: Targets,
    box_weight: float = 2.0,
    class_weight: float = 2.0,
) -> Float[Tensor, ""]:
    """What to learn: does an object lie at an anchor of a cell; and, where one does, its box and its class.

    Per image: binary cross-entropy of the objectness, squared error of the four box numbers, cross-entropy of the
    class, each summed, the last two times their weights. The other anchors of an object's cell are asked nothing: they
    too overlap the object. (The papers use squared errors throughout, and excuse by overlap.)

    Raises:
        ValueError: a class, or a cell, that `pred` has no place for.
    """
    for indices, axis, what in zip(targets.place, (0, 1, 3, 4), ("images", "anchors", "rows", "columns"), strict=True):
        check_indices(indices, pred.shape[axis], what)
    check_indices(targets.kind, pred.shape[2] - 5)
    image, anchor, row, column = targets.place
    is_object, counts = torch.zeros_like(pred[:, :, 4]), torch.ones_like(pred[:, :, 4])
    counts[image, :, row, column] = 0
    is_object[image, anchor, row, column] = counts[image, anchor, row, column] = 1
    objectness = F.binary_cross_entropy_with_logits(pred[:, :, 4], is_object, counts, reduction="sum")
    there = pred[image, anchor, :, row, column]  # (n, 5 + classes)
    said = torch.cat([there[:, :2].sigmoid(), there[:, 2:4]], dim=1)
    box = (said - targets.box).square().sum()
    kind = F.cross_entropy(there[:, 5:], targets.kind, reduction="sum")
    return (objectness + box_weight * box + class_weight * kind) / len(pred)


class TinyDetector(nn.Module):
    """Four convolutions with batch normalisation, and a 1×1 convolution that predicts for every cell of 8×8 pixels."""

    stride = 8

    def __init__(self, anchors: int, classes: int, widths: tuple[int, int, int, int] = (8, 24, 64, 64)) -> None:
        super().__init__()
        self.anchors = anchors
        first, second, third, fourth = widths
        self.stages = nn.Sequential(
            *convolution(1, first, window=5, stride=2),
            *convolution(first, second, pool=True),
            *convolution(second, third, pool=True),
            *convolution(third, fourth),
        )
        self.head = nn.Conv2d(fourth, anchors * (5 + classes), 1)
        assert self.head.bias is not None
        with torch.no_grad():  # nearly every cell sees nothing: start from there
            self.head.bias.view(anchors, -1)[:, 4] = math.log(0.02 / 0.98)

    def forward(self, x: Float[Tensor, "batch 1 height width"]) -> Float[Tensor, "batch anchors channels rows columns"]:
        """For every anchor at every cell: t_x, t_y, t_w, t_h, the objectness and the classes' scores, all unbounded.

        Height and width are multiples of 8; values of `x` from 0 to 1.
        """
        out: Tensor = self.head(self.stages(x))
        return out.reshape(len(x), self.anchors, -1, *out.shape[-2:])


def convolution(
    inputs: int, outputs: int, window: int = 3, stride: int = 1, pool: bool = False
) -> tuple[nn.Module, ...]:
    """A convolution with batch normalisation and ReLU; where 2×2 places are pooled, in front of both: a quarter of
    the numbers is left to normalise, and the detector found two more digits in a hundred that way."""
    return (
        nn.Conv2d(inputs, outputs, window, stride, padding=window // 2, bias=False),
        *([nn.MaxPool2d(2)] if pool else []),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


class Detections(NamedTuple):
    """What was found in one image: boxes (n, 4), scores (n,), classes (n,)."""

    boxes: Float[Tensor, "n 4"]
    scores: Float[Tensor, " n"]
    kinds: Int[Tensor, " n"]


def candidates(
    pred: Float[Tensor, "batch anchors channels rows columns"],
    anchors: Float[Tensor, "anchors 2"],
    stride: float,
    least: float = 0.05,
) -> list[Detections]:
    """Every prediction whose score, objectness times the probability of its class, is at least `least`."""
    boxes = decode_yolo_boxes(pred[:, :, :4], anchors, stride)
    probability, kind = pred[:, :, 5:].softmax(dim=2).max(dim=2)
    score = pred[:, :, 4].sigmoid() * probability
    return [Detections(b[s >= least], s[s >= least], k[s >= least]) for b, s, k in zip(boxes, score, kind, strict=True)]


def suppressed(found: Detections, thr: float = 0.5) -> Detections:
    """Non-maximum suppression, whatever the classes: no two digits stand in the same place."""
    rows = nms(found.boxes, found.scores, thr)
    return Detections(*(part[rows] for part in found))


def confident(found: Detections, least: float) -> Detections:
    """The detections whose score is at least `least`."""
    return Detections(*(part[found.scores >= least] for part in found))


def train_detector(
    scenes: Sequence[Scene],
    anchors: Float[Tensor, "anchors 2"],
    seed: int,
    images: int = 13_000,
    size: int = 32,
    lr: float = 0.02,
) -> TinyDetector:
    """A detector of digits, trained on canvases from `scenes` until it has seen `images` of them, `size` at a time.

    Adam, with a rate that rises to `lr` and falls (Smith & Topin 2018). Chance comes from `seed`.
    """
    layout = torch.channels_last  # a third faster on a CPU
    with seeded(seed):
        net = TinyDetector(len(anchors), classes=10)
    net.to(memory_format=layout)  # type: ignore[call-overload]
    pixels = torch.stack([s.image for s in scenes]).to(memory_format=layout)
    optimizer = torch.optim.Adam(net.parameters(), lr, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=images // size + 1)
    chance = generator(seed)
    order = torch.cat([torch.randperm(len(scenes), generator=chance) for _ in range(-(-images // len(scenes)))])
    for rows in torch.split(order[:images], size):
        truth = [(scenes[i].boxes, scenes[i].kinds) for i in rows.tolist()]
        loss = yolo_loss(net(pixels[rows]), encode_targets(truth, anchors, net.stride))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    net.eval()
    return net


# The same elsewhere: torchvision.models.detection has one-shot (RetinaNet, SSD) and two-stage detectors (Faster R-CNN).
