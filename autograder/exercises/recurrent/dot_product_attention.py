"""Scaled dot-product attention, with a mask of which query may look at which key."""

import math

import torch

from autograder.spec import Case, Question


def allowed(draw, *shape):
    """A mask with holes in which every query sees one key at least."""
    mask = draw.uniform(0, 1, *shape) < 0.6
    return mask | torch.nn.functional.one_hot(draw.integers(0, shape[-1], *shape[:-1]), shape[-1]).bool()


def case(draw, lead, queries, keys, d, value_size, mask="holes", note=""):
    shape = (*lead, queries, keys)
    chosen = {"holes": lambda: allowed(draw, *shape), "none": lambda: None, "all": lambda: torch.ones(shape).bool()}
    args = (draw.normal(*lead, queries, d), draw.normal(*lead, keys, d), draw.normal(*lead, keys, value_size))
    return Case((*args, chosen[mask]()), note=note)


def lifted(draw, by, note):
    """Ordinary differences between scores that all lie at `by`: one component is nearly the same in all keys.

    Many queries, for the tolerance is taken from the reference's own rounding, which may be small on a few by luck.
    """
    q, k, v, mask = case(draw, (8,), 5, 4, 3, 2).args
    q = torch.cat([q, torch.full((8, 5, 1), by * math.sqrt(4)).double()], -1)  # four components are divided by √4
    k = torch.cat([k, 1 + draw.normal(8, 4, 1) / abs(by)], -1)
    return Case((q, k, v, mask), note=note)


def masked_above(draw):
    """A key that no query may look at, with scores thousands above all others."""
    q, k, v, mask = case(draw, (2,), 3, 4, 3, 2).args
    first = torch.arange(4) == 0
    mask = torch.where(first, False, mask | (torch.arange(4) == 3))
    q = torch.cat([q, torch.ones(2, 3, 1).double()], -1)
    k = torch.cat([k, (2.4e4 * first).double().expand(2, 4).unsqueeze(-1)], -1)
    return Case((q, k, v, mask), note="a masked key with the largest score")


question = Question(
    cases=lambda draw: [
        case(draw, (3,), 2, 5, 4, 3),
        case(draw, (2,), 4, 4, 4, 4, note="all sizes equal"),
        case(draw, (2,), 3, 6, 2, 5, mask="none", note="no mask"),
        case(draw, (2,), 3, 4, 3, 2, mask="all", note="a mask that keeps everything"),
        case(draw, (2, 3), 2, 4, 5, 2, note="two leading axes"),
        case(draw, (1,), 1, 3, 6, 2, note="a single query"),
        Case(
            (*case(draw, (2,), 4, 4, 3, 2).args[:3], torch.ones(2, 4, 4).tril().bool()), note="each query sees the past"
        ),
    ],
    extremes=lambda draw: [
        lifted(draw, 1.2e4, "scores of ten thousand"),
        lifted(draw, -1.2e4, "all scores far below 0"),
        masked_above(draw),
    ],
    defaults=lambda draw: [case(draw, (2,), 3, 5, 4, 2).args[:3], case(draw, (), 2, 3, 3, 3).args[:3]],
    bears="scores of ten thousand and more, above 0 and below, under the mask too; gradients stay finite",
    returns=("out", "weights"),
    gradients=True,
    forbids=["attention"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.attention import kept, softmax, wrong_weights
from gradschool.recurrent import attention

exercise = Exercise(question, attention.dot_product_attention, points=5, noise=1e-9)  # a small number in a sum


def attend(q, k, v, mask=None, *, scale=lambda q, k: math.sqrt(q.shape[-1]), weights=softmax):
    """The right way, with what students get wrong as settings."""
    found = weights(q @ k.transpose(-2, -1) / scale(q, k), mask)
    return found @ v, found


wrong = exercise.variants(attend)
wrong(
    "does not divide the scores by √d",
    "Draw q and k with variance 1 in each of d components. Which variance has their product?",
    scale=lambda q, k: 1,
)
wrong(
    "divides the scores by d, not by its root",
    "The product has variance d. By what must it be divided to have variance 1?",
    scale=lambda q, k: q.shape[-1],
)
wrong(
    "takes the number of keys for d",
    "Over which axis do q and k multiply and add? How long is that one?",
    scale=lambda q, k: math.sqrt(k.shape[-2]),
)
wrong(
    "takes the softmax over the queries",
    "For one query, what should its weights over the keys sum to?",
    weights=lambda scores, mask: kept(scores, mask, -1e9).softmax(-2),
)
wrong(
    "adds the mask to the scores as it is",
    "What is a score plus True, and what is it plus False? Which of the two leaves a key out?",
    "What would have to be added so that exp gives 0?",
    weights=lambda scores, mask: softmax(scores if mask is None else scores + mask, None),
)
exercise.mistakes(wrong_weights(attend, key="key", row="query"))


@exercise.misconception("divides by √d after the softmax", "What do the weights of a query sum to?")
def scaled_too_late(q, *rest):
    return attend(q, *rest, scale=lambda q, k: 1, weights=lambda s, mask: softmax(s, mask) / math.sqrt(q.shape[-1]))


@exercise.alternative
def with_einsum(q, k, v, mask=None):
    scores = torch.einsum("...qd,...kd->...qk", q, k) * q.shape[-1] ** -0.5
    if mask is not None:
        scores = torch.where(mask, scores, float("-inf"))
    weights = torch.softmax(scores, dim=-1)
    return torch.einsum("...qk,...kv->...qv", weights, v), weights


@exercise.alternative
def query_by_query(q, k, v, mask=None):
    outs, rows = [], []
    for i in range(q.shape[-2]):
        scores = (k * q[..., i : i + 1, :]).sum(-1) / q.shape[-1] ** 0.5
        if mask is not None:
            scores = scores.masked_fill(~mask[..., i, :], -torch.inf)
        e = torch.exp(scores - scores.amax(-1, keepdim=True))
        rows.append(e / e.sum(-1, keepdim=True))
        outs.append((rows[-1].unsqueeze(-1) * v).sum(-2))
    return torch.stack(outs, -2), torch.stack(rows, -2)


@exercise.alternative
def with_an_added_mask(q, k, v, mask=None):
    scores = (q / math.sqrt(q.shape[-1])) @ k.mT
    if mask is not None:
        scores = scores + torch.zeros_like(scores).masked_fill(mask.logical_not(), -math.inf)
    weights = (scores - scores.logsumexp(-1, keepdim=True)).exp()
    return weights.matmul(v), weights
