"""Pixels replaced by 0 or 1 by chance, judged by the shares of both."""

import torch

from autograder.spec import Case, Question
from autograder.spec.chance import related, related_calls
from autograder.spec.errors import Unusable
from autograder.spec.probes import draws

MANY = 40_000  # pixels from which on a share of them says something


def coded(out):
    """1 for salt, -1 for pepper."""
    return (out == 1).long() - (out == 0).long()


def look(results, args):
    """Shares of salt and pepper, whether other pixels were touched, and whether each is drawn for itself.

    x lies between 0.1 and 0.9 here.
    """
    (x, p, _), out = args, results["result"]
    if not isinstance(out, torch.Tensor) or out.shape != x.shape:
        raise Unusable("shape", f"The result should be a tensor of the shape of x, {tuple(x.shape)}.")
    if p == 0:
        return {"without noise": out}
    code = coded(out).flatten(1)
    shares = {"share of ones": (code == 1).to(x.dtype).mean(), "share of zeros": (code == -1).to(x.dtype).mean()}
    return (shares if x.numel() >= MANY else {}) | {
        "other pixels are changed": bool(((code == 0) & (out != x).flatten(1)).any()),
        "values below 0 or above 1": bool(((out < 0) | (out > 1)).any()),
        "samples with the same pattern": (code == code[:1]).all(dim=1).sum(),
        "pixels with the same pattern": (code == code[:, :1]).all(dim=0).sum(),
        "samples know of each other": related(code == 1) or related(code != 0),
        "pixels know of each other": related((code == 1).T) or related((code != 0).T),
    }


def look_at_calls(several, args):
    """Whether there is so much salt, or so much of both, in every call, or the same."""
    codes = [coded(r["result"]) for r in several]
    known = related_calls([c == 1 for c in codes]) or related_calls([c != 0 for c in codes])
    return {} if args[1] == 0 else {"calls know of each other": known}


question = Question(
    cases=lambda draw: [
        Case((draw.uniform(0.1, 0.9, 200, 200), 0.3, draw.chance()), note="three in ten"),
        Case((draw.uniform(0.1, 0.9, 400, 1, 10, 10), 0.8, draw.chance()), note="images of one channel, four in five"),
        Case((draw.uniform(0.1, 0.9, 200, 200), 1.0, draw.chance()), note="every pixel"),
        Case((draw.uniform(0.1, 0.9, 20, 20), 0.5, draw.chance()), note="many small batches"),
        Case((draw.uniform(0.1, 0.9, 4, 5), 0.0, draw.chance()), note="no noise"),
    ],
    probe=draws(look, calls=look_at_calls),
    gives="a tensor of the shape of `x`",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.comparison import same_share
from autograder.spec.mistakes import chance
from gradschool.autoencoders import corruption

exercise = Exercise(
    question,
    corruption.salt_and_pepper,
    points=4,
    beside=["without noise"],
    compare={"share of ones": same_share(MANY), "share of zeros": same_share(MANY)},
    shares={
        "share of ones": 3,
        "share of zeros": 3,
        "other pixels are changed": 1,
        "values below 0 or above 1": 0.5,
        "samples with the same pattern": 0.3,
        "pixels with the same pattern": 0.3,
        "samples know of each other": 0.3,
        "pixels know of each other": 0.3,
        "calls know of each other": 0.5,
        "generator_used": 1.5,
        "without noise": 0.5,
    },
)


def rand(x, generator):
    return torch.rand(x.shape, generator=generator)


def right(
    x, p, generator, *, drawn=lambda x: x.shape, ends=lambda p: (p / 2, p), pepper=lambda x, g: 0.0, salt=lambda x, g: 1.0
):  # fmt: skip
    """The right way, with what students get wrong as settings: below the first end is pepper, below the second salt."""
    u, (first, second) = torch.rand(drawn(x), generator=generator), ends(p)
    return torch.where(u < first, pepper(x, generator), torch.where(u < second, salt(x, generator), x)).to(x.dtype)


exercise.mistakes([chance.global_chance(right), chance.in_place(right, "images", "x")])
wrong = exercise.variants(right)
wrong(
    "replaces a share of p by ones and another share of p by zeros",
    "How many pixels in ten are changed in your result, for p = 0.3?",
    ends=lambda p: (p, 2 * p),
)
wrong(
    "leaves no pixel as it was",
    "What becomes of a pixel that is not destroyed?",
    "What should come back when p is 0?",
    ends=lambda p: (p, 1),
)
wrong("knows salt alone", "Which two values can a destroyed pixel take?", ends=lambda p: (0, p))
wrong(
    "knows pepper alone, which is masking noise", "Which two values can a destroyed pixel take?", ends=lambda p: (p, p)
)
wrong(
    "adds or subtracts 1, where the pixel should be replaced",
    "Which values occur in your result? Which may occur?",
    pepper=lambda x, g: x - 1,
    salt=lambda x, g: x + 1,
)
wrong(
    "puts other values than 0 and 1 where a pixel is destroyed",
    "Which two values can a destroyed pixel take?",
    pepper=rand,
    salt=rand,
)
wrong(chance.ONE_FOR_THE_BATCH.told(all_alike="every sample has the same pattern"), drawn=chance.for_the_batch)
wrong(
    chance.TAKES_P_FOR_THE_REST.told(left="kept", things="pixels", changed="black or white"),
    ends=lambda p: ((1 - p) / 2, 1 - p),
)
FALLING = (
    "With p = 1, how many pixels of your result are as they were?",
    "How many numbers do you draw for one pixel, and do the two draws know of each other?",
)


@exercise.misconception("lets the salt fall on the pepper, so that there is less pepper", *FALLING)
def one_after_the_other(x, p, generator):
    out = torch.where(rand(x, generator) < p / 2, 0.0, x)
    return torch.where(rand(x, generator) < p / 2, 1.0, out)


@exercise.misconception("lets the pepper fall on the salt, so that there is less salt", *FALLING)
def pepper_on_salt(x, p, generator):
    out = torch.where(rand(x, generator) < p / 2, 1.0, x)
    return torch.where(rand(x, generator) < p / 2, 0.0, out)


@exercise.mistake(chance.COUNTED_OUT.told(changes="spoils", things="pixels"))
def counted_out(x, p, generator):
    order = torch.randperm(x.numel(), generator=generator).reshape(x.shape)
    half = round(p * x.numel() / 2)
    return x.masked_fill(order < half, 0.0).masked_fill((order >= half) & (order < 2 * half), 1.0)


@exercise.alternative
def which_and_what(x, p, generator):
    destroyed = rand(x, generator) < p
    values = torch.randint(0, 2, x.shape, generator=generator).to(x.dtype)
    return torch.where(destroyed, values, x)


@exercise.alternative
def both_ends(x, p, generator):
    u = torch.rand(*x.shape, generator=generator, dtype=torch.float64)
    out = x.clone()
    out[u < p / 2] = 0.0
    out[u >= 1 - p / 2] = 1.0
    return out


@exercise.alternative
def by_arithmetic(x, p, generator):
    destroyed = torch.bernoulli(torch.full_like(x, p), generator=generator)
    salt = torch.bernoulli(torch.full_like(x, 0.5), generator=generator)
    return x * (1 - destroyed) + destroyed * salt


@exercise.alternative
def sample_by_sample(x, p, generator):
    rows = []
    for one in x:
        u = torch.rand(one.shape, generator=generator)
        rows.append(one.masked_fill(u < p, 1.0).masked_fill(u < p / 2, 0.0))
    return torch.stack(rows)
