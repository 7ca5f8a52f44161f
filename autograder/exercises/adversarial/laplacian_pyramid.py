"""What each scale adds to the next coarser one."""

from autograder.spec import Case, Question

question = Question(
    cases=lambda draw: [
        (draw.normal(2, 1, 8, 8), 3),
        Case((draw.normal(1, 3, 4, 12), 2), note="colours, 4×12 pixels"),
        Case((draw.normal(2, 2, 3, 5), 1), note="one level: the image itself"),
        Case((draw.normal(1, 1, 8, 16), 4), note="down to one pixel in height"),
    ],
    returns=("pyramid",),
)

# %% what is right, and what is wrong
from itertools import pairwise

import torch.nn.functional as F

from autograder.spec import Exercise
from gradschool.adversarial import superresolution

exercise = Exercise(question, superresolution.laplacian_pyramid, points=4)


def down(x):
    return F.avg_pool2d(x, 2)


def up(x):
    return F.interpolate(x, scale_factor=2)


def built(x, levels, down=down, detail=lambda x, coarse: x - up(coarse)):
    entries = []
    for _ in range(levels - 1):
        coarse = down(x)
        entries.append(detail(x, coarse))
        x = coarse
    return [*entries, x]


wrong = exercise.variants(built)
wrong(
    "gives the smaller and smaller images, not what each adds: a Gaussian pyramid",
    "What must be added to the doubled coarse image to get the fine one back?",
    detail=lambda x, coarse: x.clone(),
)
wrong(
    "takes one pixel of each four, without averaging them",
    "Three of four pixels never reach your coarse image. Which?",
    down=lambda x: x[:, :, ::2, ::2],
)
wrong(
    "has the sign of the details the wrong way round",
    "Doubled coarse image plus your detail: does that give the fine image?",
    detail=lambda x, coarse: up(coarse) - x,
)
wrong(
    "keeps the largest of each four pixels, where their mean is asked",
    "A white dot on black: how bright is your coarse pixel?",
    down=lambda x: F.max_pool2d(x, 2),
)


@exercise.misconception(
    "puts the coarsest entry first", "Which comes first in the task's list, the finest or the coarsest?"
)
def reversed_order(x, levels):
    return built(x, levels)[::-1]


@exercise.misconception(
    "leaves out the coarsest image",
    "How many entries does your list have? From what would you start to rebuild the image?",
)
def no_coarsest(x, levels):
    return built(x, levels + 1)[:levels] if min(x.shape[-2:]) >= 2**levels else built(x, levels)[:-1]


@exercise.misconception(
    "halves what each level left over, where the image itself should be halved",
    "Of what is your second level the coarse version: of the image, or of its details?",
    "What is the brightness of your last entry, and what is that of the image?",
)
def differences_halved(x, levels):
    """Details of the details: each level halves what was left, not the image."""
    entries = []
    for _ in range(levels - 1):
        coarse = down(x)
        entries.append(x - up(coarse))
        x = down(entries[-1])
    return [*entries, x]


@exercise.alternative
def recursively(x, levels):
    if levels == 1:
        return [x.clone()]
    coarse = (x[..., ::2, ::2] + x[..., 1::2, ::2] + x[..., ::2, 1::2] + x[..., 1::2, 1::2]) / 4
    return [x - coarse.repeat_interleave(2, -1).repeat_interleave(2, -2), *recursively(coarse, levels - 1)]


@exercise.alternative
def images_first(x, levels):
    images = [x]
    while len(images) < levels:
        images.append(down(images[-1]))
    return [fine - up(coarse) for fine, coarse in pairwise(images)] + images[-1:]


@exercise.alternative
def details_from_blocks(x, levels):
    entries = []
    for _ in range(levels - 1):
        b, c, h, w = x.shape
        blocks = x.reshape(b, c, h // 2, 2, w // 2, 2)
        mean = blocks.mean((3, 5), keepdim=True)
        entries.append((blocks - mean).reshape(b, c, h, w))
        x = mean[:, :, :, 0, :, 0]
    return [*entries, x]
