"""Gradient of the mean cross-entropy with respect to the scores."""

import torch

from autograder.spec import Case, Question


def far_apart(draw):
    """Sure and wrong in the even rows, sure and right in the odd ones."""
    scores = 1e4 * draw.away_from_zero(4, 5, gap=1)
    return scores, torch.where(torch.arange(4) % 2 == 0, scores.argmin(dim=-1), scores.argmax(dim=-1))


question = Question(
    cases=lambda draw: [
        (2 * draw.normal(6, 3), draw.labels(3, 6)),
        (2 * draw.normal(4, 4), draw.labels(4, 4)),
        (draw.normal(1, 5), draw.labels(5, 1)),
        (draw.normal(5, 2), draw.labels(2, 5)),
        (draw.normal(3, 7) - 5, draw.labels(7, 3)),
        Case((draw.normal(4, 3), torch.tensor([1, 0, 1, 0])), note="nobody in the last class"),
        Case((draw.normal(2, 3), torch.tensor([2, 1])), note="nobody in the first class"),
    ],
    extremes=lambda draw: [
        far_apart(draw),
        (draw.normal(3, 4) + 1e4, draw.labels(4, 3)),
        (draw.normal(3, 4) - 1e4, draw.labels(4, 3)),
    ],
    bears="scores of ±10,000",
    forbids=["autograd", "cross_entropy"],
    uses=["softmax"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.layers import MEAN_FORGOTTEN
from autograder.spec.mistakes.losses import WRONG_SIGN
from autograder.spec.mistakes.softmax import DIVIDED_BY_CLASSES, of_classes
from gradschool.feedforward import losses

exercise = Exercise(question, losses.cross_entropy_backward, points=4)


def probabilities(logits):
    e = (logits - logits.amax(dim=-1, keepdim=True)).exp()
    return e / e.sum(dim=-1, keepdim=True)


def one_hot(logits, target):
    return torch.eye(logits.shape[-1], dtype=logits.dtype)[target]


def gradient(logits, target, softmax=probabilities):
    return (softmax(logits) - one_hot(logits, target)) / len(logits)


exercise.mistakes(of_classes(gradient))


@exercise.mistake(WRONG_SIGN)
def sign(logits, target):
    return -gradient(logits, target)


@exercise.mistake(MEAN_FORGOTTEN)
def no_mean(logits, target):
    return probabilities(logits) - one_hot(logits, target)


@exercise.mistake(DIVIDED_BY_CLASSES)
def divided_by_classes(logits, target):
    return (probabilities(logits) - one_hot(logits, target)) / logits.numel()


@exercise.misconception(
    "multiplies by a slope of softmax that the difference holds already",
    "Which derivative does p - y belong to: with respect to the probabilities, or to the scores?",
    "How large is your gradient for a score that is surely wrong?",
)
def slope_twice(logits, target):
    p = probabilities(logits)
    return (p - one_hot(logits, target)) * p * (1 - p) / len(logits)


@exercise.misconception(
    "moves only the score of the right class",
    "Sum your gradient over one row. What should come out, since adding a constant to all scores changes nothing?",
)
def only_the_right_class(logits, target):
    hot = one_hot(logits, target)
    return hot * (probabilities(logits) - 1) / len(logits)


@exercise.misconception(
    "takes 1 from every row in the columns of all targets",
    "Which elements does p[:, target] name: one in each row, or more?",
    "Sum your gradient over one row. What should come out?",
)
def all_targets_in_every_row(logits, target):
    p = probabilities(logits)
    p[:, target] -= 1
    return p / len(logits)


@exercise.misconception(
    "subtracts the number of the class, where a 1 in its column is meant",
    "What is taken from a row whose class is 7?",
    "Which shape would target have if it held a 1 for the right class and 0 for the others?",
)
def minus_the_class_index(logits, target):
    return (probabilities(logits) - target.unsqueeze(-1)) / len(logits)


@exercise.misconception(
    "gives the gradient with respect to the probabilities, not to the scores",
    "Which arguments does the loss have here: probabilities, or scores?",
    "Which step of the graph lies between the two?",
)
def stops_at_the_probabilities(logits, target):
    return -one_hot(logits, target) / probabilities(logits) / len(logits)


@exercise.alternative
def with_ones_own_softmax(logits, target):
    p = softmax(logits)
    p[torch.arange(len(target)), target] -= 1
    return p / len(target)


@exercise.alternative
def with_scatter(logits, target):
    share = 1 / logits.shape[0]
    return (probabilities(logits) * share).scatter_add(1, target.unsqueeze(1), torch.full_like(logits[:, :1], -share))


@exercise.alternative
def row_by_row(logits, target):
    rows = []
    for z, label in zip(logits, target, strict=True):
        e = torch.exp(z - max(z))
        row = e / sum(e)
        row[label] = row[label] - 1
        rows.append(row / len(logits))
    return torch.stack(rows)


@exercise.alternative
def with_one_hot(logits, target):
    weights = torch.exp(logits - logits.max(dim=1, keepdim=True)[0])
    p = weights / torch.einsum("bc->b", weights).unsqueeze(1)
    return torch.div(p - torch.nn.functional.one_hot(target, num_classes=p.shape[1]), len(p))
