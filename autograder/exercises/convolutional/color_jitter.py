"""Brightness and contrast changed by factors of each image's own, judged by the factors that are found in the result."""

import torch

from autograder.spec import Case, Question
from autograder.spec.chance import related, uniform
from autograder.spec.errors import Unusable
from autograder.spec.probes import draws

SOME, MANY = 60, 500  # images from which on several calls say something, and one call's distribution
TELLING = 0.05  # how far apart two pixels of an image lie at least, to tell by how much it has changed


def factors_in(x, out):
    """Brightness and contrast of each image, and whether they explain it.

    Where nothing was cut off, the result is a straight line of the pixels: two of them tell it, and with it both
    factors. Images of which no two telling pixels are left explain everything.
    """
    old, new = x.double().flatten(1), out.double().flatten(1)
    kept = (new > 1e-6) & (new < 1 - 1e-6)
    least = torch.where(kept, old, torch.inf).argmin(dim=1, keepdim=True)
    most = torch.where(kept, old, -torch.inf).argmax(dim=1, keepdim=True)
    width = (old.gather(1, most) - old.gather(1, least))[:, 0]
    told = kept.any(dim=1) & (width > TELLING)
    slope = torch.where(told, (new.gather(1, most) - new.gather(1, least))[:, 0] / width, 1)
    offset = new.gather(1, least)[:, 0] - slope * old.gather(1, least)[:, 0]
    apart = ((offset[:, None] + slope[:, None] * old).clamp(0, 1) - new).abs().amax(dim=1)
    b = torch.where(told, offset / old.mean(dim=1) + slope, 1)
    return b, torch.where(told & (b > TELLING), slope / b, 1), ~told | (apart < 1e-4)


def look(results, args):
    """Which factors there are, and how they are distributed."""
    (x, brightness, contrast, _), out = args, results["images"]
    if not isinstance(out, torch.Tensor) or out.shape != x.shape:
        raise Unusable("shape", f"The result should be a tensor of the shape of x, {tuple(x.shape)}.")
    seen = {"values below 0 or above 1": ((out < 0) | (out > 1)).sum()}
    if brightness == contrast == 0:
        return seen | {"images": out}
    b, c, explained = factors_in(x, out)
    seen["images that no brightness and contrast explain"] = (~explained).sum()
    seen["factors outside of their range"] = sum(
        ((f - 1).abs() > bound + 1e-3).sum() for f, bound in ((b, brightness), (c, contrast))
    )
    if len(x) >= MANY:
        seen |= {"brightness": b, "contrast": c}
        seen["share of images where both factors grow or both shrink"] = ((b > 1) == (c > 1)).double().mean()
        seen["factors from all of their range"] = all(
            uniform(f.clamp(1 - bound, 1 + bound), 1 - bound, 1 + bound)
            for f, bound in ((b, brightness), (c, contrast))
        )
        seen["factors of which each is drawn by itself"] = not (
            related(torch.stack([b, c])) or any(related(f.reshape(-1, 10).T) for f in (b, c))
        )
    return seen


def look_at_calls(several, args):
    """Whether one call's factors know of another's, or an image's of its neighbour's."""
    x, brightness, contrast, _ = args
    if len(x) < SOME or not (brightness and contrast):
        return {}
    b, c = (torch.stack(part) for part in list(zip(*(factors_in(x, s["images"]) for s in several), strict=True))[:2])
    return {
        "images and calls of which each has factors of its own": not any(related(f) or related(f.T) for f in (b, c))
    }


def case(draw, shape, brightness, contrast, note, low=0.35, high=0.65):
    images = draw.uniform(low, high, *shape)
    return Case((images, brightness, contrast, draw.chance()), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, (3000, 3, 1, 3), 0.3, 0.2, "brightness and contrast"),
        case(draw, (3000, 1, 3, 2), 0.2, 0.3, "grey images"),
        case(draw, (4, 3, 3, 4), 0.3, 0.0, "brightness alone"),
        case(draw, (4, 3, 3, 4), 0.0, 0.3, "contrast alone"),
        case(draw, (4, 3, 3, 4), 0.0, 0.0, "no change", 0, 1),
        case(draw, (40, 3, 4, 4), 1.0, 1.0, "black and white in it", 0, 1),
        case(draw, (60, 3, 3, 3), 0.6, 0.5, "many bright pixels, of which some are cut off", 0.3, 1),
        case(draw, (80, 1, 3, 4), 0.2, 0.3, "a batch"),
        case(draw, (1, 3, 2, 2), 0.1, 0.1, "a single image"),
    ],
    glimpse=lambda draw: case(draw, (4, 3, 2, 3), 0.3, 0.2, ""),
    returns=("images",),
    probe=draws(look, calls=look_at_calls),
    gives="a tensor",
    forbids=["image_transforms"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.comparison import near, same_distribution, same_share
from autograder.spec.mistakes import chance
from autograder.spec.mistakes.common import same
from gradschool.convolutional import augmentation

exercise = Exercise(
    question,
    augmentation.color_jitter,
    points=4,
    beside=[
        "values below 0 or above 1",
        "images that no brightness and contrast explain",
        "factors outside of their range",
        "images",
    ],
    compare={
        "images": near(1e-5),
        "share of images where both factors grow or both shrink": same_share(3000),
        "brightness": same_distribution("The factors of brightness are not distributed as they should be."),
        "contrast": same_distribution("The factors of contrast are not distributed as they should be."),
    },
    shares={"images": 1, "generator_used": 0.5},
)


def factors(
    x, share, generator, *, shape=chance.for_the_sample, number=lambda n, g: 2 * torch.rand(n, generator=g) - 1
):
    return 1 + share * number(shape(x), generator)


def jittered(x, b, c, *, about=lambda bright: bright.mean(dim=(1, 2, 3), keepdim=True)):
    bright = b * x
    return about(bright) + c * (bright - about(bright))


def right(x, brightness, contrast, generator, *, bright=None, cut=lambda out: out.clamp(0, 1), about=None, **numbers):
    """The right way, with what students get wrong as settings."""
    b = factors(x, brightness, generator, **(numbers | ({"shape": bright} if bright else {})))
    out = jittered(x, b, factors(x, contrast, generator, **numbers), **({"about": about} if about else {}))
    return cut(out)


exercise.mistakes([chance.global_chance(right)])
wrong = exercise.variants(right)
wrong(chance.ONE_FOR_THE_BATCH.told(all_alike="all images become as bright and as rich"), shape=lambda x: (1,) * 4)
wrong(
    "draws a number for every pixel, where an image has one",
    "How many numbers must be drawn for 8 images with 16 channels of 5×5 each?",
    bright=lambda x: x.shape,
)
wrong(
    "draws a brightness for every channel, which changes the colour itself",
    "After your jitter, is a grey image still grey?",
    bright=lambda x: (*x.shape[:2], 1, 1),
)
wrong(
    "draws from a range that is half as wide",
    "With brightness = 0.3, what are the smallest and the largest factor that may come up? And in your function?",
    number=lambda n, g: torch.rand(n, generator=g) - 0.5,
)
wrong(
    "only ever makes images brighter and richer in contrast",
    "What are the smallest and the largest factor that you draw?",
    number=lambda n, g: torch.rand(n, generator=g),
)
wrong(chance.NORMAL_FOR_UNIFORM, number=lambda n, g: torch.randn(n, generator=g))
wrong(
    "does not cut what leaves the range from 0 to 1",
    "What is the largest value in your result? Is it a colour?",
    cut=same,
)
wrong(
    "takes contrast as the distance from 0, not from the image's mean",
    "What becomes of a plain grey image when only its contrast changes?",
    about=lambda bright: 0,
)
wrong(
    "takes contrast as the distance from middle grey, not from the image's mean",
    "Should a dark image become darker when its contrast grows?",
    about=lambda bright: 0.5,
)
wrong(
    "takes contrast as the distance from the mean of the whole batch",
    "Should what becomes of one image depend on its neighbours in the batch?",
    about=torch.mean,
)
wrong(
    "takes contrast as the distance from each channel's own mean",
    "Over which axes is the mean in the task?",
    about=lambda bright: bright.mean(dim=(2, 3), keepdim=True),
)


@exercise.misconception(
    "adds the brightness, where it should multiply", "What does your function make of a black image?"
)
def added(x, brightness, contrast, generator):
    shift = factors(x, brightness, generator) - 1
    return jittered(x + shift, 1, factors(x, contrast, generator)).clamp(0, 1)


@exercise.mistake(chance.ONE_FOR_BOTH.told(both="brightness and contrast"))
def one_for_both(x, brightness, contrast, generator):
    u = 2 * torch.rand(len(x), 1, 1, 1, generator=generator) - 1
    return right(x, brightness, contrast, generator, number=lambda n, g: u)


@exercise.alternative
def contrast_drawn_first(x, brightness, contrast, generator):
    c, b = (factors(x, s, generator) for s in (contrast, brightness))
    return jittered(x, b, c).clamp(min=0, max=1)


@exercise.alternative
def image_by_image(x, brightness, contrast, generator):
    out = []
    for image in x:
        b = 1 + brightness * (2 * torch.rand((), generator=generator) - 1)
        c = 1 + contrast * (2 * torch.rand((), generator=generator) - 1)
        out.append(torch.clamp(c * b * image + (1 - c) * (b * image).mean(), 0, 1))
    return torch.stack(out)


@exercise.alternative
def by_uniform(x, brightness, contrast, generator):
    b = torch.empty(len(x), 1, 1, 1).uniform_(1 - brightness, 1 + brightness, generator=generator)
    c = torch.empty(len(x), 1, 1, 1).uniform_(1 - contrast, 1 + contrast, generator=generator)
    return (b * torch.lerp(x.flatten(1).mean(1).reshape(-1, 1, 1, 1), x, c)).clamp(0, 1)
