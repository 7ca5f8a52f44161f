"""Images turned about their centre by given angles, with bilinear interpolation."""

import torch

from autograder.spec import Case, Question


def case(draw, shape, degrees, note):
    return Case((draw.normal(*shape), torch.tensor(degrees, dtype=torch.float64)), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, (3, 2, 6, 6), [17.3, -40.2, 100.7], "several angles"),
        case(draw, (2, 1, 5, 8), [25.4, -63.1], "wide images"),
        case(draw, (2, 3, 9, 4), [-12.6, 200.3], "tall images"),
        case(draw, (1, 1, 7, 7), [0.4], "hardly turned"),
        case(draw, (1, 2, 1, 1), [33.0], "one pixel"),
        case(draw, (2, 1, 1, 5), [30.8, 411.3], "a single row"),
        Case(
            (draw.normal(4, 1, 5, 5), torch.tensor([90.0, 180.0, -90.0, 0.0]).double()),
            note="quarter turns",
            compare=lambda expected, got, tolerance: abs(got - expected) > max(tolerance, 1e-4),
        ),
    ],
    gradients=["x"],
    arguments=("x", "degrees"),
    forbids=["grid_sample", "image_transforms"],
)

# %% what is right, and what is wrong
import math

import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes.common import ROWS_FOR_COLUMNS
from gradschool.convolutional import augmentation

exercise = Exercise(
    question,
    augmentation.rotate,
    points=5,
)


def sampled(x, row, column, *, nearest=False, edges=False):
    """Values of x at places between its pixels: (batch, height, width) rows and columns."""
    height, width = x.shape[-2:]
    if nearest:
        row, column = row.round(), column.round()
    out = torch.zeros_like(x)
    for r in (row.floor(), row.floor() + 1):
        for c in (column.floor(), column.floor() + 1):
            share = (1 - (row - r).abs()) * (1 - (column - c).abs())
            inside = (r >= 0) & (r < height) & (c >= 0) & (c < width) | edges
            index = (r.clamp(0, height - 1) * width + c.clamp(0, width - 1)).long()
            found = x.flatten(2).gather(2, index.flatten(1)[:, None].expand(-1, x.shape[1], -1)).reshape(x.shape)
            out = out + found * (share * inside)[:, None]
    return out


def turned(x, degrees, *, sign=1, unit=math.pi / 180, about=None, stretch=False, swap=False, mirrored=1, **how):
    """Where every pixel comes from, with what students get wrong as settings."""
    height, width = x.shape[-2:]
    angle = (sign * unit * degrees)[:, None, None].to(x.dtype)
    middle_row, middle_column = about(height, width) if about else ((height - 1) / 2, (width - 1) / 2)
    down = torch.arange(height, dtype=x.dtype, device=x.device)[:, None] - middle_row
    right = torch.arange(width, dtype=x.dtype, device=x.device) - middle_column
    ratio = max(width - 1, 1) / max(height - 1, 1) if stretch else 1.0
    row = middle_row + angle.sin() * right / ratio + angle.cos() * down
    column = middle_column + angle.cos() * right - mirrored * angle.sin() * down * ratio
    if swap:
        row, column = (t.expand(len(x), height, width) for t in (column, row))
    return sampled(x, row.expand(len(x), height, width), column.expand(len(x), height, width), **how)


wrong = exercise.variants(turned)
wrong(
    "turns clockwise",
    "Turn an image whose right half is bright by 90°. Where should the bright half be, and where is it?",
    "You ask where each pixel comes from. In which direction do you have to look, to turn the picture counter-clockwise?",
    sign=-1,
)
wrong("takes degrees for radians", "What is the sine of 90 for `torch.sin`?", unit=1)
wrong("turns about the upper left corner", "Which pixel should stay where it is?", about=lambda height, width: (0, 0))
wrong(
    "turns about a point half a pixel beside the centre",
    "Pixels have the numbers 0 to 4. Which number has the one in the middle?",
    "What should a turn by 180° do to the first pixel?",
    about=lambda height, width: (height / 2, width / 2),
)
wrong(
    "takes the nearest pixel, where the mean of four is asked",
    "By how much does your result change when the angle changes by a hundredth of a degree?",
    nearest=True,
)
wrong("continues the image's edge beyond it", "What should a pixel be that comes from outside the image?", edges=True)
wrong(
    "stretches images that are not square",
    "Are your coordinates pixels, or shares of height and width? Which of the two keeps right angles?",
    stretch=True,
)
wrong(ROWS_FOR_COLUMNS, swap=True)
wrong(
    "has the sine with one sign in both coordinates, which is no turn",
    "Take a square's corner through both of your lines, at 45°. Is it as far from the centre as before?",
    mirrored=-1,
)


@exercise.misconception("turns every image by the first angle", "How many angles does a batch of three bring?")
def one_angle(x, degrees):
    return turned(x, degrees[:1].expand(len(x)))


@exercise.misconception(
    "sends each pixel where it goes, and leaves holes where none arrives",
    "After a turn by 45°, does every pixel of the result get a value from some pixel?",
    "Which is better asked: where does this pixel go, or where does this pixel come from?",
)
def scattered(x, degrees):
    height, width = x.shape[-2:]
    angle = torch.deg2rad(degrees)[:, None, None]
    down = torch.arange(height, dtype=x.dtype)[:, None] - (height - 1) / 2
    right = torch.arange(width, dtype=x.dtype) - (width - 1) / 2
    row = ((height - 1) / 2 + angle.cos() * down - angle.sin() * right).round().long()
    column = ((width - 1) / 2 + angle.cos() * right + angle.sin() * down).round().long()
    out = torch.zeros_like(x)
    for n, i, j in ((row >= 0) & (row < height) & (column >= 0) & (column < width)).nonzero().tolist():
        out[n, :, row[n, i, j], column[n, i, j]] = x[n, :, i, j]
    return out


@exercise.alternative
def by_settings(x, degrees):
    return turned(x, degrees)


@exercise.alternative
def with_a_border(x, degrees):
    """A frame of zeros around the image, so that nothing lies outside."""
    height, width = x.shape[-2:]
    margin = height + width
    framed = F.pad(x, (margin,) * 4)
    out = []
    for image, angle in zip(framed, torch.deg2rad(degrees), strict=True):
        i = torch.arange(height, dtype=x.dtype, device=x.device) - (height - 1) / 2
        j = torch.arange(width, dtype=x.dtype, device=x.device) - (width - 1) / 2
        down, right = torch.meshgrid(i, j, indexing="ij")
        row = margin + (height - 1) / 2 + torch.sin(angle) * right + torch.cos(angle) * down
        column = margin + (width - 1) / 2 + torch.cos(angle) * right - torch.sin(angle) * down
        r, c = row.floor().long(), column.floor().long()
        a, b = row - r, column - c
        out.append(
            image[:, r, c] * (1 - a) * (1 - b)
            + image[:, r, c + 1] * (1 - a) * b
            + image[:, r + 1, c] * a * (1 - b)
            + image[:, r + 1, c + 1] * a * b
        )
    return torch.stack(out)


@exercise.alternative
def by_hat_functions(x, degrees):
    """Each pixel of the result sums all pixels, weighed by how near they are to the place it comes from."""
    height, width = x.shape[-2:]
    centre = x.new_tensor([(height - 1) / 2, (width - 1) / 2])
    grid = torch.cartesian_prod(torch.arange(height), torch.arange(width)).to(x) - centre  # (pixels, 2)
    cos, sin = torch.deg2rad(degrees).cos(), torch.deg2rad(degrees).sin()
    turn = torch.stack([torch.stack([cos, sin], dim=-1), torch.stack([-sin, cos], dim=-1)], dim=-2)  # (batch, 2, 2)
    source = torch.einsum("bij,pj->bpi", turn, grid)
    near = (1 - (source[:, :, None, :] - grid).abs()).clamp(min=0).prod(dim=-1)  # (batch, to, from)
    return torch.einsum("btf,bcf->bct", near, x.flatten(2)).reshape(x.shape)
