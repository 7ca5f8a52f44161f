"""k-means on the shapes of boxes, with the distance 1 - IoU."""

import torch

from autograder.spec import Case, Question


def shapes(draw, n):
    """Widths and heights from small to large, flat and tall."""
    return (draw.normal(n, 2) * 0.7 + draw.uniform(-0.5, 1.5, n, 1)).exp() * 4


def equals(draw):
    """Two centroids are the same: the first of them gets all shapes, the second none."""
    wh = shapes(draw, 9)
    return wh, torch.cat([wh[:1], wh[:1], wh[1:2]]), 2


def lonely(draw):
    """The last centroid is so large that no shape is nearest to it."""
    wh = shapes(draw, 12)
    return wh, torch.cat([wh[:2], torch.full((1, 2), 1e5).double()]), 3


question = Question(
    cases=lambda draw: [
        ((wh := shapes(draw, 20)), wh[:3].clone(), 1),
        ((wh := shapes(draw, 40)), wh[:4].clone(), 6),
        ((wh := shapes(draw, 25)), shapes(draw, 5), 4),
        Case((shapes(draw, 7), shapes(draw, 1), 2), note="a single centroid"),
        Case((shapes(draw, 6), shapes(draw, 3), 0), note="no rounds"),
        Case(equals(draw), note="two centroids that are the same"),
        Case(lonely(draw), note="a centroid that no shape is nearest to"),
        Case(
            (
                torch.tensor([[2.0, 6.0], [6.0, 2.0], [5.0, 3.0]]).double(),
                torch.tensor([[3.0, 4.0], [6.0, 2.5]]).double(),
                2,
            ),
            note="tall and flat",
        ),
    ],
    forbids=["clustering"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.boxes import NOT_BY_THE_UNION
from autograder.spec.mistakes.common import ZERO_BY_ZERO, writes_into
from gradschool.convolutional import boxes

exercise = Exercise(
    question,
    boxes.anchor_kmeans,
    points=5,
)


def overlap(wh, centroids):
    shared = torch.minimum(wh[:, None], centroids).prod(-1)
    return shared / (wh.prod(1)[:, None] + centroids.prod(1) - shared)


def rounds(
    wh, centroids, iters, *, nearest=lambda wh, c: overlap(wh, c).argmax(1), middle=lambda rows: rows.mean(0), many=int,
    of_none=lambda centroid: centroid, result=lambda wh, centroids: centroids,
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    for _ in range(many(iters)):
        label = nearest(wh, centroids)
        groups = [wh[label == k] for k in range(len(centroids))]
        centroids = torch.stack([middle(g) if len(g) else of_none(c) for g, c in zip(groups, centroids, strict=True)])
    return result(wh, centroids)


wrong = exercise.variants(rounds)
wrong(
    "measures distances by the squared difference of widths and heights",
    "Two boxes of 10×10 and 14×14, two of 100×100 and 104×104: which pair is more alike?",
    "What does the task call a distance?",
    nearest=lambda wh, c: torch.cdist(wh, c).argmin(1),
)
wrong(
    "gives every shape to the centroid that is least like it",
    "Is a large IoU near or far?",
    nearest=lambda wh, c: overlap(wh, c).argmin(1),
)
wrong(
    "moves centroids to the median of their shapes",
    "By what does the task replace a centroid?",
    middle=lambda rows: rows.median(0).values,
)
wrong(
    "makes one round, whatever `iters` says",
    "Where does your loop get the centroids of the second round from?",
    many=lambda iters: min(iters, 1),
)
wrong(ZERO_BY_ZERO.told(where="no shape belongs to a centroid"), of_none=lambda centroid: centroid * torch.nan)
wrong(
    "puts a centroid that no shape belongs to at 0",
    "By what do you divide when no shape belongs to a centroid? What does the task want there?",
    of_none=torch.zeros_like,
)
wrong(
    NOT_BY_THE_UNION.told(what="the larger of the two areas").hinted(
        "What is the union of two boxes with a common corner, one wide and flat, one narrow and tall?"
    ),
    nearest=lambda wh, c: (
        torch.minimum(wh[:, None], c).prod(-1) / torch.maximum(wh.prod(1)[:, None], c.prod(1))
    ).argmax(1),
)
wrong(
    "compares areas, not shapes",
    "A box of 2×8 and one of 4×4 have the same area. What is their IoU?",
    nearest=lambda wh, c: (wh.prod(1)[:, None].log() - c.prod(1).log()).abs().argmin(1),
)
wrong(
    "returns which centroid each shape belongs to, not the centroids",
    "What is an anchor: a shape or a number of a group?",
    result=lambda wh, centroids: overlap(wh, centroids).argmax(1),
)


@exercise.mistake(writes_into("centroids", "centroids"))
def in_place(wh, centroids, iters):
    return centroids.copy_(rounds(wh, centroids, iters))


@exercise.alternative
def group_by_group(wh, centroids, iters):
    return rounds(wh, centroids, iters)


@exercise.alternative
def shape_by_shape(wh, centroids, iters):
    centroids = centroids.clone()
    for _ in range(iters):
        sums, counts = torch.zeros_like(centroids), [0] * len(centroids)
        for row in wh:
            shared = torch.minimum(row, centroids).prod(1)
            k = int((1 - shared / (row.prod() + centroids.prod(1) - shared)).argmin())
            sums[k] += row
            counts[k] += 1
        for k, count in enumerate(counts):
            if count:
                centroids[k] = sums[k] / count
    return centroids


@exercise.alternative
def with_index_add(wh, centroids, iters):
    for _ in range(iters):
        label = (1 - overlap(wh, centroids)).argmin(1)
        sums = torch.zeros_like(centroids).index_add(0, label, wh)
        count = torch.bincount(label, minlength=len(centroids)).unsqueeze(1)
        centroids = torch.where(count > 0, sums / count.clamp(min=1), centroids)
    return centroids


@exercise.alternative
def as_boxes_at_the_origin(wh, centroids, iters):
    for _ in range(iters):
        w, h = wh.split(1, 1)
        cw, ch = centroids.T[:, None]
        shared = torch.where(w < cw, w, cw) * torch.where(h < ch, h, ch)
        label = (shared / (w * h + cw * ch - shared)).max(dim=1).indices
        member = torch.nn.functional.one_hot(label, len(centroids)).to(wh)
        count = member.sum(0, keepdim=True).T
        centroids = torch.where(count == 0, centroids, (member.T @ wh) / count)
    return centroids
