"""Inverted dropout of whole maps, judged by what every draw has in common."""

import torch

from autograder.spec import Case, Question
from autograder.spec.chance import plausible, related
from autograder.spec.errors import Unusable
from autograder.spec.probes import draws

MANY = 500  # maps from which on the share that is dropped says something


def look(results, args):
    """Every map is a multiple of the one that came in: which multiples there are, and how often the 0 among them."""
    (x, p, train, _), out = args, results["out"]
    if not isinstance(out, torch.Tensor) or out.shape != x.shape:
        raise Unusable("shape", f"The output should be a tensor of the shape of x, {tuple(x.shape)}.")
    if not train or p == 0:
        return {"out": out}
    factors = (out / x).flatten(2)  # (batch, channels, pixels)
    of_map = factors.mean(dim=2)
    seen = {"maps that are not dropped or kept whole": ((factors - of_map[..., None]).abs() > 1e-3).any(dim=2).sum()}
    dropped = of_map == 0
    if dropped.numel() >= MANY:
        seen["factor of what is kept"] = factors[factors != 0].mean()
        seen["share of maps that is dropped"] = dropped.to(x.dtype).mean()
        seen["samples that lose the same maps as the first"] = (dropped == dropped[:1]).all(dim=1).sum()
        seen["channels that are dropped for the same samples as the first"] = (
            (dropped == dropped[:, :1]).all(dim=0).sum()
        )
        seen["as many maps as p says"] = plausible(dropped.sum(), dropped.numel(), p)
        seen["maps of which each has a draw of its own"] = not (related(dropped) or related(dropped.T))
    return seen


question = Question(
    cases=lambda draw: [
        Case((draw.away_from_zero(240, 30, 1, 3), 0.3, True, draw.chance()), note="training"),
        Case((draw.away_from_zero(30, 240, 2, 1), 0.75, True, draw.chance()), note="training, three in four"),
        Case((draw.away_from_zero(3, 4, 2, 3), 0.5, False, draw.chance()), note="evaluation, half of the maps"),
        Case((draw.away_from_zero(3, 4, 2, 5), 0.3, False, draw.chance()), note="evaluation"),
        Case((draw.away_from_zero(2, 3, 4, 2), 0.0, True, draw.chance()), note="nothing dropped"),
        Case((draw.away_from_zero(1, 1, 4, 3), 0.4, True, draw.chance()), note="a single map"),
    ],
    glimpse=lambda draw: Case((draw.away_from_zero(4, 3, 2, 2), 0.3, True, draw.chance())),
    returns=("out",),
    probe=draws(look).but(random=False, dtypes=("float64", "float32")),
    gives="a tensor",
    forbids=["dropout", "dropout2d"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.comparison import near, same_share
from autograder.spec.mistakes.dropout import of_dropout
from gradschool.convolutional import dropout

exercise = Exercise(
    question,
    dropout.dropout2d,
    points=3,
    beside=["maps that are not dropped or kept whole", "out"],
    compare={"factor of what is kept": near(1e-4), "share of maps that is dropped": same_share(7200)},
    shares={"out": 1, "generator_used": 0.5},
)


def kept(x, share, generator, *, shape=None):
    return (torch.rand(shape or (*x.shape[:2], 1, 1), generator=generator) < share).to(x.dtype)


@exercise.misconception(
    "drops single pixels, not whole maps", "How many numbers must be drawn for 8 images with 16 maps of 5×5 each?"
)
def drops_pixels(x, p, train, generator):
    return x * kept(x, 1 - p, generator, shape=x.shape) / (1 - p) if train else x


exercise.mistakes(of_dropout("maps", lambda x: (*x.shape[:2], 1, 1), lambda x, factor: x * factor))


@exercise.misconception(
    "drops all maps of an image, or none of them", "Along which axes does one number of yours count for everything?"
)
def drops_images(x, p, train, generator):
    return x * kept(x, 1 - p, generator, shape=(len(x), 1, 1, 1)) / (1 - p) if train else x


@exercise.alternative
def by_bernoulli(x, p, train, generator):
    if not train:
        return x.clone()
    return x * torch.bernoulli(torch.full_like(x[:, :, :1, :1], 1 - p), generator=generator).div(1 - p)


@exercise.alternative
def with_einsum(x, p, train, generator):
    if not train:
        return x
    mask = torch.rand(x.shape[:2], generator=generator, dtype=x.dtype).ge(p) / (1 - p)
    return torch.einsum("nchw,nc->nchw", x, mask.to(x.dtype))


@exercise.alternative
def map_by_map(x, p, train, generator):
    if not train or p == 0:
        return x
    out = torch.zeros_like(x)
    chance = torch.rand(len(x), x.shape[1], generator=generator)
    for n, c in (chance >= p).nonzero():
        out[n, c] = x[n, c] / (1 - p)
    return out
