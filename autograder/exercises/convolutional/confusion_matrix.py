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
        Case((torch.tensor([2]), torch.tensor([0]), 3), note="a single sample"),
        Case((torch.tensor([1, 1, 1, 1, 0]), torch.tensor([0, 0, 0, 1, 0]), 2), note="the same mistake three times"),
        Case((torch.tensor([]).long(), torch.tensor([]).long(), 3), note="no samples"),
    ],
    probe=function.but(dtypes=("float64",)),
    forbids=["confusion_matrix"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.convolutional import confusion

exercise = Exercise(
    question,
    confusion.confusion_matrix,
    points=3,
)


def counted(target, predicted, classes):
    return torch.bincount(classes * target + predicted, minlength=classes**2).reshape(classes, classes)


@exercise.misconception(
    "has the predicted classes in its rows and the true ones in its columns",
    "All samples of class 2 should be in one row. What is the sum of your row 2?",
)
def transposed(target, predicted, classes):
    return counted(target, predicted, classes).T


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
    "returns shares of each class, not counts", "Should the entries of your matrix be whole numbers?"
)
def normalised(target, predicted, classes):
    m = counted(target, predicted, classes).double()
    return m / m.sum(dim=1, keepdim=True).clamp(min=1)


@exercise.misconception(
    "leaves out classes that do not occur",
    "`classes` is 6, and the largest label that occurs is 3. How many rows does your matrix have?",
)
def as_many_as_occur(target, predicted, classes):
    if not len(target):
        return torch.zeros(0, 0, dtype=torch.long)
    found = int(max(target.max(), predicted.max())) + 1
    return counted(target, predicted, found)


@exercise.misconception("leaves the right answers out", "Where in the matrix are the samples that were right?")
def mistakes_only(target, predicted, classes):
    m = counted(target, predicted, classes)
    return m - torch.diag(m.diag())


@exercise.misconception("counts the right answers only", "Where in the matrix are the samples that were wrong?")
def right_answers_only(target, predicted, classes):
    return torch.diag(counted(target, predicted, classes).diag())


@exercise.misconception(
    "multiplies the wrong one of the two classes when it gives each pair a number",
    "Which pair has the number 1 in your numbering? And in which place of the matrix does it end?",
    "How large can your largest number be?",
)
def pairs_collide(target, predicted, classes):
    m = torch.bincount((classes - 1) * target + predicted, minlength=classes**2)
    return m[: classes**2].reshape(classes, classes)


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
def in_floating_point(target, predicted, classes):
    return torch.stack([torch.bincount(predicted[target == c], minlength=classes) for c in range(classes)]).float()
