"""Mirrors each image with a probability, judged by which images are mirrored and how often."""

import torch

from autograder.spec import Case, Question
from autograder.spec.chance import plausible, related
from autograder.spec.errors import Unusable
from autograder.spec.probes import draws

MANY, SOME = 20_000, 100  # images from which on one call, and several calls, say something


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
        blocks = mirrored.reshape(-1, 10)
        seen["share of images that is mirrored"] = mirrored.double().mean()
        seen["as many images as p says"] = plausible(mirrored.sum(), len(x), p)
        seen["images of which each has a draw of its own"] = not (related(blocks) or related(blocks.T))
    return seen


def look_at_calls(several, args):
    """Whether one call's draws know of another's, or of each other: exactly so many of each batch, say."""
    x, p, _ = args
    if len(x) < SOME or p in (0, 1):
        return {}
    mirrored = torch.stack([(found["images"] == x.flip(-1)).flatten(1).all(dim=1) for found in several])
    return {"calls of which each draws anew": not (related(mirrored) or related(mirrored.T))}


def case(draw, shape, p, note):
    return Case((draw.normal(*shape), p, draw.chance()), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, (MANY, 2, 2, 3), 0.5, "every other one"),
        case(draw, (MANY, 1, 3, 2), 0.2, "one in five"),
        case(draw, (240, 1, 1, 3), 0.4, "a batch"),
        case(draw, (5, 3, 4, 5), 1.0, "all of them"),
        case(draw, (5, 3, 4, 5), 0.0, "none of them"),
        case(draw, (1, 1, 2, 5), 0.5, "a single image"),
    ],
    glimpse=lambda draw: case(draw, (4, 2, 3, 4), 0.5, ""),
    returns=("images",),
    probe=draws(look, calls=look_at_calls),
    fresh=("images",),
    gives="a tensor",
    forbids=["image_transforms"],
)

# %% what is right, and what is wrong
import math

from autograder.spec import Exercise
from autograder.spec.comparison import same_share
from autograder.spec.mistakes import chance
from gradschool.convolutional import augmentation

exercise = Exercise(
    question,
    augmentation.random_flip,
    points=2,
    beside=["images that are neither as they were nor mirrored"],
    compare={"share of images that is mirrored": same_share(MANY)},
    shares={"images": 1, "generator_used": 0.5},
)


def chosen(x, p, generator):
    return torch.rand(len(x), generator=generator) < p


def right(
    x, p, generator, *, drawn=chance.for_the_sample, number=torch.rand, share=lambda p: p, axes=(-1,)
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    return torch.where(number(drawn(x), generator=generator) < share(p), x.flip(*axes), x)


exercise.mistakes([chance.global_chance(right), chance.in_place(right, "images", "x")])
wrong = exercise.variants(right)
wrong(
    chance.ONE_FOR_THE_BATCH.told(all_alike="it is mirrored as a whole, or not at all"),
    drawn=lambda x: (1,) * x.ndim,
)
wrong("turns images upside down", "Which axis of an image holds its rows, and which its columns?", axes=(-2,))
wrong(
    "turns images by half a turn: upside down and left for right",
    "What should be at the top of a mirrored tree?",
    axes=(-1, -2),
)
wrong("exchanges the channels, not the columns", "What does `x.flip(1)` do to a photograph's colours?", axes=(1,))
wrong(
    chance.TAKES_P_FOR_THE_REST.told(left="left as it is", things="images", changed="mirrored"),
    share=lambda p: 1 - p,
)
wrong(
    "mirrors every other image, whatever p is",
    "What does your function do for p = 0 and for p = 1?",
    share=lambda p: 0.5,
)
wrong(
    "tosses a coin for each row of an image",
    "After your flip, do two rows of an image still belong together?",
    drawn=lambda x: (len(x), 1, x.shape[2], 1),
)
wrong(chance.NORMAL_FOR_UNIFORM, number=torch.randn, share=lambda p: {0: -math.inf, 1: math.inf}.get(p, p))


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
