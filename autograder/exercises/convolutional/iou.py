"""Intersection over union of every box with every other."""

import torch

from autograder.spec import Case, Question


def some(draw, n, size=4.0):
    """Boxes of sides from 1 to `size`, near enough to each other that many overlap."""
    corner = draw.uniform(-2, 4, n, 2)
    return torch.cat([corner, corner + draw.uniform(1, size, n, 2)], dim=1)


def rows(*numbers):
    return torch.tensor(numbers, dtype=torch.float64).reshape(-1, 4)


def nested(draw):
    """A box within a box, the same box twice, and neighbours that share an edge."""
    a = some(draw, 1, 6)
    width, height = (a[0, 2:] - a[0, :2]).tolist()
    inside = a + rows(width * 0.2, height * 0.3, -width * 0.1, -height * 0.4)
    beside = a + rows(width, 0, width, 0)
    return a, torch.cat([inside, a, beside])


def diagonal(draw):
    """Beyond the right lower corner, and beyond the right upper one."""
    gap = draw.uniform(0.2, 1.5).item()
    return rows(0, 4, 4, 8), rows(4 + gap, 8 + gap, 8, 11, 4 + gap, 1, 7, 4 - gap)


question = Question(
    cases=lambda draw: [
        (some(draw, 3), some(draw, 5)),
        (some(draw, 4), some(draw, 4)),
        Case(nested(draw), note="one within the other, the same, side by side"),
        Case((some(draw, 2), some(draw, 3) + 20), note="far apart in both directions"),
        Case(diagonal(draw), note="a little apart in both directions"),
        Case((some(draw, 2), some(draw, 3) + rows(0, 30, 0, 30)), note="apart in one direction"),
        Case((some(draw, 1), some(draw, 1)), note="one box and one box"),
        Case((some(draw, 3), rows()), note="no boxes in `b`"),
        Case((rows(), some(draw, 2)), note="no boxes in `a`"),
        Case((rows(), rows()), note="no boxes at all"),
        Case((some(draw, 3) - 9, some(draw, 2) - 9), note="left of the origin and above it"),
    ],
    extremes=lambda draw: [
        Case((rows(1, 1, 1, 3, 2, 2, 2, 2), torch.cat([rows(1, 1, 1, 3), some(draw, 1)])), note="boxes without area"),
        Case((1e4 + some(draw, 2), 1e4 + some(draw, 3)), note="far from the origin"),
    ],
    bears="boxes without area, and boxes ten thousand pixels from the origin",
    forbids=["box_operations"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes import boxes as kinds
from autograder.spec.mistakes.common import TRANSPOSED_TABLE, ZERO_BY_ZERO, same
from gradschool.convolutional import boxes

exercise = Exercise(
    question,
    boxes.iou,
    points=4,
    noise=1e-6,  # some add an epsilon to the union
)


def parts(a, b):
    """Left upper and right lower corner of what is shared, and the areas."""
    return *kinds.corners_of_overlap(a, b), kinds.area(a)[:, None], kinds.area(b)


def ratio(shared, union):
    return torch.where(union > 0, shared / union.clamp(min=1e-300 if union.dtype == torch.float64 else 1e-30), 0)


def right(
    a, b, *, read=same, whole=lambda shared, first, second: first + second - shared, divided=ratio, result=same,
    common=lambda sides: sides.clamp(min=0).prod(-1),
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    low, high, first, second = parts(read(a), read(b))
    shared = common(high - low)
    return result(divided(shared, whole(shared, first, second)))


wrong = exercise.variants(right)
wrong(
    "finds an overlap where two boxes lie apart",
    "What are width and height of the overlap for boxes that are apart in both directions? And their product?",
    common=lambda sides: sides.prod(-1),
)
wrong(
    "cuts the area of the overlap off at 0, not its width and its height",
    "What is the product of two negative numbers?",
    common=lambda sides: sides.prod(-1).clamp(min=0),
)
wrong(
    kinds.NOT_BY_THE_UNION.told(what="the sum of both areas"),
    whole=lambda shared, first, second: first + second,
)
wrong(
    kinds.NOT_BY_THE_UNION.told(what="the smaller area"),
    whole=lambda shared, first, second: torch.minimum(first, second),
)
wrong(
    kinds.ANOTHER_FORMAT.told(one="the last two numbers", other="width and height"),
    read=lambda boxes: torch.cat([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], dim=1),
)
wrong(ZERO_BY_ZERO.told(where="boxes have no area"), divided=torch.div)
wrong(TRANSPOSED_TABLE, result=lambda table: table.T)


@exercise.misconception(
    "counts pixels, and so makes every box one wider and one higher",
    "How wide is a box from x = 2 to x = 3, if these are places of edges?",
    "What do you get for two boxes that only share an edge?",
)
def plus_one(a, b):
    return right(*(t + t.new_tensor([0, 0, 1, 1]) for t in (a, b)))


@exercise.mistake(kinds.NOT_BY_THE_UNION.told(what="the area of the box around both"))
def over_the_hull(a, b):
    around = torch.maximum(a[:, None, 2:], b[:, 2:]) - torch.minimum(a[:, None, :2], b[:, :2])
    return right(a, b, whole=lambda *_: around.prod(-1))


@exercise.alternative
def pair_by_pair(a, b):
    out = a.new_zeros(len(a), len(b))
    for i, (x1, y1, x2, y2) in enumerate(a):
        for j, (u1, v1, u2, v2) in enumerate(b):
            width = torch.minimum(x2, u2) - torch.maximum(x1, u1)
            height = torch.minimum(y2, v2) - torch.maximum(y1, v1)
            shared = width.clamp(min=0) * height.clamp(min=0)
            union = (x2 - x1) * (y2 - y1) + (u2 - u1) * (v2 - v1) - shared
            if union > 0:
                out[i, j] = shared / union
    return out


@exercise.alternative
def column_by_column(a, b):
    x1, y1, x2, y2 = (c[:, None] for c in a.unbind(1))
    u1, v1, u2, v2 = b.unbind(1)
    shared = torch.relu(torch.minimum(x2, u2) - torch.maximum(x1, u1))
    shared = shared * torch.relu(torch.minimum(y2, v2) - torch.maximum(y1, v1))
    union = (x2 - x1) * (y2 - y1) + (u2 - u1) * (v2 - v1) - shared
    return torch.where(union == 0, torch.zeros_like(union), shared / union)


@exercise.alternative
def by_nan_to_num(a, b):
    low, high, first, second = parts(a, b)
    shared = (high - low).clamp(min=0).prod(-1)
    return (shared / (first + second - shared)).nan_to_num(0.0)


@exercise.alternative
def by_sorted_edges(a, b):
    """Where two stretches overlap, the overlap lies between the second and the third of their four ends."""
    both = torch.stack(torch.broadcast_tensors(a[:, None], b[None]), dim=-1)  # (n, m, 4, 2)
    low, high = both[:, :, :2].amax(-1), both[:, :, 2:].amin(-1)
    shared = torch.where((high > low).all(-1), (high - low).prod(-1), 0)
    areas = (both[:, :, 2:] - both[:, :, :2]).prod(2).sum(-1)
    return torch.where(areas > shared, shared / (areas - shared), 0)
