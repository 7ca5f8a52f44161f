"""The word in the middle from the mean of its neighbours."""

import torch

from autograder.spec import Case, Question


def case(draw, batch, places, vocabulary, d, counts=None, note=""):
    """`counts`: so many neighbours in each row; what stands at missing places means nothing."""
    ids = draw.integers(0, vocabulary, batch, places)
    mask = torch.ones(batch, places, dtype=torch.bool)
    if counts:
        mask = torch.arange(places) < torch.tensor(counts)[:, None]
        mask = mask[:, draw.permutation(places)] if places > 2 else mask
        ids[:, 0] = torch.where(mask[:, 0], 0, ids[:, 0])  # word 0 is a word
    return Case((ids, mask, draw.normal(vocabulary, d), draw.normal(vocabulary, d)), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 4, 6, 7, 3),
        case(draw, 4, 4, 4, 4, note="all sizes equal"),
        case(draw, 5, 4, 6, 3, counts=[4, 1, 3, 2, 4], note="neighbours are missing"),
        case(draw, 2, 1, 5, 2, note="one neighbour"),
        case(draw, 1, 4, 9, 5, counts=[3], note="a batch of one"),
    ],
    gradients=["embedding", "output"],
    arguments=("ids", "mask", "embedding", "output"),
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.common import same
from autograder.spec.mistakes.networks import RETURNS_PROBABILITIES
from gradschool.recurrent import word_vectors

exercise = Exercise(question, word_vectors.cbow_forward, points=3, noise=1e-7)  # a small number added to a count


def there(ids, mask):
    return mask


def right(
    ids, mask, embedding, output, *, summed=there, counted=lambda ids, mask: mask.sum(1, keepdim=True), told=same
):
    """The right way, with what students get wrong as settings: which places are summed, and how many are counted."""
    total = (embedding[ids] * summed(ids, mask).unsqueeze(-1)).sum(1)
    return told(total / counted(ids, mask) @ output.T)


wrong = exercise.variants(right)
wrong(
    "adds the neighbours up where the task asks for their mean",
    "A row has one neighbour, another has six alike. Should the second row's scores be six times as large?",
    counted=lambda ids, mask: 1,
)
wrong(
    "averages in what stands at the places without a neighbour",
    "What does a place hold where the mask is False? Should it count?",
    summed=lambda ids, mask: torch.ones_like(mask),
    counted=lambda ids, mask: ids.shape[1],
)
wrong(
    "leaves missing neighbours out of the sum, and counts them when it divides",
    "How many neighbours does a row with two True in its mask have?",
    counted=lambda ids, mask: ids.shape[1],
)
wrong(
    "averages words 0 that are there as if they were missing",
    "Is word 0 a word like any other here? What says which places are empty?",
    summed=lambda ids, mask: ids != 0,
    counted=lambda ids, mask: (ids != 0).sum(1, keepdim=True).clamp(min=1),
)
wrong(RETURNS_PROBABILITIES, told=lambda z: z.softmax(-1))
wrong(
    "returns log-probabilities, not scores",
    "Does the task ask for the softmax or its logarithm?",
    told=lambda z: z.log_softmax(-1),
)


@exercise.misconception(
    "uses one table for both sides", "How many vectors does the task give each word, and what is each of them for?"
)
def one_table(ids, mask, embedding, output):
    return right(ids, mask, embedding, embedding) + 0 * output.sum()


@exercise.misconception("exchanges the two tables", "In which of the tables do you look the neighbours up?")
def exchanged(ids, mask, embedding, output):
    return right(ids, mask, output, embedding)


@exercise.alternative
def row_by_row(ids, mask, embedding, output):
    return torch.stack([embedding[row[keep]].mean(0) @ output.T for row, keep in zip(ids, mask, strict=True)])


@exercise.alternative
def through_counts(ids, mask, embedding, output):
    counts = torch.zeros(len(ids), len(embedding), dtype=embedding.dtype, device=embedding.device)
    counts = counts.scatter_add(1, ids, mask.to(embedding.dtype))
    return (counts / counts.sum(1, keepdim=True)) @ embedding @ output.T


@exercise.alternative
def with_einsum(ids, mask, embedding, output):
    share = mask.to(embedding.dtype) / mask.sum(1, keepdim=True)
    return torch.einsum("bp,bpd,vd->bv", share, embedding[ids], output)


@exercise.alternative
def with_a_bag(ids, mask, embedding, output):
    share = mask.to(embedding.dtype) / mask.sum(1, keepdim=True)
    bag = torch.nn.functional.embedding_bag(ids, embedding, per_sample_weights=share, mode="sum")
    return torch.nn.functional.linear(bag, output)
