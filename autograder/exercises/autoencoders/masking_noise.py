"""Pixels set to 0 by chance, judged by what every draw has in common."""

import torch

from autograder.spec import Case, Question
from autograder.spec.chance import related, related_calls
from autograder.spec.errors import Unusable
from autograder.spec.probes import draws

MANY = 40_000  # pixels from which on a share of them says something


def look(results, args):
    """What no draw changes: the kept pixels are as they were, the others 0, each for itself. x has no zeros here."""
    (x, p, _), out = args, results["result"]
    if not isinstance(out, torch.Tensor) or out.shape != x.shape:
        raise Unusable("shape", f"The result should be a tensor of the shape of x, {tuple(x.shape)}.")
    if p in (0, 1):
        return {"all or nothing": out}
    kept = (out != 0).flatten(1)
    change = (out / x).flatten(1)[kept]
    share = {"share of zeros": 1 - kept.to(x.dtype).mean()} if x.numel() >= MANY else {}
    return share | {
        "kept pixels, divided by what they were": torch.stack([change.min(), change.max()]),
        "samples with one and the same mask": (kept == kept[:1]).all(dim=1).sum(),
        "pixels with one and the same mask": (kept == kept[:, :1]).all(dim=0).sum(),
        "samples know of each other": related(kept),
        "pixels know of each other": related(kept.T),
    }


def look_at_calls(several, args):
    """Whether so many pixels are lost in every call, or the same ones."""
    p = args[1]
    return {} if p in (0, 1) else {"calls know of each other": related_calls([r["result"] == 0 for r in several])}


question = Question(
    cases=lambda draw: [
        Case((draw.away_from_zero(200, 200), 0.3, draw.chance()), note="three in ten"),
        Case((draw.away_from_zero(400, 1, 10, 10), 0.75, draw.chance()), note="images of one channel, three in four"),
        Case((draw.away_from_zero(20, 20), 0.4, draw.chance()), note="many small batches"),
        Case((draw.away_from_zero(4, 5), 0.0, draw.chance()), note="nothing destroyed"),
        Case((draw.away_from_zero(4, 5), 1.0, draw.chance()), note="everything destroyed"),
    ],
    probe=draws(look, calls=look_at_calls),
    forbids=["dropout"],
    gives="a tensor of the shape of `x`",
)

# %% what is right, and what is wrong
import math

from autograder.spec import Exercise
from autograder.spec.comparison import near, same_share
from autograder.spec.mistakes import chance
from gradschool.autoencoders import corruption

exercise = Exercise(
    question,
    corruption.masking_noise,
    points=3,
    beside=["kept pixels, divided by what they were"],
    compare={"share of zeros": same_share(MANY), "kept pixels, divided by what they were": near(1e-4)},
    shares={
        "kept pixels, divided by what they were": 3,
        "share of zeros": 3,
        "generator_used": 1.5,
        "all or nothing": 0.5,
        "samples with one and the same mask": 0.5,
        "pixels with one and the same mask": 0.5,
        "samples know of each other": 0.5,
        "pixels know of each other": 0.5,
        "calls know of each other": 1,
    },
)


def right(
    x, p, generator, *, drawn=lambda x: x.shape, number=torch.rand, stays=lambda u, p: u >= p,
    result=lambda x, stays, p: x * stays,
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    return result(x, stays(number(drawn(x), generator=generator), p), p)


exercise.mistakes([chance.global_chance(right), chance.in_place(right, "images", "x")])
wrong = exercise.variants(right)
wrong(
    "scales up what is kept, as dropout does",
    "What value has a pixel that was not destroyed, in your result and in x?",
    "Which sums does dropout keep, and who asks for them here?",
    result=lambda x, stays, p: x * stays / max(1 - p, 1e-9),
)
wrong(
    chance.TAKES_P_FOR_THE_REST.told(left="kept", things="pixels", changed="zero"),
    stays=lambda u, p: u < p,
)
wrong(chance.ONE_FOR_THE_BATCH.told(all_alike="every sample loses the same pixels"), drawn=chance.for_the_batch)
wrong(chance.ONE_FOR_THE_SAMPLE.told(all_alike="it destroys whole samples"), drawn=chance.for_the_sample)
wrong(
    chance.NORMAL_FOR_UNIFORM,
    number=torch.randn,
    stays=lambda u, p: u >= {0: -math.inf, 1: math.inf}.get(p, p),
)
exercise.mistakes(
    [
        (
            chance.COUNTED_OUT.told(changes="destroys", things="pixels"),
            lambda x, p, generator: x.masked_fill(chance.counted_out(x, p, generator), 0.0),
        )
    ]
)
wrong(
    "puts something other than 0 where a pixel is destroyed",
    "Which value has a pixel of which nothing is left?",
    result=lambda x, stays, p: torch.where(stays, x, 1.0),
)
wrong(
    "multiplies by random numbers, and destroys nothing",
    "How many pixels of your result are exactly 0?",
    stays=lambda u, p: 1 - p * u,
)


@exercise.alternative
def by_bernoulli(x, p, generator):
    return x * torch.bernoulli(torch.full_like(x, 1 - p), generator=generator)


@exercise.alternative
def filled(x, p, generator):
    return x.masked_fill(torch.rand(*x.shape, generator=generator, dtype=x.dtype) < p, 0.0)


@exercise.alternative
def on_a_copy(x, p, generator):
    out = x.clone()
    out[torch.empty_like(x).uniform_(generator=generator) < p] = 0
    return out


@exercise.alternative
def sample_by_sample(x, p, generator):
    return torch.stack([one * (torch.rand(one.shape, generator=generator) >= p).float() for one in x])
