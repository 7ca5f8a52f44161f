"""From what YOLOv2's last layer says to boxes in pixels."""

import torch

from autograder.spec import Case, Question


def case(draw, batch, anchors, rows, columns, stride, note=""):
    t = draw.normal(batch, anchors, 4, rows, columns)
    return Case((t, draw.uniform(5, 40, anchors, 2), stride), note=note)


def far(draw, *shape):
    """Numbers from 1 to 2, and from -2 to -1."""
    return draw.uniform(1, 2, *shape) * torch.where(draw.uniform(0, 1, *shape) < 0.5, -1.0, 1.0).double()


question = Question(
    cases=lambda draw: [
        case(draw, 2, 3, 4, 5, 8),
        case(draw, 1, 2, 3, 3, 32, "one image, a square grid"),
        case(draw, 3, 1, 1, 6, 16.0, "one anchor, one row"),
        case(draw, 1, 5, 2, 1, 4, "one column"),
        case(draw, 2, 2, 3, 4, 6.5, "cells whose side is no whole number"),
        Case((torch.zeros(1, 2, 4, 2, 3).double(), draw.uniform(5, 40, 2, 2), 10), note="every t is 0"),
    ],
    extremes=lambda draw: [
        Case(
            (
                torch.cat([1e4 * far(draw, 1, 2, 2, 3, 2), draw.normal(1, 2, 2, 3, 2)], 2),
                draw.uniform(5, 40, 2, 2),
                8,
            ),
            note="offsets of ten thousand",
        ),
    ],
    bears="$t_x$ and $t_y$ of ten thousand, either way",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.boxes import ANOTHER_FORMAT
from autograder.spec.mistakes.common import ROWS_FOR_COLUMNS, same
from gradschool.convolutional import yolo

exercise = Exercise(
    question,
    yolo.decode_yolo_boxes,
    points=5,
)


def corners(x, y, w, h):
    return torch.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], -1)


def grid(t):
    """The column and the row of each cell."""
    return torch.meshgrid(*(torch.arange(n, device=t.device) for n in t.shape[-2:]), indexing="ij")[::-1]


def right(
    t, anchors, stride, *, offset=torch.sigmoid, cells=grid, grow=torch.exp, sizes=same, box=corners,
    placed=lambda offset, cell, stride: (offset + cell) * stride, measured=lambda size, stride: size,
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    x, y = (placed(offset(t[:, :, i]), cell, stride) for i, cell in enumerate(cells(t)))
    w, h = (side.reshape(-1, 1, 1) * grow(t[:, :, i]) for i, side in enumerate(sizes(anchors.T), 2))
    return box(x, y, measured(w, stride), measured(h, stride))


wrong = exercise.variants(right)
wrong(
    "leaves out the sigmoid: centres may lie anywhere",
    "How far from its cell can your centre lie for t_x = 5?",
    offset=same,
)
wrong(
    "forgets in which cell it is",
    "Where do all your boxes lie: all over the image, or in its left upper corner?",
    cells=lambda t: (0, 0),
)
wrong(ROWS_FOR_COLUMNS, cells=lambda t: grid(t)[::-1])
wrong(
    "multiplies the anchors by t_w and t_h, without exp",
    "For t_w = 0 the box should be as wide as its anchor. How wide is yours? And for t_w = -1?",
    grow=same,
)
wrong("takes a sigmoid for the sizes too", "Can your box be larger than its anchor?", grow=torch.sigmoid)
wrong(
    "multiplies the sizes by the stride, though the anchors are in pixels already",
    "How wide is the box for t_w = 0, and how wide is its anchor?",
    measured=lambda size, stride: size * stride,
)
wrong(
    "leaves the centres in cells, where pixels are asked for",
    "How many pixels does the grid cover, and how many do your centres?",
    placed=lambda offset, cell, stride: offset + cell,
)
wrong(
    "multiplies the cell by the stride, but not the offset within it",
    "By how many pixels does your centre move when σ(t_x) goes from 0 to 1?",
    placed=lambda offset, cell, stride: offset + cell * stride,
)
wrong(
    ANOTHER_FORMAT.told(one="the centre", other="the left upper corner"),
    box=lambda x, y, w, h: torch.stack([x, y, x + w, y + h], -1),
)
wrong(
    "goes a whole width to each side of the centre",
    "How wide is your box, x2 - x1, and how wide should it be?",
    box=lambda x, y, w, h: corners(x, y, 2 * w, 2 * h),
)
wrong(
    ANOTHER_FORMAT.told(one="centre and size", other="the two corners that are asked for"),
    box=lambda *numbers: torch.stack(numbers, -1),
)
wrong("takes heights for widths", "What stands first in a row of `anchors`?", sizes=lambda sides: sides.flip(0))


def parts(t, anchors, stride):
    """Centre and size in pixels."""
    return right(t, anchors, stride, box=lambda *numbers: (*numbers, None, None))


@exercise.alternative
def with_a_grid(t, anchors, stride):
    x, y, w, h, _, _ = parts(t, anchors, stride)
    return corners(x, y, w, h)


@exercise.alternative
def pairs_at_once(t, anchors, stride):
    t = t.movedim(2, -1)  # (batch, anchors, rows, columns, 4)
    rows, columns = t.shape[2:4]
    place = torch.cartesian_prod(torch.arange(rows), torch.arange(columns)).flip(1)
    place = place.reshape(rows, columns, 2).to(t)
    centre = (torch.sigmoid(t[..., :2]) + place) * stride
    half = anchors[:, None, None, :] * torch.exp(t[..., 2:]) / 2
    return torch.cat([centre - half, centre + half], dim=-1)


@exercise.alternative
def cell_by_cell(t, anchors, stride):
    batch, n, _, rows, columns = t.shape
    cells = []
    for row in range(rows):
        for column in range(columns):
            tx, ty, tw, th = t[:, :, :, row, column].unbind(2)  # each (batch, anchors)
            x, y = stride * (column + torch.sigmoid(tx)), stride * (row + torch.sigmoid(ty))
            w, h = anchors[:, 0] * torch.exp(tw), anchors[:, 1] * torch.exp(th)
            cells.append(torch.stack([x - 0.5 * w, y - 0.5 * h, x + 0.5 * w, y + 0.5 * h], dim=-1))
    return torch.stack(cells, dim=2).reshape(batch, n, rows, columns, 4)


@exercise.alternative
def by_exp_of_logs(t, anchors, stride):
    x, y, _, _, _, _ = parts(t, anchors, stride)
    size = (t[:, :, 2:] + anchors.log()[None, :, :, None, None]).exp()
    return corners(x, y, size[:, :, 0], size[:, :, 1])
