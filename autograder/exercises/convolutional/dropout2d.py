"""Inverted dropout of whole maps, judged by what every draw has in common."""

import torch

from autograder.spec import Case, Question
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
    return seen


question = Question(
    cases=lambda draw: [
        Case((draw.away_from_zero(55, 40, 1, 3), 0.3, True, draw.chance()), note="training"),
        Case((draw.away_from_zero(40, 55, 2, 1), 0.75, True, draw.chance()), note="training, three in four"),
        Case((draw.away_from_zero(3, 4, 2, 5), 0.3, False, draw.chance()), note="evaluation"),
        Case((draw.away_from_zero(2, 3, 4, 2), 0.0, True, draw.chance()), note="nothing dropped"),
        Case((draw.away_from_zero(1, 1, 4, 3), 0.4, True, draw.chance()), note="a single map"),
    ],
    glimpse=lambda draw: Case((draw.away_from_zero(4, 3, 2, 2), 0.3, True, draw.chance())),
    returns=("out",),
    probe=draws(look).but(random=False, dtypes=("float64", "float32")),
    forbids=["dropout", "dropout2d"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.comparison import near
from autograder.spec.mistakes import chance
from autograder.spec.mistakes.common import same
from gradschool.convolutional import dropout

exercise = Exercise(
    question,
    dropout.dropout2d,
    points=3,
    # shares in two times 2,200 draws differ by more than 0.1 less than once in 10^9 times (Hoeffding 1963: 2 exp(-n t²))
    compare={"factor of what is kept": near(1e-4), "share of maps that is dropped": near(0.1)},
    shares={"out": 1, "generator_used": 0.5},
)


def right(
    x, p, train, generator, *, drawn=lambda x: (*x.shape[:2], 1, 1), drop=same, factor=lambda p: 1 / (1 - p),
    evaluated=lambda x, p: x, always=False,
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    if not train and not always:
        return evaluated(x, p)
    return x * (torch.rand(drawn(x), generator=generator) >= drop(p)).to(x.dtype) * factor(p)


exercise.mistakes([chance.global_chance(right)])
wrong = exercise.variants(right)
wrong(chance.ONE_FOR_EACH_PIXEL.told(whole="a map"), drawn=lambda x: x.shape)
wrong(chance.ONE_FOR_THE_BATCH.told(all_alike="every image loses the same maps"), drawn=lambda x: (1, x.shape[1], 1, 1))
wrong(chance.ONE_FOR_THE_SAMPLE.told(all_alike="an image loses all its maps, or none"), drawn=chance.for_the_sample)
wrong(
    chance.TAKES_P_FOR_THE_REST.told(left="kept", things="maps", changed="zero"),
    drop=lambda p: 1 - (p or 1),
    factor=lambda p: 1 / (p or 1),
)
wrong(
    "does not scale up what is kept",
    "What is the mean of a map over many draws, beside what it was?",
    factor=lambda p: 1,
)
wrong("drops in evaluation, too", "What is `train` for?", always=True)
wrong(
    "scales in evaluation, not in training",
    "Which of the two modes should leave x as it is?",
    factor=lambda p: 1,
    evaluated=lambda x, p: x * (1 - p),
)
wrong(
    "divides by p",
    "What share of the maps is kept? By what must they grow to make up for the rest?",
    factor=lambda p: 1 / (p or 1),
)


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
