"""How good a detector or a segmentation is: average precision, and the Dice score."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Shaped
from torch import Tensor

from gradschool.convolutional.boxes import iou


def precision_recall(
    scores: Float[Tensor, " n"], hit: Shaped[Tensor, " n"], n_truth: int
) -> tuple[Float[Tensor, " n"], Float[Tensor, " n"]]:
    """Precision and recall when the best 1, 2, … n detections count, by falling score.

    Args:
        scores: of every detection.
        hit: whether it found an object that no better one had found, true or 1.
        n_truth: how many objects there are.

    Raises:
        ValueError: no objects: recall has no meaning then.
    """
    if n_truth < 1:
        raise ValueError(f"recall needs an object to be found; got n_truth={n_truth}")
    found = hit[scores.argsort(descending=True, stable=True)].to(scores.dtype).cumsum(dim=0)
    return found / torch.arange(1, len(found) + 1, device=scores.device), found / n_truth


def average_precision(scores: Float[Tensor, " n"], hit: Shaped[Tensor, " n"], n_truth: int) -> Float[Tensor, ""]:
    """Area under the precision-recall curve, made falling: at each recall the best precision at that recall or beyond.

    Without detections it is 0. Arguments as for `precision_recall`.

    Source: the PASCAL VOC development kit of 2010 (all points, in place of eleven); Everingham and others (2015),
        The PASCAL Visual Object Classes challenge: a retrospective.
    """
    precision, recall = precision_recall(scores, hit, n_truth)
    envelope = precision.flip(0).cummax(dim=0).values.flip(0) if len(precision) else precision
    steps = torch.diff(recall, prepend=recall.new_zeros(1))
    return (steps * envelope).sum()


def match_detections(
    boxes: Float[Tensor, "n 4"], scores: Float[Tensor, " n"], truth: Float[Tensor, "m 4"], thr: float = 0.5
) -> Bool[Tensor, " n"]:
    """Which detections of one image and one class are hits: by falling score, each claims the object that it overlaps
    most, and is a hit if that overlap is `thr` or more and nobody has claimed the object before.

    Source: Everingham and others (2010), section 4.2.2.
    """
    hit = torch.zeros(len(boxes), dtype=torch.bool, device=boxes.device)
    if len(truth) == 0:
        return hit
    overlap, best = iou(boxes, truth).max(dim=1) if len(boxes) else (scores, hit.long())
    taken: set[int] = set()
    for i in scores.argsort(descending=True, stable=True).tolist():
        if overlap[i] >= thr and int(best[i]) not in taken:
            taken.add(int(best[i]))
            hit[i] = True
    return hit


def mean_average_precision(
    found: Sequence[tuple[Tensor, Tensor, Tensor]],
    truth: Sequence[tuple[Tensor, Tensor]],
    classes: int,
    thr: float = 0.5,
) -> Float[Tensor, " classes"]:
    """Average precision of each class over a set of images; its mean is the "mAP".

    Args:
        found: for each image its boxes, scores and classes.
        truth: for each image its true boxes and classes.
        classes: how many there are; one that no image shows gets NaN.
        thr: least overlap of a hit.
    """
    result = []
    for c in range(classes):
        scores, hits, total = [torch.zeros(0)], [torch.zeros(0, dtype=torch.bool)], 0
        for (boxes, confidence, kinds), (true_boxes, true_kinds) in zip(found, truth, strict=True):
            mine, real = kinds == c, true_kinds == c
            hits.append(match_detections(boxes[mine], confidence[mine], true_boxes[real], thr).cpu())
            scores.append(confidence[mine].cpu().float())
            total += int(real.sum())
        nothing = torch.tensor(float("nan"))
        result.append(average_precision(torch.cat(scores), torch.cat(hits), total) if total else nothing)
    return torch.stack(result)


def dice_score(
    pred: Float[Tensor, "batch height width"], target: Float[Tensor, "batch height width"]
) -> Float[Tensor, " batch"]:
    """Dice's coefficient of each mask with the true one: 2 Σ p t / (Σ p + Σ t), from 0 (apart) to 1 (the same).

    Two empty masks agree: 1.

    Args:
        pred: probability that a pixel belongs to the object, or 0 and 1.
        target: the true mask, 0 and 1.

    Source: Dice (1945). Milletari and others (2016), V-Net, square the terms of the denominator, which is the same for
        masks of 0 and 1.
    """
    shared = (pred * target).sum(dim=(1, 2))
    total = pred.sum(dim=(1, 2)) + target.sum(dim=(1, 2))
    return torch.where(total > 0, 2 * shared / torch.where(total > 0, total, 1), 1)


# The same elsewhere: torchmetrics.detection.MeanAveragePrecision (which averages over thresholds from .5 to .95 too).
