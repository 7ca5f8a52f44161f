"""How good a detector or a segmentation is: average precision, and the Dice score."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int, Real, Shaped
from torch import Tensor

from gradschool.checks import check_scores
from gradschool.convolutional.boxes import iou
from gradschool.precision import wide


def precision_recall(
    scores: Float[Tensor, " n"], hit: Shaped[Tensor, " n"], n_truth: int
) -> tuple[Float[Tensor, " n"], Float[Tensor, " n"]]:
    """Precision and recall when the best 1, 2, … n detections count, by falling score.

    Args:
        scores: of every detection.
        hit: whether it found an object that no better one had found, true or 1.
        n_truth: how many objects there are.

    Raises:
        ValueError: no objects: recall has no meaning then. A score that is NaN.
    """
    if n_truth < 1:
        raise ValueError(f"recall needs an object to be found; got n_truth={n_truth}")
    check_scores(scores)
    found = wide(hit[scores.argsort(descending=True, stable=True)]).to(wide(scores).dtype).cumsum(dim=0)
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


def claimed(
    boxes: Real[Tensor, "n 4"], scores: Float[Tensor, " n"], truth: Real[Tensor, "m 4"], thr: float = 0.5
) -> Int[Tensor, " n"]:
    """Which object each detection of one image and one class finds, -1 for none: by falling score, each claims the
    object that it overlaps most, if that overlap is `thr` or more and nobody has claimed the object before.

    Raises:
        ValueError: a score that is NaN; a `thr` that is not above 0 and at most 1.

    Source: Everingham and others (2010), section 4.2.2.
    """
    return _claims(iou(boxes, truth), scores, thr)


def _claims(overlap: Float[Tensor, "n m"], scores: Float[Tensor, " n"], thr: float) -> Int[Tensor, " n"]:
    """As `claimed`, from the overlaps. In lists: each decision depends on the one before."""
    check_scores(scores)
    if not 0 < thr <= 1:  # with 0 whatever lies apart would be a hit, and what is another class's below 0
        raise ValueError(f"thr is the least overlap of a hit, above 0 and at most 1; got {thr}")
    if overlap.numel() == 0:
        return torch.full((len(overlap),), -1, device=overlap.device)
    most, best = (part.tolist() for part in overlap.max(dim=1))
    claims, taken = [-1] * len(most), set()
    for i in scores.argsort(descending=True, stable=True).tolist():
        if most[i] >= thr and best[i] not in taken:
            taken.add(best[i])
            claims[i] = best[i]
    return torch.tensor(claims, device=overlap.device)


def match_detections(
    boxes: Real[Tensor, "n 4"], scores: Float[Tensor, " n"], truth: Real[Tensor, "m 4"], thr: float = 0.5
) -> Bool[Tensor, " n"]:
    """Which detections of one image and one class are hits: those that claim an object, see `claimed`."""
    return claimed(boxes, scores, truth, thr) >= 0


Found = tuple[Float[Tensor, "_ 4"], Float[Tensor, " _"], Int[Tensor, " _"]]  # boxes, scores, classes in one image
Truth = tuple[Float[Tensor, "_ 4"], Int[Tensor, " _"]]  # boxes and classes


def claimed_in_class(found: Found, truth: Truth, thr: float = 0.5) -> Int[Tensor, " _"]:
    """As `claimed`, for detections of all classes at once: each may only claim an object of its own class."""
    boxes, scores, kinds = found
    true_boxes, true_kinds = truth
    overlap = iou(boxes, true_boxes)
    return _claims(torch.where(kinds[:, None] == true_kinds, overlap, -1), scores, thr)


def recall_and_precision(found: Sequence[Found], truth: Sequence[Truth], thr: float = 0.5) -> tuple[float, float]:
    """Share of the objects in a set of images that were found, and share of the detections that found one.

    Raises:
        ValueError: no objects at all, or no detections: one of the two shares has no meaning then.
    """
    objects, said = sum(len(kinds) for _, kinds in truth), sum(len(kinds) for *_, kinds in found)
    if not objects or not said:
        raise ValueError(f"recall needs objects, precision needs detections; got {objects} and {said}")
    hits = sum(int((claimed_in_class(f, t, thr) >= 0).sum()) for f, t in zip(found, truth, strict=True))
    return hits / objects, hits / said


def mean_average_precision(
    found: Sequence[Found], truth: Sequence[Truth], classes: int, thr: float = 0.5
) -> Float[Tensor, " classes"]:
    """Average precision of each class over a set of images; its mean is the "mAP".

    Args:
        found: for each image its boxes, scores and classes.
        truth: for each image its true boxes and classes.
        classes: how many there are; one that no image shows gets NaN.
        thr: least overlap of a hit.
    """
    hits = [claimed_in_class(f, t, thr) >= 0 for f, t in zip(found, truth, strict=True)]
    hit, scores, kinds = (
        torch.cat([part.cpu() for part in parts]) if parts else torch.zeros(0)
        for parts in (hits, [f[1] for f in found], [f[2] for f in found])
    )
    result = []
    for c in range(classes):
        total, mine = sum(int((true == c).sum()) for _, true in truth), kinds == c
        nothing = torch.tensor(float("nan"))
        result.append(average_precision(scores[mine].float(), hit[mine], total) if total else nothing)
    return torch.stack(result)


def dice_score(
    pred: Real[Tensor, "batch height width"] | Bool[Tensor, "batch height width"],
    target: Real[Tensor, "batch height width"] | Bool[Tensor, "batch height width"],
) -> Float[Tensor, " batch"]:
    """Dice's coefficient of each mask with the true one: 2 Σ p t / (Σ p + Σ t), from 0 (apart) to 1 (the same).

    Two empty masks agree: 1.

    Args:
        pred: probability that a pixel belongs to the object, or 0 and 1.
        target: the true mask, 0 and 1.

    Source: Dice (1945). Milletari and others (2016), V-Net, square the terms of the denominator, which is the same for
        masks of 0 and 1.
    """
    pred, target = wide(pred), wide(target)
    shared = (pred * target).sum(dim=(1, 2))
    total = pred.sum(dim=(1, 2)) + target.sum(dim=(1, 2))
    return torch.where(total > 0, 2 * shared / torch.where(total > 0, total, 1), 1)


# The same elsewhere: torchmetrics.detection.MeanAveragePrecision (which averages over thresholds from .5 to .95 too).
