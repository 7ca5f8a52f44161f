"""Hinge loss for classes -1 and 1."""

import torch

from autograder.spec import Question


def away_from_the_kink(draw, n):
    """Scores whose margin 1 - y · score is nowhere near 0, with both classes where there is room for them."""
    y = 2.0 * draw.labels(2, n) - 1
    return y * (1 - 1.5 * draw.away_from_zero(n)), y.double()


def on_the_right_side(draw):
    """Right by more than the margin, right by less, wrong: one of each for each class."""
    y = torch.tensor([1.0, 1.0, 1.0, -1.0, -1.0, -1.0]).double()
    return y * (torch.tensor([2.0, 0.5, -1.0] * 2).double() + draw.uniform(-0.3, 0.3, 6)), y


question = Question(
    cases=lambda draw: [
        on_the_right_side(draw),
        away_from_the_kink(draw, 7),
        away_from_the_kink(draw, 12),
        (torch.tensor([-0.5]).double(), torch.ones(1).double()),
        (torch.tensor([2.5]).double(), torch.ones(1).double()),
    ],
    gradients=["scores"],
    arguments=("scores", "y"),
    forbids=["hinge_loss"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.losses import averaged
from gradschool.feedforward import losses

exercise = Exercise(question, losses.hinge_loss, points=2)


def loss(scores, y, mean=torch.mean):
    return mean((1 - y * scores).clamp(min=0))


exercise.mistakes(averaged(loss))


@exercise.misconception(
    "is satisfied as soon as the sign is right",
    "What should a score of 0.1 cost when y = 1?",
    "By how much must a sample be right before it costs nothing?",
)
def no_margin(scores, y):
    return (-y * scores).clamp(min=0).mean()


@exercise.misconception(
    "goes below zero: samples that are far on the right side pay for the others",
    "What does your loss give for the single score 3, y = 1?",
)
def no_maximum(scores, y):
    return (1 - y * scores).mean()


@exercise.misconception(
    "averages before it cuts off at zero",
    "Take one sample that is wrong by 1 and one that is right by 5. What should the loss be?",
    "To what should the maximum be applied: to each sample, or to the batch?",
)
def mean_inside(scores, y):
    return (1 - y * scores).mean().clamp(min=0)


@exercise.misconception(
    "looks only at the sign of the score",
    "What should a score of 0.5 cost when y = 1, and what a score of 2? What do they cost in your version?",
)
def sign_only(scores, y):
    return loss(scores.sign(), y) + 0 * scores.sum()


@exercise.misconception(
    "takes the mean over the samples that cost something, not over all",
    "What happens to your loss when ten more samples are right?",
)
def mean_of_the_violators(scores, y):
    costs = (1 - y * scores).clamp(min=0)
    return costs.sum() / (costs > 0).sum().clamp(min=1)


@exercise.misconception(
    "expects the classes 0 and 1",
    "Which two values does y have here?",
    "What does your answer make of y = -1 before it multiplies?",
)
def classes_zero_and_one(scores, y):
    return loss(scores, 2 * y - 1)


@exercise.misconception("squares the margin that is missing", "How much more should a miss of 2 cost than a miss of 1?")
def squared(scores, y):
    return ((1 - y * scores).clamp(min=0) ** 2).mean()


@exercise.misconception(
    "rewards the wrong side", "What does your loss give for a score of 3 when y = 1, and what when y = -1?"
)
def sign(scores, y):
    return loss(scores, -y)


@exercise.alternative
def with_a_maximum(scores, y):
    margin = 1 - y * scores
    return torch.maximum(margin, torch.zeros_like(margin)).mean()


@exercise.alternative
def with_where(scores, y):
    return torch.where(y * scores < 1, 1 - y * scores, 0.0).sum() / len(y)


@exercise.alternative
def one_at_a_time(scores, y):
    total = 0
    for score, label in zip(scores, y, strict=True):
        if label * score < 1:
            total = total + 1 - label * score
    return total / len(scores) if torch.is_tensor(total) else scores.sum() * 0


@exercise.alternative
def masked(scores, y):
    missing = torch.ones_like(scores) - y * scores
    return torch.dot(missing, (missing > 0).to(scores.dtype)) / scores.numel()


@exercise.alternative
def with_relu(scores, y):
    return torch.relu(1 - scores * y).mean()
