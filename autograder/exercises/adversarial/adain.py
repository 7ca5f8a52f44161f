"""Adaptive instance normalisation."""

import torch

from autograder.spec import Case, Question
from autograder.spec.comparison import near


def case(draw, batch, channels, height, width, eps=1e-5, note=""):
    spread = draw.uniform(0.5, 3, batch, channels, 1, 1)
    x = spread * draw.normal(batch, channels, height, width) + 2 * draw.normal(batch, channels, 1, 1)
    return Case((x, draw.normal(batch, channels), draw.normal(batch, channels), eps), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 3, 2, 4, 5),
        case(draw, 2, 2, 2, 2, note="everything of length 2"),
        case(draw, 4, 3, 3, 1, eps=0.3, note="a large eps"),
        case(draw, 1, 4, 2, 3, note="a batch of one"),
    ],
    extremes=lambda draw: [
        Case(
            (torch.full((2, 2, 4, 4), 7.0).double(), draw.normal(2, 2), draw.normal(2, 2), 1e-5),
            compare=near(1e-3),  # 7 / √ε, and what rounding leaves of its difference from itself
            note="flat channels",
        ),
    ],
    defaults=lambda draw: [
        Case((0.003 * draw.normal(2, 3, 4, 3), draw.normal(2, 3), draw.normal(2, 3)), note="channels almost flat")
    ],
    bears="channels whose pixels are all equal",
    gradients=["x", "scale", "shift"],
    arguments=("x", "scale", "shift", "eps"),
    forbids=["instance_norm", "batch_norm"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.batchnorm import EPS_OUTSIDE_ROOT, VARIANCE_FOR_DEVIATION
from gradschool.adversarial import style

exercise = Exercise(question, style.adain, points=4)


def right(
    x, scale, shift, eps=1e-5, *, axes=(2, 3), correction=0, width=lambda var, eps: (var + eps).sqrt(),
    given=lambda scale: scale,
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    mean, var = x.mean(axes, keepdim=True), x.var(axes, correction=correction, keepdim=True)
    return (x - mean) / width(var, eps) * given(scale)[:, :, None, None] + shift[:, :, None, None]


wrong = exercise.variants(right)
wrong(
    "normalises over the batch as well, as batch normalisation does",
    "Style one image alone, then among others. Is the result the same?",
    axes=(0, 2, 3),
)
wrong(
    "normalises all channels of an image together, as layer normalisation does",
    "What is the mean of one channel of your result, before the style is applied?",
    axes=(1, 2, 3),
)
wrong(
    "divides the variance by one less than the number of pixels",
    "Which variance does the task ask for? Which does `Tensor.var` give if nobody says?",
    correction=1,
)
wrong(
    EPS_OUTSIDE_ROOT.hinted("With a variance of 0 and ε = 0.01, what do you divide by?"),
    width=lambda var, eps: var.sqrt() + eps,
)
wrong(
    VARIANCE_FOR_DEVIATION.hinted("Double every pixel. By which factor does your normalised image change?"),
    width=lambda var, eps: var + eps,
)
wrong(
    "scales by 1 + scale: a style of a generator's layer, where the scale itself is given",
    "With scale 0, what is left of the pattern, in the task's formula and in yours?",
    given=lambda scale: 1 + scale,
)


@exercise.misconception(
    "applies the style without normalising first",
    "What mean does each channel of your result have? What should it have?",
)
def not_normalised(x, scale, shift, eps=1e-5):
    return x * scale[:, :, None, None] + shift[:, :, None, None]


@exercise.misconception("exchanges scale and shift", "Which of the two becomes the mean of a channel?")
def exchanged(x, scale, shift, eps=1e-5):
    return right(x, shift, scale, eps)


@exercise.alternative
def on_flat_pixels(x, scale, shift, eps=1e-5):
    flat = x.flatten(2)  # (batch, channels, pixels)
    centred = flat - flat.mean(-1, keepdim=True)
    normal = centred / (centred.square().mean(-1, keepdim=True) + eps).sqrt()
    return (normal * scale.unsqueeze(-1) + shift.unsqueeze(-1)).reshape(x.shape)


@exercise.alternative
def image_by_image(x, scale, shift, eps=1e-5):
    rows = []
    for image, a, b in zip(x, scale, shift, strict=True):
        mean, var = image.mean((1, 2)), image.var((1, 2), unbiased=False)
        rows.append((image - mean[:, None, None]) * (a / (var + eps).sqrt())[:, None, None] + b[:, None, None])
    return torch.stack(rows)


@exercise.alternative
def with_einsum(x, scale, shift, eps=1e-5):
    pixels = x.shape[2] * x.shape[3]
    mean = torch.einsum("bchw->bc", x) / pixels
    centred = x - mean[..., None, None]
    var = torch.einsum("bchw,bchw->bc", centred, centred) / pixels
    return torch.einsum("bchw,bc->bchw", centred, scale * (var + eps) ** -0.5) + shift[..., None, None]
