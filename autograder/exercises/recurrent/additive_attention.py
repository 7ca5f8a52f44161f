"""Attention with a small network as its score, and a mask over padded places."""

import torch

from autograder.spec import Case, Question
from autograder.spec.comparison import close


def lengths(time, *of):
    """True for the first places of each row: a padded batch."""
    return torch.arange(time) < torch.tensor(of)[:, None]


def case(draw, batch, time, sizes, mask=None, scale=1.0, note=""):
    """Sizes: of query, key, value, and of the network's hidden layer."""
    query, key, value, hidden = sizes
    args = (
        draw.normal(batch, query),
        draw.normal(batch, time, key),
        draw.normal(batch, time, value),
        draw.normal(hidden, query),
        draw.normal(hidden, key),
        scale * draw.normal(hidden),
        lengths(time, *[time] * batch) if mask is None else mask,
    )
    return Case(args, note=note)


def with_a_switch(draw, note, of_padding):
    """Ordinary differences between scores, and one hidden unit that puts all scores of a place thousands up or down.

    The unit is saturated and says -1 or 1: on the kept places -1, and 1 on padding where `of_padding` is set. So kept
    scores lie far below -10,000.
    """
    query, keys, values, w_query, w_key, v, mask = case(draw, 2, 4, (2, 3, 2, 3), lengths(4, 3, 2)).args
    keys[..., 0] = torch.where(mask, -50, 50 if of_padding else -50)
    w_query[0], w_key[0], w_key[1:, 0] = 0, torch.tensor([1.0, 0, 0]).double(), 0
    v[0] = draw.uniform(12_000, 20_000, 1)[0]
    return Case((query, keys, values, w_query, w_key, v, mask), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 3, 5, (4, 3, 2, 6)),
        case(draw, 4, 4, (4, 4, 4, 4), note="all sizes equal"),
        case(draw, 3, 6, (2, 3, 5, 4), lengths(6, 6, 2, 4), note="padded rows"),
        case(
            draw,
            2,
            4,
            (3, 2, 2, 5),
            torch.tensor([[True, False, True, True], [False, True, True, False]]),
            note="holes in the mask",
        ),
        case(draw, 1, 3, (3, 3, 3, 2), lengths(3, 1), note="a single place to look at"),
        case(draw, 1, 1, (2, 2, 2, 3), note="one place in all"),
    ],
    extremes=lambda draw: [
        # values alone: where one place gets everything, the gradients are what rounding leaves of zeros
        Case(case(draw, 2, 4, (3, 2, 2, 5), lengths(4, 4, 3), scale=1e4).args, close, "scores of ten thousand"),
        with_a_switch(draw, "all scores far below 0", of_padding=False),
        with_a_switch(draw, "padding with the largest scores", of_padding=True),
    ],
    bears="scores of ten thousand and more, above 0 and below, under the mask too; gradients stay finite",
    returns=("context", "weights"),
    gradients=True,
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.attention import kept, softmax, wrong_weights
from gradschool.recurrent import attention

exercise = Exercise(question, attention.additive_attention, points=5, noise=1e-9)  # a small number in a sum


def scores_of(query, keys, w_query, w_key, v, bend=lambda q, k: torch.tanh(q + k)):
    return bend((query @ w_query.T).unsqueeze(1), keys @ w_key.T) @ v


def attend(query, keys, values, w_query, w_key, v, mask, *, weights=softmax, **settings):
    """The right way, with what students get wrong as settings."""
    found = weights(scores_of(query, keys, w_query, w_key, v, **settings), mask)
    return (found.unsqueeze(-1) * values).sum(1), found


wrong = exercise.variants(attend)
wrong(
    "takes the softmax over the batch",
    "What do the weights of one row sum to? Over what should they?",
    weights=lambda scores, mask: kept(scores, mask, -1e9).softmax(0) * mask,
)
wrong(
    "leaves out the tanh, so that the query no longer matters",
    "Without it the score is v · W_q q + v · W_k k. Which of the two differs from place to place?",
    bend=torch.add,
)
wrong(
    "bends the query and the key apart, and adds them after the tanh",
    "Where does the sum stand in the formula: inside the tanh, or outside?",
    bend=lambda q, k: torch.tanh(q) + torch.tanh(k),
)
exercise.mistakes(wrong_weights(attend, key="place", row="row"))


@exercise.misconception(
    "averages the keys, not the values", "What does a place offer to be compared with, and what does it give?"
)
def context_of_keys(query, keys, values, *rest):
    return attend(query, keys, keys, *rest)


@exercise.misconception("returns the scores in place of the weights", "Do your weights sum to one in every row?")
def returns_scores(query, keys, values, w_query, w_key, v, mask):
    context, _ = attend(query, keys, values, w_query, w_key, v, mask)
    return context, scores_of(query, keys, w_query, w_key, v)


@exercise.alternative
def with_einsum(query, keys, values, w_query, w_key, v, mask):
    hidden = torch.einsum("bq,hq->bh", query, w_query)[:, None] + torch.einsum("btk,hk->bth", keys, w_key)
    scores = torch.einsum("bth,h->bt", hidden.tanh(), v)
    weights = torch.softmax(torch.where(mask, scores, float("-inf")), dim=-1)
    return torch.einsum("bt,btv->bv", weights, values), weights


@exercise.alternative
def row_by_row(query, keys, values, w_query, w_key, v, mask):
    contexts, all_weights = [], []
    for q, k, x, m in zip(query, keys, values, mask, strict=True):
        scores = torch.stack([v @ torch.tanh(w_query @ q + w_key @ place) for place in k])
        scores = scores.masked_fill(~m, -torch.inf)
        e = torch.exp(scores - scores.max())
        all_weights.append(e / e.sum())
        contexts.append(all_weights[-1] @ x)
    return torch.stack(contexts), torch.stack(all_weights)


@exercise.alternative
def query_and_keys_side_by_side(query, keys, values, w_query, w_key, v, mask):
    both = torch.cat([query[:, None].expand(-1, keys.shape[1], -1), keys], dim=-1)
    scores = (both @ torch.cat([w_query, w_key], dim=1).T).tanh() @ v
    scores = scores + torch.zeros_like(scores).masked_fill(~mask, -torch.inf)
    weights = torch.softmax(scores, 1)
    return torch.bmm(weights.unsqueeze(1), values).squeeze(1), weights
