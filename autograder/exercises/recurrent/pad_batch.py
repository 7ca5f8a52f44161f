"""Sequences of different length in one matrix, with a mask that says what is real."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import function, probe


@probe(dtypes=("float64",))
def observed(answer, args, returns, gradients):
    """Batch and mask; the mask is asked in truth values, for `~mask` and `x[mask]` mean other things with numbers."""
    found = function.run(answer, args, returns, gradients)
    return found | {"the mask holds truth values": getattr(found["mask"], "dtype", None) == torch.bool}


def sequences(draw, lengths, highest=9):
    return [draw.integers(0, highest, n) for n in lengths]


def with_zeros(draw):
    """A real token may be number 0, at the end of a sequence too."""
    found = sequences(draw, (4, 2, 5))
    found[0][-1] = found[2][1] = found[1][-1] = 0
    return found


question = Question(
    cases=lambda draw: [
        Case((sequences(draw, (3, 5, 2, 4)), 0), note="four sequences"),
        Case((sequences(draw, (2, 4, 1)), -7), note="another value than 0"),
        Case((with_zeros(draw), 0), note="zeros among the real tokens"),
        Case((sequences(draw, (3, 3)), 0), note="equally long"),
        Case((sequences(draw, (5,)), 9), note="one sequence"),
        Case((sequences(draw, (1, 6)), 3), note="one of a single token"),
    ],
    defaults=lambda draw: [(sequences(draw, (2, 4, 3)),), (with_zeros(draw),)],
    returns=("batch", "mask"),
    probe=observed,
    forbids=["pad_sequence"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.recurrent_cells import TIME_FIRST
from gradschool.recurrent import vocabulary

exercise = Exercise(question, vocabulary.pad_batch, points=3, shares={"the mask holds truth values": 1})


def padded(sequences, value=0, *, longest=None):
    longest = longest or max(len(s) for s in sequences)
    out = torch.full((len(sequences), longest), value)
    for row, s in zip(out, sequences, strict=True):
        row[: len(s)] = s[:longest]
    return out


def real(sequences):
    longest = max(len(s) for s in sequences)
    return torch.tensor([[t < len(s) for t in range(longest)] for s in sequences])


@exercise.misconception(
    "takes every token that equals `value` for padding",
    "May a real token have the number of the padding? Look at the case with zeros among the tokens.",
    "What do you know about each sequence before it is padded?",
)
def mask_from_values(sequences, value=0):
    batch = padded(sequences, value)
    return batch, batch != value


@exercise.misconception(
    "marks the padding with True, not the tokens",
    "For how many positions is your mask True, and how many tokens are there?",
)
def mask_inverted(sequences, value=0):
    return padded(sequences, value), ~real(sequences)


@exercise.misconception("pads in front", "At which column does a short sequence begin in your batch?")
def in_front(sequences, value=0):
    return padded([s.flip(0) for s in sequences], value).flip(1), real(sequences).flip(1)


@exercise.misconception("pads with 0, whatever `value` is", "What is the second argument for?")
def always_zero(sequences, value=0):
    return padded(sequences, 0), real(sequences)


@exercise.misconception(
    "cuts all sequences to the shortest", "How many tokens went in, and how many are in your batch?"
)
def cut_short(sequences, value=0):
    shortest = min(len(s) for s in sequences)
    batch = torch.stack([s[:shortest] for s in sequences])
    return batch, torch.ones_like(batch).bool()


@exercise.mistake(TIME_FIRST)
def time_first(sequences, value=0):
    return padded(sequences, value).T, real(sequences).T


@exercise.misconception(
    "makes the mask of numbers, not of truth values",
    "What does `batch[mask]` pick, for a mask of zeros and ones that are numbers?",
)
def mask_of_numbers(sequences, value=0):
    return padded(sequences, value), real(sequences).float()


@exercise.misconception(
    "leaves out the last step of the mask", "How many True stand in the row of the longest sequence?"
)
def one_too_few(sequences, value=0):
    longest = max(len(s) for s in sequences)
    return padded(sequences, value), torch.tensor([[t < len(s) - 1 for t in range(longest)] for s in sequences])


@exercise.alternative
def row_by_row(sequences, value=0):
    longest = max(map(len, sequences))
    rows = [torch.cat([s, s.new_full((longest - len(s),), value)]) for s in sequences]
    marks = [[True] * len(s) + [False] * (longest - len(s)) for s in sequences]
    return torch.stack(rows), torch.tensor(marks)


@exercise.alternative
def scattered(sequences, value=0):
    lengths = torch.tensor([len(s) for s in sequences])
    mask = torch.arange(int(lengths.max()))[None] < lengths[:, None]
    batch = torch.full(mask.shape, value, dtype=sequences[0].dtype)
    batch[mask] = torch.cat(list(sequences))
    return batch, mask


@exercise.alternative
def from_lists(sequences, value=0):
    longest = max(len(s) for s in sequences)
    lists = [s.tolist() + [value] * (longest - len(s)) for s in sequences]
    mask = torch.zeros(len(lists), longest, dtype=torch.bool)
    for n, s in enumerate(sequences):
        mask[n, : len(s)] = True
    return torch.tensor(lists), mask
