"""Tokens become ids; what the vocabulary does not hold becomes the unknown token's id."""

import torch
from torch import Tensor

from autograder.spec import Case, Question
from autograder.spec.errors import Unusable
from autograder.spec.probes import article, probe

WORDS = ("a", "an", "ant", "cat", "hat", "mat", "on", "sat", "the", "who")


@probe("tokens", "vocabulary", dtypes=("float64",))
def observed(answer, args, returns, gradients):
    """The ids, and whether they are whole numbers as torch makes them."""
    ids = answer(*args)
    if ids is None:
        raise Unusable("none", "Your answer returned None. Is a return statement missing?")
    if not isinstance(ids, Tensor):
        raise Unusable("not a tensor", f"Your answer returned {article(ids)}, where a tensor of ids belongs.")
    return {"ids": ids, "whole numbers of 64 bits": ids.dtype == torch.int64}


def case(draw, n, note, *, hidden=3):
    """Words of which some are not in the vocabulary, which has ids in no order."""
    order = [WORDS[i] for i in draw.permutation(len(WORDS)).tolist()]
    known = {t: i for i, t in enumerate(["<pad>", "<unk>", *order[hidden:]])}
    return Case(([WORDS[i] for i in draw.integers(0, len(WORDS), n).tolist()], known), note=note)


def moved_specials(draw):
    """A vocabulary whose unknown token is not number 1."""
    example = case(draw, 12, "")
    tokens, known = example.args
    size = len(known)
    return Case((tokens, {t: size - 1 - i for t, i in known.items()}), note="a vocabulary with <unk> at another place")


def ids(numbers):
    return torch.tensor(numbers, dtype=torch.int64)


question = Question(
    cases=lambda draw: [
        case(draw, 14, "some tokens are unknown"),
        case(draw, 9, "all tokens are known", hidden=0),
        moved_specials(draw),
        Case((["zebra", "THE", "Cat"], {"<pad>": 0, "<unk>": 1, "the": 2, "cat": 3}), note="capitals are other tokens"),
        Case((["the"], {"<pad>": 0, "<unk>": 1, "the": 2}), note="one token"),
        Case(([], {"<pad>": 0, "<unk>": 1, "the": 2}), note="no tokens"),
    ],
    probe=observed,
    gives="a tensor of whole numbers of 64 bits (`torch.int64`), for no tokens as well",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.recurrent import vocabulary

exercise = Exercise(question, vocabulary.encode, points=2, shares={"whole numbers of 64 bits": 1})


def right(tokens, vocabulary, *, one=lambda t, v: v.get(t, v["<unk>"]), told=lambda found, size: found):
    """The right way, with what students get wrong as settings."""
    return told(ids([one(t, vocabulary) for t in tokens]), len(vocabulary))


wrong = exercise.variants(right)
wrong(
    "gives unknown tokens the id of the padding",
    "What will a mask make of a token whose id says that nothing stands there?",
    one=lambda t, v: v.get(t, v["<pad>"]),
)
wrong(
    "takes 1 for the unknown token's id, whatever the vocabulary says",
    "Where does the vocabulary itself say which id <unk> has?",
    one=lambda t, v: v.get(t, 1),
)
wrong(
    "gives unknown tokens new ids of their own",
    "A network has one row of weights for each id. Which row belongs to an id that came after the training?",
    one=lambda t, v: v.setdefault(t, len(v)),
)
wrong(
    "writes the tokens in small letters first",
    "Did the vocabulary say that capitals do not count? Who splits the text into tokens?",
    one=lambda t, v: v.get(t.lower(), v["<unk>"]),
)
wrong(
    "returns floating-point numbers",
    "What do you use ids for? Can a matrix have a row 2.5?",
    told=lambda found, size: found.float(),
)
wrong(
    "returns one-hot vectors, not ids",
    "How many numbers should stand for one token here?",
    told=torch.nn.functional.one_hot,
)


@exercise.misconception(
    "leaves unknown tokens out",
    "How many ids come out for how many tokens?",
    "Is the fifth id still that of the fifth token?",
)
def drops_the_unknown(tokens, vocabulary):
    return right([t for t in tokens if t in vocabulary], vocabulary)


@exercise.misconception(
    "writes unknown tokens into the vocabulary that it is given",
    "How many tokens does the vocabulary hold before your call, and how many after it?",
    "What does `setdefault` do beside looking up?",
)
def fills_the_vocabulary(tokens, vocabulary):
    return right(tokens, vocabulary, one=lambda t, v: v.setdefault(t, v["<unk>"]))


@exercise.alternative
def with_a_loop(tokens, vocabulary):
    out = torch.full((len(tokens),), vocabulary["<unk>"])
    for i, t in enumerate(tokens):
        if t in vocabulary:
            out[i] = vocabulary[t]
    return out


@exercise.alternative
def with_exceptions(tokens, vocabulary):
    def number(token):
        try:
            return vocabulary[token]
        except KeyError:
            return vocabulary["<unk>"]

    return torch.LongTensor([number(t) for t in tokens])


@exercise.alternative
def with_numpy(tokens, vocabulary):
    import numpy as np

    return torch.from_numpy(np.array([vocabulary.get(t, vocabulary["<unk>"]) for t in tokens], dtype=np.int64))
