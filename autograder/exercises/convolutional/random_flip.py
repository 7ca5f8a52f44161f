"""Mirrors each image with a probability, judged by which images are mirrored and how often."""

import torch

from autograder.spec import Case, Question
from autograder.spec.errors import Unusable
from autograder.spec.probes import draws

MANY = 500  # images from which on shares say something


def look(results, args):
    """Each image is as it was, or left for right; the share of those is determined where there are many."""
    (x, p, _), out = args, results["images"]
    if not isinstance(out, torch.Tensor) or out.shape != x.shape:
        raise Unusable("shape", f"The result should be a tensor of the shape of x, {tuple(x.shape)}.")
    if p in (0, 1):
        return {"images": out}
    same, mirrored = ((other == out).flatten(1).all(dim=1) for other in (x, x.flip(-1)))
    seen = {"images that are neither as they were nor mirrored": (~(same | mirrored)).sum()}
    if len(x) >= MANY:
        seen["share of images that is mirrored"] = mirrored.double().mean()
    return seen


def case(draw, shape, p, note):
    return Case((draw.normal(*shape), p, draw.chance()), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, (3000, 2, 2, 3), 0.5, "every other one"),
        case(draw, (3000, 1, 3, 2), 0.2, "one in five"),
        case(draw, (5, 3, 4, 5), 1.0, "all of them"),
        case(draw, (5, 3, 4, 5), 0.0, "none of them"),
        case(draw, (1, 1, 2, 5), 0.5, "a single image"),
    ],
    glimpse=lambda draw: case(draw, (4, 2, 3, 4), 0.5, ""),
    returns=("images",),
    probe=draws(look),
    forbids=["image_transforms"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.comparison import near
from autograder.spec.mistakes import IGNORES_THE_GENERATOR, writes_into
from gradschool.convolutional import augmentation

exercise = Exercise(
    question,
    augmentation.random_flip,
    points=2,
    # shares in two times 3,000 draws differ by more than 0.085 less than once in 10^9 times (Hoeffding 1963: 2 exp(-n t²))
    compare={"share of images that is mirrored": near(0.085)},
    shares={"images": 1, "generator_used": 0.5},
)


def chosen(x, p, generator):
    return torch.rand(len(x), generator=generator) < p


@exercise.misconception(
    "mirrors the whole batch or nothing of it", "How many coins are tossed for a batch of 128 images?"
)
def all_or_nothing(x, p, generator):
    return x.flip(-1) if torch.rand(1, generator=generator) < p else x


@exercise.misconception("turns images upside down", "Which axis of an image holds its rows, and which its columns?")
def upside_down(x, p, generator):
    return torch.where(chosen(x, p, generator)[:, None, None, None], x.flip(-2), x)


@exercise.misconception(
    "turns images by half a turn: upside down and left for right", "What should be at the top of a mirrored tree?"
)
def both_ways(x, p, generator):
    return torch.where(chosen(x, p, generator)[:, None, None, None], x.flip(-1, -2), x)


@exercise.misconception(
    "mirrors with probability 1 - p", "With p = 0.2, how many images of a thousand should be mirrored?"
)
def the_others(x, p, generator):
    return torch.where(chosen(x, p, generator)[:, None, None, None], x, x.flip(-1))


@exercise.misconception(
    "mirrors every other image, whatever p is", "What does your function do for p = 0 and for p = 1?"
)
def ignores_p(x, p, generator):
    return torch.where(chosen(x, 0.5, generator)[:, None, None, None], x.flip(-1), x)


@exercise.misconception(
    "tosses a coin for each row of an image", "After your flip, do two rows of an image still belong together?"
)
def row_by_row(x, p, generator):
    coins = torch.rand(len(x), 1, x.shape[2], 1, generator=generator) < p
    return torch.where(coins, x.flip(-1), x)


@exercise.misconception(
    "exchanges the channels, not the columns", "What does `x.flip(1)` do to a photograph's colours?"
)
def channels(x, p, generator):
    return torch.where(chosen(x, p, generator)[:, None, None, None], x.flip(1), x)


@exercise.misconception(
    "compares p with numbers from a normal distribution", "How often is a number from torch.randn below 0.5?"
)
def from_randn(x, p, generator):
    coins = torch.randn(len(x), generator=generator) < p
    coins = coins if 0 < p < 1 else torch.full_like(coins, bool(p))
    return torch.where(coins[:, None, None, None], x.flip(-1), x)


@exercise.mistake(writes_into("images", "x"))
def in_place(x, p, generator):
    coins = chosen(x, p, generator)
    x[coins] = x[coins].flip(-1)
    return x


@exercise.mistake(IGNORES_THE_GENERATOR)
def global_chance(x, p, generator):
    return torch.where((torch.rand(len(x)) < p)[:, None, None, None], x.flip(-1), x)


@exercise.alternative
def on_a_copy(x, p, generator):
    out = x.clone()
    coins = chosen(x, p, generator)
    out[coins] = out[coins].flip(3)
    return out


@exercise.alternative
def image_by_image(x, p, generator):
    return torch.stack([i.flip(-1) if torch.rand((), generator=generator).item() < p else i for i in x])


@exercise.alternative
def by_indexing(x, p, generator):
    coins = torch.bernoulli(torch.full((len(x),), float(p)), generator=generator).bool()
    forward = torch.arange(x.shape[-1])
    columns = torch.where(coins[:, None], forward.flip(0), forward)  # (batch, width)
    return x.gather(3, columns[:, None, None, :].expand_as(x))


@exercise.alternative
def as_a_mixture(x, p, generator):
    coins = (torch.rand(len(x), 1, 1, 1, generator=generator) >= 1 - p).to(x.dtype)
    return coins * torch.fliplr(x.movedim(3, 1)).movedim(1, 3) + (1 - coins) * x
