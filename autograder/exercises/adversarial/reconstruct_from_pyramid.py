"""The image that a Laplacian pyramid was made of."""

from autograder.spec import Case, Question


def case(draw, batch, channels, height, width, levels, note=""):
    """Any entries of the right sizes: a pyramid need not have been made of an image."""
    sizes = [(height // 2**i, width // 2**i) for i in range(levels)]
    return Case(([draw.normal(batch, channels, *size) for size in sizes],), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 2, 1, 8, 8, 3),
        case(draw, 1, 3, 4, 12, 2, "colours, 4×12 pixels"),
        case(draw, 2, 2, 3, 5, 1, "one level: the image itself"),
        case(draw, 1, 1, 8, 16, 4, "four levels"),
    ],
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F

from autograder.spec import Exercise
from gradschool.adversarial import superresolution

exercise = Exercise(question, superresolution.reconstruct_from_pyramid, points=3)


def up(x):
    return F.interpolate(x, scale_factor=2)


def rebuilt(pyramid, up=up, join=lambda coarse, detail: coarse + detail):
    x = pyramid[-1]
    for detail in pyramid[-2::-1] if len(pyramid) > 1 else []:
        x = join(up(x), detail)
    return x


wrong = exercise.variants(rebuilt)
wrong(
    "subtracts the details",
    "A detail is the fine image minus the doubled coarse one. What gives the fine one?",
    join=lambda coarse, detail: coarse - detail,
)
wrong(
    "leaves the details out: the coarsest image, enlarged",
    "Which entries of the pyramid does your result depend on?",
    join=lambda coarse, detail: coarse,
)
wrong(
    "smooths when it doubles the image, where every pixel is to be repeated",
    "The pyramid was made with an `up` that repeats. What is left over if yours does something else?",
    up=lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"),
)


@exercise.misconception("stops after one step", "How many times must the coarsest image of four levels be doubled?")
def one_step(pyramid):
    return pyramid[0] if len(pyramid) == 1 else up(pyramid[1]) + pyramid[0]


@exercise.misconception(
    "leaves the coarsest image out: details alone",
    "What is the mean of your image? Where in the pyramid is the brightness of the whole?",
)
def details_alone(pyramid):
    return pyramid[0] if len(pyramid) == 1 else rebuilt([*pyramid[:-1], torch.zeros_like(pyramid[-1])])


@exercise.misconception("divides by the number of levels", "Are the entries of a pyramid averaged, or added?")
def averaged(pyramid):
    return rebuilt(pyramid) / len(pyramid)


@exercise.alternative
def each_enlarged_at_once(pyramid):
    """Doubling is linear: the sum of all entries, each repeated as often as it takes."""
    return sum(p.repeat_interleave(2**i, 2).repeat_interleave(2**i, 3) for i, p in enumerate(pyramid))


@exercise.alternative
def recursively(pyramid):
    if len(pyramid) == 1:
        return pyramid[0].clone()
    coarse = recursively(pyramid[1:])
    return coarse.repeat_interleave(2, dim=-1).repeat_interleave(2, dim=-2) + pyramid[0]


@exercise.alternative
def with_kron(pyramid):
    x = pyramid[-1]
    for detail in list(pyramid)[:-1][::-1]:
        x = detail + torch.kron(x, x.new_ones(1, 1, 2, 2))
    return x
