"""Every token of a text gets a number: the padding 0, the unknown 1, then the most frequent first."""

import torch

from autograder.spec import Case, Question
from autograder.spec.errors import Unusable
from autograder.spec.probes import probe

ALPHABET = tuple("the cat sat on a mat and saw an ant who had the hat of that old man".split())  # noqa: SIM905

TOKENS = (*sorted({*ALPHABET, "The", "Cat", "7", "_"}),)


@probe("tokens", "min_count", dtypes=("float64",))
def observed(answer, args, returns, gradients):
    """The numbers that the tokens got, in the alphabetical order of the tokens; -1 for one that got none."""
    found = answer(*args)
    if found is None:
        raise Unusable("none", "Your answer returned None. Is a return statement missing?")
    if not isinstance(found, dict):
        raise Unusable("not a dict", "Your answer should return a dictionary {token: id}.")
    if any(isinstance(i, bool) or not isinstance(i, int) for i in found.values()):
        raise Unusable("ids", "The dictionary should hold whole numbers, under the tokens as keys.")
    return {
        "number of tokens": len(found),
        "ids of <pad> and <unk>": torch.tensor([found.get(t, -1) for t in ("<pad>", "<unk>")]),
        "ids of the text's tokens, in alphabetical order": torch.tensor([found.get(t, -1) for t in TOKENS]),
    }


def text(draw, n, chosen=TOKENS):
    """Some tokens often, some rarely, several equally often."""
    order = [chosen[i] for i in draw.permutation(len(chosen))]
    drawn = [order[min(int(abs(v) * len(order) / 2.5), len(order) - 1)] for v in draw.normal(n).tolist()]
    return [*drawn, *order[:3]]


question = Question(
    cases=lambda draw: [
        Case((text(draw, 60), 1), note="every token"),
        Case((text(draw, 80), 3), note="tokens that occur three times or more"),
        Case((["mat", "cat", "hat", "cat", "mat", "hat", "ant"], 1), note="equally frequent tokens"),
        Case((["a", "the", "a", "the", "old"], 2), note="some occur exactly min_count times"),
        Case((["a", "the", "a"], 4), note="no token is frequent enough"),
        Case(([], 1), note="no text"),
    ],
    defaults=lambda draw: [(text(draw, 40),), (["old", "the", "old"],)],
    probe=observed,
    gives="a dictionary from strings to whole numbers",
)

# %% what is right, and what is wrong
from operator import ge, gt

from autograder.spec import Exercise
from gradschool.recurrent import vocabulary

exercise = Exercise(
    question,
    vocabulary.build_vocabulary,
    points=3,
    beside=["number of tokens", "ids of <pad> and <unk>"],
    shares={"number of tokens": 1, "ids of <pad> and <unk>": 1},
)

SPECIAL = ["<pad>", "<unk>"]


def numbered(
    tokens, min_count=1, *, order=lambda t, n: (-n, t), reverse=False, listed=lambda kept: [*SPECIAL, *kept], enough=ge
):
    """The right way, with what students get wrong as settings: how a token t that occurs n times is put in order."""
    counts = {t: tokens.count(t) for t in dict.fromkeys(tokens)}
    kept = [t for t, n in counts.items() if enough(n, min_count)]
    kept.sort(key=lambda t: order(t, counts[t]), reverse=reverse)
    return {t: i for i, t in enumerate(listed(kept))}


wrong = exercise.variants(numbered)
wrong(
    "numbers the tokens in the order of their first appearance",
    "Which id should the most frequent token of a text have?",
    order=lambda t, n: 0,
)
wrong(
    "leaves equally frequent tokens in the order in which they came",
    "Two tokens occur equally often. Would your numbers stay the same if the text's lines were shuffled?",
    "What does `Counter.most_common` do about ties?",
    order=lambda t, n: -n,
)
wrong(
    "sorts the tokens by the alphabet, however frequent they are",
    "Is the most frequent token among your first ids?",
    order=lambda t, n: t,
)
wrong(
    "puts the rarest tokens first",
    "In which direction does `sorted` order counts? Which token should get id 2?",
    order=lambda t, n: (n, t),
)
wrong(
    "reverses the alphabet among equally frequent tokens",
    "`reverse=True` turns round everything by which you sort. Should the ties be turned round too?",
    order=lambda t, n: (n, t),
    reverse=True,
)
wrong(
    "drops tokens that occur exactly `min_count` times",
    "With a min_count of 2, what becomes of a token that occurs twice?",
    enough=gt,
)
wrong(
    "ignores `min_count`",
    "How many tokens does your vocabulary hold for min_count=1, and how many for min_count=3?",
    enough=lambda n, least: True,
)
wrong(
    "has no entries for padding and unknown tokens",
    "What will stand behind the end of a short sequence in a batch?",
    "Which id should a word get that the text does not hold?",
    listed=lambda kept: kept,
)
wrong(
    "numbers the unknown token 0 and the padding 1",
    "Which of the two does the task put first?",
    listed=lambda kept: [*SPECIAL[::-1], *kept],
)
wrong(
    "puts padding and unknown behind all other tokens",
    "Which id has <pad> in the task?",
    listed=lambda kept: [*kept, *SPECIAL],
)


@exercise.alternative
def with_a_counter(tokens, min_count=1):
    from collections import Counter

    counts = Counter(tokens)
    vocabulary = {"<pad>": 0, "<unk>": 1}
    for t in sorted(sorted(counts), key=counts.__getitem__, reverse=True):
        if counts[t] >= min_count:
            vocabulary[t] = len(vocabulary)
    return vocabulary


@exercise.alternative
def one_after_the_other(tokens, min_count=1):
    left = {t: tokens.count(t) for t in tokens}
    vocabulary = {"<pad>": 0, "<unk>": 1}
    while left:
        best = min(left, key=lambda t: (-left[t], t))
        if left.pop(best) >= min_count:
            vocabulary[best] = len(vocabulary)
    return vocabulary


@exercise.alternative
def through_pairs(tokens, min_count=1):
    pairs = sorted((-tokens.count(t), t) for t in set(tokens))
    kept = [t for n, t in pairs if -n >= min_count]
    return dict(zip(["<pad>", "<unk>", *kept], range(len(kept) + 2), strict=True))
