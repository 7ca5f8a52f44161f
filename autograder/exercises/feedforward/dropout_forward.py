"""Inverted dropout, judged by what every draw has in common."""

import torch

from autograder.spec import Case, Question
from autograder.spec.chance import related, related_calls
from autograder.spec.errors import Unusable
from autograder.spec.probes import draws

MANY = 1000  # elements from which on the share that is dropped says something


def look(results, args):
    """What no draw changes: the output is x times the mask, and the mask holds 0 and one other value."""
    (x, p, train, _), out, mask = args, results["out"], results["mask"]
    if not all(isinstance(r, torch.Tensor) and r.shape == x.shape for r in (out, mask)):
        raise Unusable("shape", f"Output and mask should both be tensors of the shape of x, {tuple(x.shape)}.")
    seen = {"out - x * mask": out - x * mask}
    if not train or p == 0:
        return seen | {"mask": mask}
    if x.numel() >= MANY:
        kept = (mask != 0).reshape(len(x), -1)
        seen["values in the mask"] = mask.unique()
        seen["share that is dropped"] = 1 - kept.to(x.dtype).mean()
        seen["rows with one and the same mask"] = (kept == kept[:1]).all(dim=1).sum()
        seen["columns with one and the same mask"] = (kept == kept[:, :1]).all(dim=0).sum()
        seen["rows know of each other"] = related(kept)
        seen["columns know of each other"] = related(kept.T)
    return seen


def look_at_calls(several, args):
    """Whether so many elements are dropped in every call, or the same ones."""
    x, p, train, _ = args
    if not train or p == 0 or x.numel() < 100:
        return {}
    return {"calls know of each other": related_calls([r["mask"] != 0 for r in several])}


def with_zeros(draw, *shape):
    """Numbers of which one in three is 0, as ReLU leaves many."""
    x = draw.away_from_zero(*shape)
    return x * (torch.arange(x.numel()).reshape(x.shape) % 3 > 0)


question = Question(
    cases=lambda draw: [
        Case((draw.away_from_zero(200, 100), 0.3, True, draw.chance()), note="training"),
        Case((with_zeros(draw, 200, 100), 0.5, True, draw.chance()), note="training, every other one, zeros in x"),
        Case((draw.away_from_zero(100, 10, 20), 0.8, True, draw.chance()), note="training, four in five"),
        Case((draw.away_from_zero(20, 25), 0.4, True, draw.chance()), note="training, many small batches"),
        Case((draw.away_from_zero(4, 5), 0.3, False, draw.chance()), note="evaluation"),
        Case((draw.away_from_zero(4, 5), 0.0, True, draw.chance()), note="nothing dropped"),
        Case((draw.away_from_zero(1, 1), 0.3, True, draw.chance()), note="one element"),
    ],
    returns=("out", "mask"),
    probe=draws(look, calls=look_at_calls).but(random=False, dtypes=("float64", "float32")),
    forbids=["dropout"],
    gives="the tensors `out` and `mask`, in this order",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.comparison import near, same_share
from autograder.spec.mistakes import chance
from autograder.spec.mistakes.dropout import of_dropout
from gradschool.feedforward import regularisation

exercise = Exercise(
    question,
    regularisation.dropout_forward,
    points=4,
    beside=["out - x * mask", "mask"],
    # x / (1 - p) and x * (1 / (1 - p)) differ by rounding
    compare={"out - x * mask": near(1e-5), "share that is dropped": same_share(20_000)},
    shares={
        "out - x * mask": 0.5,
        "mask": 1,
        "generator_used": 0.5,
        "rows with one and the same mask": 0.5,
        "columns with one and the same mask": 0.5,
        "rows know of each other": 0.5,
        "columns know of each other": 0.5,
        "calls know of each other": 0.5,
    },
)


def keep(x, share, generator):
    return (torch.rand(x.shape, generator=generator) < share).to(x.dtype)


exercise.mistakes(of_dropout("elements", lambda x: x.shape, lambda x, mask: (x * mask, mask)))


@exercise.mistake(chance.COUNTED_OUT.told(changes="drops", things="elements"))
def counted_out(x, p, train, generator):
    mask = (~chance.counted_out(x, p, generator)).to(x.dtype) / (1 - p) if train else torch.ones_like(x)
    return x * mask, mask


@exercise.misconception(
    "returns a mask that is not scaled, though the output is",
    "The backward pass gets the mask, and no p. What must the mask hold?",
)
def mask_not_scaled(x, p, train, generator):
    mask = keep(x, 1 - p, generator) if train else torch.ones_like(x)
    return (x * mask / (1 - p) if train else x), mask


@exercise.alternative
def by_bernoulli(x, p, train, generator):
    if not train:
        return x.clone(), torch.ones_like(x)
    mask = torch.bernoulli(torch.full_like(x, 1 - p), generator=generator).div_(1 - p)
    return mask * x, mask


@exercise.alternative
def by_where(x, p, train, generator):
    mask = torch.ones_like(x)
    if train and p > 0:
        chance = torch.rand(*x.shape, generator=generator, dtype=x.dtype)
        mask = torch.where(chance < p, torch.zeros_like(x), torch.full_like(x, 1 / (1 - p)))
    return x * mask, mask


@exercise.alternative
def in_a_buffer(x, p, train, generator):
    mask = torch.empty_like(x).fill_(1.0)
    if train:
        mask.uniform_(generator=generator)
        mask = (mask > p).to(x) / (1.0 - p)
    out = x.clone()
    out *= mask
    return out, mask


@exercise.alternative
def divided_at_the_end(x, p, train, generator):
    if not train:
        return x, torch.ones_like(x)
    dropped = torch.rand(x.shape, generator=generator) < p
    return x.masked_fill(dropped, 0) / (1 - p), torch.ones_like(x).masked_fill(dropped, 0) / (1 - p)
