"""Dice's coefficient of each mask of a batch with the true one."""

import torch

from autograder.spec import Case, Question
from autograder.spec.comparison import close


def masks(draw, *shape):
    return (draw.uniform(0, 1, *shape) < 0.45).double()


def case(draw, *shape, note=""):
    target = masks(draw, *shape)
    target[:, 0, 0] = 1
    return Case((draw.uniform(0, 1, *shape), target), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 3, 4, 5, note="probabilities"),
        Case(
            (masks(draw, 4, 3, 3) + 0.0, masks(draw, 4, 3, 3).clamp(min=torch.eye(3).double())), note="masks of 0 and 1"
        ),
        case(draw, 1, 2, 6, note="a batch of one"),
        case(draw, 2, 5, 1, note="one column"),
        Case(((t := masks(draw, 2, 3, 4).clamp(min=torch.eye(4)[:3].double())), t.clone()), note="the same mask twice"),
    ],
    extremes=lambda draw: [
        Case(
            (torch.zeros(2, 3, 3).double(), torch.zeros(2, 3, 3).double()),
            compare=close,
            note="nothing there, nothing found",
        ),
        Case((torch.zeros(1, 2, 3).double(), torch.ones(1, 2, 3).double()), compare=close, note="nothing found"),
        Case((draw.uniform(0.1, 1, 2, 3, 2), torch.zeros(2, 3, 2).double()), compare=close, note="nothing there"),
        Case(
            (
                torch.stack([draw.uniform(0.1, 1, 2, 3), torch.zeros(2, 3).double(), 1e-4 * draw.uniform(1, 2, 2, 3)]),
                torch.stack([torch.ones(2, 3), torch.zeros(2, 3), torch.zeros(2, 3)]).double(),
            ),
            compare=close,
            note="one image of three with an object",
        ),
    ],
    bears="masks in which nothing is there, or nothing found, some of a batch or all",
    gradients=["pred"],
    arguments=("pred", "target"),
    forbids=["f_score"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.losses import one_for_each
from gradschool.convolutional import detection_metrics

exercise = Exercise(question, detection_metrics.dice_score, points=3)


def sums(pred, target):
    return (pred * target).sum((1, 2)), pred.sum((1, 2)), target.sum((1, 2))


def ratio(above, below):
    return torch.where(below > 0, above / torch.where(below > 0, below, 1), 1)


def dice(pred, target):
    shared, p, t = sums(pred, target)
    return ratio(2 * shared, p + t)


exercise.mistakes(one_for_each("mask", dice))


@exercise.misconception(
    "is the intersection over the union",
    "Two masks share half of each. Dice says ½; what does yours say?",
    "How often is the shared part counted above, how often below?",
)
def jaccard(pred, target):
    shared, p, t = sums(pred, target)
    return ratio(shared, p + t - shared)


@exercise.misconception("forgets the 2", "What do you get for a mask and itself?")
def no_two(pred, target):
    shared, p, t = sums(pred, target)
    both = ratio(shared, p + t)
    return torch.where(p + t > 0, both, 1)


@exercise.misconception(
    "sums over the whole batch",
    "How many numbers should there be for a batch of four masks?",
    "Should an image with a large object count more than one with a small object?",
)
def over_the_batch(pred, target):
    shared, p, t = (s.sum() for s in sums(pred, target))
    return ratio(2 * shared, p + t)


@exercise.misconception(
    "divides 0 by 0 where both masks are empty",
    "Nothing is there, and nothing was found. Is that right or wrong?",
)
def not_a_number(pred, target):
    shared, p, t = sums(pred, target)
    return 2 * shared / (p + t)


@exercise.misconception(
    "gives 0 where both masks are empty",
    "Nothing is there, and nothing was found. Is that right or wrong?",
)
def zero_for_empty(pred, target):
    shared, p, t = sums(pred, target)
    return 2 * shared / (p + t).clamp(min=1e-30)


@exercise.misconception(
    "adds 1 above and below, which a small mask feels",
    "The task's formula has no such 1. What does it do to a mask of three pixels?",
)
def smoothed(pred, target):
    shared, p, t = sums(pred, target)
    return (2 * shared + 1) / (p + t + 1)


@exercise.misconception(
    "squares the probabilities below",
    "For masks of 0 and 1 a square changes nothing. For a probability of ½?",
)
def squared(pred, target):
    return ratio(2 * (pred * target).sum((1, 2)), (pred**2).sum((1, 2)) + (target**2).sum((1, 2)))


@exercise.misconception(
    "rounds the probabilities first",
    "What gradient reaches `pred` through a comparison with ½?",
)
def rounded(pred, target):
    return dice((pred > 0.5).to(pred), target)


@exercise.misconception(
    "is the share of pixels that agree",
    "An object of ten pixels in an image of ten thousand, and none of it found. What does yours say?",
)
def pixel_accuracy(pred, target):
    return 1 - (pred - target).abs().mean((1, 2))


@exercise.alternative
def image_by_image(pred, target):
    scores = []
    for p, t in zip(pred, target, strict=True):
        total = p.sum() + t.sum()
        scores.append(2 * (p * t).sum() / total if total > 0 else torch.ones_like(total))
    return torch.stack(scores)


@exercise.alternative
def with_einsum(pred, target):
    shared = torch.einsum("bhw,bhw->b", pred, target)
    total = torch.einsum("bhw->b", pred + target)
    empty = total == 0
    return torch.where(empty, 1.0, 2 * shared / (total + empty))


@exercise.alternative
def by_precision_and_recall(pred, target):
    """The harmonic mean of precision and recall: Dice is F1."""
    p, t = pred.flatten(1), target.flatten(1)
    shared, found, there = (p * t).sum(1), p.sum(1), t.sum(1)
    empty = (found + there) == 0
    return 2 * (shared + empty) / (found + there + 2 * empty)
