"""From what YOLOv2's last layer says to boxes in pixels."""

import torch

from autograder.spec import Case, Question


def case(draw, batch, anchors, rows, columns, stride, note=""):
    t = draw.normal(batch, anchors, 4, rows, columns)
    return Case((t, draw.uniform(5, 40, anchors, 2), stride), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 2, 3, 4, 5, 8),
        case(draw, 1, 2, 3, 3, 32, "one image, a square grid"),
        case(draw, 3, 1, 1, 6, 16.0, "one anchor, one row"),
        case(draw, 1, 5, 2, 1, 4, "one column"),
        Case((torch.zeros(1, 2, 4, 2, 3).double(), draw.uniform(5, 40, 2, 2), 10), note="every t is 0"),
    ],
    extremes=lambda draw: [
        Case(
            (
                torch.cat([1e4 * draw.normal(1, 2, 2, 3, 2), draw.normal(1, 2, 2, 3, 2)], 2),
                draw.uniform(5, 40, 2, 2),
                8,
            ),
            note="offsets of ten thousand",
        ),
    ],
    gradients=["t"],
    arguments=("t", "anchors", "stride"),
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.convolutional import yolo

exercise = Exercise(
    question,
    yolo.decode_yolo_boxes,
    points=5,
)


def corners(x, y, w, h):
    return torch.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], -1)


def parts(t, anchors, stride):
    """Centre and size in pixels, each (batch, anchors, rows, columns)."""
    rows, columns = t.shape[-2:]
    row, column = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    row, column = row.to(t.device), column.to(t.device)
    x, y = (t[:, :, 0].sigmoid() + column) * stride, (t[:, :, 1].sigmoid() + row) * stride
    w, h = (anchors[:, i].reshape(-1, 1, 1) * t[:, :, 2 + i].exp() for i in (0, 1))
    return x, y, w, h, row, column


@exercise.misconception(
    "leaves out the sigmoid: centres may lie anywhere",
    "How far from its cell can your centre lie for t_x = 5?",
)
def no_sigmoid(t, anchors, stride):
    _, _, w, h, row, column = parts(t, anchors, stride)
    return corners((t[:, :, 0] + column) * stride, (t[:, :, 1] + row) * stride, w, h)


@exercise.misconception(
    "forgets in which cell it is",
    "Where do all your boxes lie: all over the image, or in its left upper corner?",
)
def no_cell(t, anchors, stride):
    _, _, w, h, _, _ = parts(t, anchors, stride)
    return corners(t[:, :, 0].sigmoid() * stride, t[:, :, 1].sigmoid() * stride, w, h)


@exercise.misconception(
    "adds the row to x, and the column to y",
    "In a grid of one row and six columns: which of x and y grows from cell to cell?",
    "Which axis of `t` holds the rows?",
)
def rows_and_columns(t, anchors, stride):
    _, _, w, h, row, column = parts(t, anchors, stride)
    return corners((t[:, :, 0].sigmoid() + row) * stride, (t[:, :, 1].sigmoid() + column) * stride, w, h)


@exercise.misconception(
    "multiplies the anchors by t_w and t_h, without exp",
    "For t_w = 0 the box should be as wide as its anchor. How wide is yours? And for t_w = -1?",
)
def no_exp(t, anchors, stride):
    x, y, _, _, _, _ = parts(t, anchors, stride)
    w, h = (anchors[:, i].reshape(-1, 1, 1) * t[:, :, 2 + i] for i in (0, 1))
    return corners(x, y, w, h)


@exercise.misconception(
    "takes a sigmoid for the sizes too",
    "Can your box be larger than its anchor?",
)
def sigmoid_for_sizes(t, anchors, stride):
    x, y, _, _, _, _ = parts(t, anchors, stride)
    w, h = (anchors[:, i].reshape(-1, 1, 1) * t[:, :, 2 + i].sigmoid() for i in (0, 1))
    return corners(x, y, w, h)


@exercise.misconception(
    "multiplies the sizes by the stride, though the anchors are in pixels already",
    "How wide is the box for t_w = 0, and how wide is its anchor?",
)
def stride_twice(t, anchors, stride):
    x, y, w, h, _, _ = parts(t, anchors, stride)
    return corners(x, y, w * stride, h * stride)


@exercise.misconception(
    "leaves the centres in cells, where pixels are asked for",
    "How many pixels does the grid cover, and how many do your centres?",
)
def in_cells(t, anchors, stride):
    x, y, w, h, _, _ = parts(t, anchors, stride)
    return corners(x / stride, y / stride, w, h)


@exercise.misconception(
    "multiplies the cell by the stride, but not the offset within it",
    "By how many pixels does your centre move when σ(t_x) goes from 0 to 1?",
)
def offset_in_cells(t, anchors, stride):
    _, _, w, h, row, column = parts(t, anchors, stride)
    return corners(t[:, :, 0].sigmoid() + column * stride, t[:, :, 1].sigmoid() + row * stride, w, h)


@exercise.misconception(
    "takes the centre for the left upper corner",
    "Where is (b_x, b_y) in a box: in its middle or at its corner?",
)
def from_the_corner(t, anchors, stride):
    x, y, w, h, _, _ = parts(t, anchors, stride)
    return torch.stack([x, y, x + w, y + h], -1)


@exercise.misconception(
    "goes a whole width to each side of the centre",
    "How wide is your box, x2 - x1, and how wide should it be?",
)
def twice_as_large(t, anchors, stride):
    x, y, w, h, _, _ = parts(t, anchors, stride)
    return corners(x, y, 2 * w, 2 * h)


@exercise.misconception(
    "returns centre, width and height, where corners are asked for",
    "Which four numbers make a box in this notebook?",
)
def centre_and_size(t, anchors, stride):
    return torch.stack(parts(t, anchors, stride)[:4], -1)


@exercise.misconception(
    "takes heights for widths",
    "What stands first in a row of `anchors`?",
)
def anchors_swapped(t, anchors, stride):
    x, y, _, _, _, _ = parts(t, anchors, stride)
    w, h = (anchors[:, 1 - i].reshape(-1, 1, 1) * t[:, :, 2 + i].exp() for i in (0, 1))
    return corners(x, y, w, h)


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
