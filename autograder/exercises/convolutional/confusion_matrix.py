"""Counts of true class against predicted class."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import function


def case(draw, classes, n, note, used=None):
    """Labels, and predictions that are right more often than not."""
    used = used or classes
    target = draw.integers(0, used, n)
    predicted = torch.where(draw.uniform(0, 1, n) < 0.6, target, draw.integers(0, used, n))
    return Case((target, predicted, classes), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 4, 60, "four classes"),
        case(draw, 10, 300, "ten classes"),
        case(draw, 6, 20, "the last classes do not occur", used=4),
        Case((torch.tensor([0, 1, 1, 0]), torch.tensor([0, 3, 1, 2]), 4), note="classes that are said and never true"),
        Case((torch.tensor([3, 0, 2, 2]), torch.tensor([0, 0, 1, 0]), 5), note="classes that are true and never said"),
        Case((torch.tensor([2]), torch.tensor([0]), 3), note="a single sample"),
        Case((torch.tensor([1, 1, 1, 1, 0]), torch.tensor([0, 0, 0, 1, 0]), 2), note="the same mistake three times"),
        Case((torch.tensor([]).long(), torch.tensor([]).long(), 3), note="no samples"),
    ],
    probe=function.but(dtypes=("float64",)),
    forbids=["confusion_matrix"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.common import TRANSPOSED_TABLE, same
from gradschool.convolutional import confusion

exercise = Exercise(
    question,
    confusion.confusion_matrix,
    points=3,
)


def counted(target, predicted, classes, *, times=lambda classes: classes, result=same):
    """The right way, with what students get wrong as settings."""
    pairs = torch.bincount(times(classes) * target + predicted, minlength=classes**2)
    return result(pairs[: classes**2].reshape(classes, classes))


wrong = exercise.variants(counted)
wrong(TRANSPOSED_TABLE, result=lambda m: m.T)
wrong(
    "returns shares of each class, not counts",
    "Should the entries of your matrix be whole numbers?",
    result=lambda m: m / m.sum(dim=1, keepdim=True).clamp(min=1).double(),
)
wrong(
    "leaves the right answers out",
    "Where in the matrix are the samples that were right?",
    result=lambda m: m - torch.diag(m.diag()),
)
wrong(
    "counts the right answers only",
    "Where in the matrix are the samples that were wrong?",
    result=lambda m: torch.diag(m.diag()),
)
wrong(
    "multiplies the wrong one of the two classes when it gives each pair a number",
    "Which pair has the number 1 in your numbering? And in which place of the matrix does it end?",
    "How large can your largest number be?",
    times=lambda classes: classes - 1,
)


@exercise.misconception(
    "counts a pair once, however often it occurs",
    "What does `m[[0, 0], [1, 1]] += 1` add to m[0, 1]?",
    "What is the sum over your matrix? What should it be?",
)
def written_not_added(target, predicted, classes):
    m = torch.zeros(classes, classes, dtype=torch.long)
    m[target, predicted] += 1
    return m


@exercise.misconception(
    "leaves out classes that do not occur",
    "`classes` is 6, and the largest label that occurs is 3. How many rows does your matrix have?",
)
def as_many_as_occur(target, predicted, classes):
    return counted(target, predicted, int(torch.cat([target, predicted]).max()) + 1 if len(target) else 0)


@exercise.alternative
def by_loop(target, predicted, classes):
    m = torch.zeros(classes, classes, dtype=torch.int64)
    for t, p in zip(target.tolist(), predicted.tolist(), strict=True):
        m[t, p] += 1
    return m


@exercise.alternative
def by_one_hot(target, predicted, classes):
    every = torch.arange(classes)
    return (target[:, None] == every).long().T @ (predicted[:, None] == every).long()


@exercise.alternative
def by_index_put(target, predicted, classes):
    m = torch.zeros(classes, classes, dtype=torch.long)
    return m.index_put((target, predicted), torch.ones_like(target), accumulate=True)


@exercise.alternative
def class_by_class(target, predicted, classes):
    return torch.stack([torch.bincount(predicted[target == c], minlength=classes) for c in range(classes)])
