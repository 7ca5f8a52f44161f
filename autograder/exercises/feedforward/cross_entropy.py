"""Cross-entropy from the scores themselves, exact where a probability would be rounded to 0."""

import torch

from autograder.spec import Case, Question
from autograder.spec.comparison import near


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
        # float32 holds a score of 1000 to 6e-5, and a right answer may take the logarithm of the sum there
        Case((draw.normal(3, 4) + 1000, draw.labels(4, 3)), compare=near(3e-4), note="scores near 1000"),
        Case((draw.normal(3, 4) - 1000, draw.labels(4, 3)), compare=near(3e-4), note="scores near -1000"),
        Case((draw.normal(3, 4) + 1e4, draw.labels(4, 3)), compare=near(4e-3), note="scores near 10,000"),
        Case((draw.normal(3, 4) - 1e4, draw.labels(4, 3)), compare=near(4e-3), note="scores near -10,000"),
    ],
    bears="scores of ±10,000",
    gradients=["logits"],
    arguments=("logits", "target"),
    forbids=["cross_entropy", "softmax"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.losses import averaged
from autograder.spec.mistakes.softmax import DIVIDED_BY_CLASSES, OVER_THE_BATCH, of_loss
from gradschool.feedforward import losses

exercise = Exercise(
    question,
    losses.cross_entropy,
    points=5,
    noise=1e-6,  # an epsilon inside the logarithm is a mistake where it cuts the loss off, not before
)


def log_softmax(z, dim=-1):
    z = z - z.amax(dim=dim, keepdim=True)
    return z - z.exp().sum(dim=dim, keepdim=True).log()


def right_ones(log_p, target):
    return log_p[torch.arange(len(target)), target]


def loss(logits, target, mean=torch.mean, log_softmax=log_softmax):
    return -mean(right_ones(log_softmax(logits), target))


exercise.mistakes(averaged(loss) + of_loss(loss))


@exercise.mistake(DIVIDED_BY_CLASSES)
def divided_by_classes(logits, target):
    picked = torch.eye(logits.shape[-1], dtype=logits.dtype)[target] * log_softmax(logits)
    return -picked.mean()


@exercise.misconception(
    "treats the class indices as if they were one-hot rows",
    "What do you multiply the logarithms of class 0 by?",
    "What does target hold: one number for each sample, or one for each class?",
)
def target_as_one_hot(logits, target):
    return -(target.unsqueeze(-1) * log_softmax(logits)).sum(dim=-1).mean()


@exercise.misconception(
    "picks from every row the classes of all rows",
    "Of which shape is a[:, index], for an index of 6 numbers?",
    "How would you ask for element (0, target[0]), element (1, target[1]), and so on?",
)
def all_targets_in_every_row(logits, target):
    return -log_softmax(logits)[:, target].mean()


@exercise.mistake(OVER_THE_BATCH.told(normalises="normalises"))
def over_the_batch(logits, target):
    return -right_ones(log_softmax(logits, dim=0), target).mean()


@exercise.alternative
def with_gather(logits, target):
    shifted = logits - logits.max(dim=1, keepdim=True).values
    return (shifted.exp().sum(1).log() - shifted.gather(1, target[:, None]).squeeze(1)).mean()


@exercise.alternative
def with_a_one_hot_mask(logits, target):
    one_hot = torch.nn.functional.one_hot(target, logits.shape[1]).to(logits.dtype)
    top = logits.detach().amax(dim=1, keepdim=True)
    log_p = logits - top - torch.log(torch.exp(logits - top).sum(dim=1, keepdim=True))
    return -torch.einsum("bc,bc->", one_hot, log_p) / len(logits)


@exercise.alternative
def row_by_row(logits, target):
    total = 0
    for row, label in zip(logits, target, strict=True):
        top = row.max()
        total = total + top + torch.log(torch.sum(torch.exp(row - top))) - row[label]
    return total / logits.shape[0]


@exercise.alternative
def class_by_class(logits, target):
    total = logits[:, 0]
    for scores in logits.T[1:]:
        total = torch.logaddexp(total, scores)
    return torch.mean(total - logits[range(len(target)), target])
