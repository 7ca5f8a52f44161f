"""Pairs of a word and its neighbours, compared as a multiset: their order says nothing."""

import torch

from autograder.spec import Case, Question
from autograder.spec.errors import Unusable
from autograder.spec.probes import article, function_of, named, probe


@probe("ids", "window", device=False)
def observed(answer, args, returns, gradients):
    """The pairs in one fixed order."""
    pairs = named(function_of(answer)(*args), returns)["pairs"]
    if not isinstance(pairs, torch.Tensor):
        raise Unusable("pairs", f"The result should be a tensor of shape (pairs, 2); yours is {article(pairs)}.")
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise Unusable("pairs", f"The result should have the shape (pairs, 2); got {tuple(pairs.shape)}.")
    if pairs.is_floating_point():
        raise Unusable("whole", "The result should hold whole numbers, as `ids` does.")
    rows = sorted(tuple(row) for row in pairs.tolist())
    return {"pairs": torch.tensor(rows, dtype=torch.int64).reshape(-1, 2)}


question = Question(
    cases=lambda draw: [
        Case((draw.permutation(6), 1), note="all tokens different"),
        (draw.permutation(9), 2),
        (draw.integers(0, 4, 12), 3),
        Case((torch.tensor([3, 3, 5, 3, 3]), 2), note="the same word again and again"),
        Case((draw.permutation(4), 7), note="a window wider than the text"),
        Case((draw.permutation(2), 1), note="two tokens"),
    ],
    returns=("pairs",),
    probe=observed,
    gives="a tensor of whole numbers, in any order of the rows",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.recurrent import word_vectors

exercise = Exercise(question, word_vectors.skipgram_pairs, points=3)


def neighbours(i, j, window, n):
    return 0 < abs(i - j) <= window


def right(ids, window, *, near=neighbours, told=lambda ids: ids, differ=lambda a, b: True):
    """All pairs of tokens whose places are near, with what students get wrong as settings."""
    ids = told(ids).tolist()
    places = range(len(ids))
    found = [
        [ids[i], ids[j]] for i in places for j in places if near(i, j, window, len(ids)) and differ(ids[i], ids[j])
    ]
    return torch.tensor(found, dtype=torch.int64).reshape(-1, 2)


wrong = exercise.variants(right)
wrong(
    "pairs every token with itself as well",
    "Is a word its own neighbour?",
    "Which index does your inner loop have to leave out?",
    near=lambda i, j, window, n: abs(i - j) <= window,
)
wrong(
    "looks to the right only",
    "On how many sides of the centre does the window reach?",
    near=lambda i, j, window, n: 0 < j - i <= window,
)
wrong(
    "reaches one place too short to the right",
    "Which is the last number in `range(i - 2, i + 2)`?",
    near=lambda i, j, window, n: -window <= j - i < window and i != j,
)
wrong(
    "leaves out tokens whose window reaches beyond the text",
    "Has the first token no neighbours?",
    near=lambda i, j, window, n: 0 < abs(i - j) <= window <= i < n - window,
)
wrong(
    "leaves out a neighbour that is the same word as the centre",
    "In 'that that', are the two tokens neighbours?",
    "Do you compare places, or words?",
    differ=lambda a, b: a != b,
)
wrong(
    "pairs only tokens that stand exactly `window` places apart",
    "With a window of 3, is the very next token a neighbour?",
    near=lambda i, j, window, n: abs(i - j) == min(window, n - 1),
)
wrong(
    "pairs the places, not the words that stand there",
    "What are the numbers in `ids`, and what are yours?",
    told=lambda ids: torch.arange(len(ids)),
)


@exercise.misconception(
    "wraps around: the first token has the last for a neighbour",
    "What is `ids[-1]` in Python?",
    "Where should the window of the first token begin?",
)
def wraps_around(ids, window):
    n = len(ids)
    near = [(i, (i + d) % n) for i in range(n) for d in range(-window, window + 1) if d and i + d < n]
    return torch.stack([torch.stack([ids[i], ids[j]]) for i, j in near])


@exercise.misconception(
    "gives every pair once, however often it occurs",
    "If two words stand together ten times, how often should training see them?",
)
def without_repeats(*args):
    return right(*args).unique(dim=0)


@exercise.alternative
def in_two_loops(ids, window):
    found = []
    for i, centre in enumerate(ids):
        around = range(max(0, i - window), min(len(ids), i + window + 1))
        found += [torch.stack([centre, ids[j]]) for j in around if j != i]
    return torch.stack(found)


@exercise.alternative
def from_a_table_of_distances(ids, window):
    place = torch.arange(len(ids))
    distance = (place[:, None] - place[None, :]).abs()
    i, j = ((distance > 0) & (distance <= window)).nonzero(as_tuple=True)
    return torch.stack([ids[i], ids[j]], dim=1)


@exercise.alternative
def neighbour_first(ids, window):
    parts = []
    for d in range(1, window + 1):
        parts += [torch.stack([ids[:-d], ids[d:]]), torch.stack([ids[d:], ids[:-d]])] if d < len(ids) else []
    return torch.cat(parts, dim=1).T.flip(1)


@exercise.alternative
def from_lists(ids, window):
    text = ids.tolist()
    return torch.tensor(
        [[c, o] for i, c in enumerate(text) for o in (*text[max(0, i - window) : i], *text[i + 1 : i + window + 1])]
    )
