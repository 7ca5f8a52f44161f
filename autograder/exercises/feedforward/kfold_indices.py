"""k-fold splits, judged by what every right split has in common."""

import torch

from autograder.spec import Case, Question
from autograder.spec.chance import plausible
from autograder.spec.errors import Unusable
from autograder.spec.probes import draws


def look(results, args):
    """Nothing here depends on the order that was drawn."""
    n = args[0]
    try:
        folds = [
            (torch.as_tensor(t).long().flatten(), torch.as_tensor(v).long().flatten()) for t, v in results["folds"]
        ]
    except (TypeError, ValueError, RuntimeError):
        raise Unusable("folds", "Your answer should be a list of pairs (train, validation) of index tensors.") from None
    validation = torch.cat([v for _, v in folds]) if folds else torch.zeros(0).long()
    seen = {
        "number of folds": len(folds),
        "indices that validate, in order": validation.sort().values,
        "sizes of the validation parts": torch.tensor(sorted(len(v) for _, v in folds)),
        "sizes of the training parts": torch.tensor(sorted(len(t) for t, _ in folds)),
        "indices in both parts of a fold": sum(len(set(t.tolist()) & set(v.tolist())) for t, v in folds),
    }
    if n >= 200:  # of a random split, each two neighbours lie in one part with a probability of about one in k
        part = {int(i): fold for fold, (_, v) in enumerate(folds) for i in v}
        together = sum(part.get(i) == part.get(i + 1) for i in range(n - 1))
        seen["neighbours validate together as by chance"] = plausible(together, n - 1, 1 / args[1])
    if n >= 20:
        seen["drawn at random"] = not torch.equal(validation, validation.sort().values)
    return seen


question = Question(
    cases=lambda draw: [
        Case((20, 4, draw.chance()), note="equal parts"),
        Case((11, 4, draw.chance()), note="parts that cannot be equal"),
        Case((103, 10, draw.chance()), note="three samples left over"),
        Case((400, 4, draw.chance()), note="many samples"),
        Case((6, 6, draw.chance()), note="one sample each"),
        Case((5, 2, draw.chance()), note="two folds"),
    ],
    returns=("folds",),
    probe=draws(look),
    forbids=["kfold"],
    gives="a list of pairs `(train, validation)` of index tensors",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes import IGNORES_THE_GENERATOR
from gradschool.feedforward import selection

exercise = Exercise(
    question,
    selection.kfold_indices,
    points=4,
    beside=["number of folds", "sizes of the validation parts", "sizes of the training parts"],
    shares={"number of folds": 0.5, "generator_used": 1.5, "drawn at random": 2},
)


def rest(order, part):
    return order[~torch.isin(order, part)]


@exercise.misconception(
    "cuts the samples in the order of the file, not at random",
    "In many files the samples of one class, or of one writer, stand together. What does a fold hold then?",
)
def contiguous(n, k, generator):
    parts = torch.arange(n).tensor_split(k)
    return [(rest(torch.arange(n), v), v) for v in parts]


@exercise.misconception(
    "never validates on the samples that are left over", "11 samples in 4 parts: how many samples does n // k cover?"
)
def drops_the_rest(n, k, generator):
    order, size = torch.randperm(n, generator=generator), n // k
    parts = [order[i * size : (i + 1) * size] for i in range(k)]
    return [(rest(order, v), v) for v in parts]


@exercise.misconception(
    "puts all that is left over into the last part",
    "11 samples in 4 parts: how large is your last part, and the others?",
)
def rest_in_the_last(n, k, generator):
    order, size = torch.randperm(n, generator=generator), n // k
    parts = [order[i * size : (i + 1) * size if i < k - 1 else n] for i in range(k)]
    return [(rest(order, v), v) for v in parts]


@exercise.misconception(
    "trains on the samples it validates on, too",
    "What does the error on samples tell that were in the training set?",
)
def trains_on_everything(n, k, generator):
    order = torch.randperm(n, generator=generator)
    return [(order, v) for v in order.tensor_split(k)]


@exercise.misconception(
    "returns (validation, train), not (train, validation)", "Which of the two parts should be the larger one?"
)
def swapped(n, k, generator):
    order = torch.randperm(n, generator=generator)
    return [(v, rest(order, v)) for v in order.tensor_split(k)]


@exercise.misconception(
    "draws a new split for each fold, so that some samples validate often and some never",
    "Collect the validation parts of all folds. How often does each sample occur?",
)
def new_draw_for_each_fold(n, k, generator):
    folds = []
    for _ in range(k):
        order = torch.randperm(n, generator=generator)
        folds.append((order[n // k :], order[: n // k]))
    return folds


@exercise.mistake(IGNORES_THE_GENERATOR)
def global_chance(n, k, generator):
    order = torch.randperm(n)
    return [(rest(order, v), v) for v in order.tensor_split(k)]


@exercise.misconception(
    "rounds every part's size up, so that the last part is left with too few",
    "For 103 samples in 10 parts, how many does each of your parts hold?",
    "Which two sizes differ by one and add up to 103 over ten parts?",
)
def rounded_up(n, k, generator):
    order, size = torch.randperm(n, generator=generator), -(-n // k)
    parts = [order[i * size : (i + 1) * size] for i in range(k)]
    return [(torch.cat(parts[:i] + parts[i + 1 :]), parts[i]) for i in range(k)]


@exercise.alternative
def every_kth(n, k, generator):
    order = torch.randperm(n, generator=generator)
    return [(torch.cat([order[j::k] for j in range(k) if j != i]), order[i::k]) for i in range(k)]


@exercise.alternative
def by_mask(n, k, generator):
    fold_of = torch.arange(n) % k
    fold_of = fold_of[torch.randperm(n, generator=generator)]
    return [(torch.nonzero(fold_of != i).flatten(), torch.nonzero(fold_of == i).flatten()) for i in range(k)]


@exercise.alternative
def in_lists(n, k, generator):
    order = torch.randperm(n, generator=generator).tolist()
    folds, start = [], 0
    for i in range(k):
        stop = start + n // k + (1 if i < n % k else 0)
        folds.append((torch.tensor(order[:start] + order[stop:]), torch.tensor(order[start:stop])))
        start = stop
    return folds
