"""A row of numbers for every token id."""

import torch

from autograder.spec import Case, Question

question = Question(
    cases=lambda draw: [
        Case((draw.integers(0, 7, 2, 5), draw.normal(7, 3)), note="a batch of sequences, ids come again"),
        Case((draw.integers(0, 4, 3, 4), draw.normal(4, 4)), note="as many features as tokens"),
        Case((draw.integers(0, 6, 5), draw.normal(6, 2)), note="one sequence"),
        Case((torch.tensor([[0, 0], [4, 0]]), draw.normal(5, 3)), note="the first row is used"),
        Case((torch.tensor([[2]]), draw.normal(3, 1)), note="one token, one feature"),
        Case((draw.integers(0, 5, 2, 3, 2), draw.normal(5, 3)), note="ids with three axes"),
    ],
    gradients=["weight"],
    arguments=("ids", "weight"),
    forbids=["embedding"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.recurrent import vocabulary

exercise = Exercise(question, vocabulary.embedding_lookup, points=2)


@exercise.misconception(
    "takes columns of the matrix, not rows",
    "Which axis of `weight` counts the tokens?",
    "What is the shape of your result for 2 sequences of 5 tokens, and 3 features?",
)
def columns(ids, weight):
    return weight[:, ids % weight.shape[1]]


@exercise.misconception(
    "takes the row before the one asked for", "Which row belongs to id 0? Does Python count from 0 or from 1?"
)
def counted_from_one(ids, weight):
    return weight[ids - 1]


@exercise.misconception(
    "gives id 0 a vector of zeros",
    "Padding is number 0 in our vocabularies. Did the task say that its row should not be looked up?",
)
def nothing_for_padding(ids, weight):
    return weight[ids] * (ids != 0).unsqueeze(-1).to(weight.dtype)


@exercise.misconception("adds up the vectors of a sequence", "How many vectors should come out for five tokens?")
def summed(ids, weight):
    return weight[ids].sum(dim=-2)


@exercise.misconception(
    "cuts the rows from the graph, so that they can never be learned",
    "Which gradient reaches `weight` through your answer?",
    "What does .data, .detach() or NumPy do to a tensor's history?",
)
def cut_off(ids, weight):
    return weight.detach()[ids]


@exercise.misconception(
    "returns one-hot vectors without multiplying them by the weight", "How many features has one of your vectors?"
)
def one_hot_only(ids, weight):
    return torch.nn.functional.one_hot(ids, len(weight)).to(weight.dtype)


@exercise.misconception(
    "normalises the vectors to length one",
    "What is the length of a row of `weight`, and of the vector that you return for it?",
)
def unit_length(ids, weight):
    rows = weight[ids]
    return rows / rows.norm(dim=-1, keepdim=True)


@exercise.alternative
def one_hot_product(ids, weight):
    return torch.nn.functional.one_hot(ids, len(weight)).to(weight.dtype) @ weight


@exercise.alternative
def index_select(ids, weight):
    return weight.index_select(0, ids.flatten()).reshape(*ids.shape, -1)


@exercise.alternative
def row_by_row(ids, weight):
    return torch.stack([weight[i] for i in ids.flatten().tolist()]).reshape(*ids.shape, weight.shape[1])


@exercise.alternative
def gathered(ids, weight):
    where = ids.flatten().unsqueeze(1).expand(-1, weight.shape[1])
    return torch.gather(weight, 0, where).reshape(*ids.shape, weight.shape[1])
