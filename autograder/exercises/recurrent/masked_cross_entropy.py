"""Cross-entropy over the real positions of padded sequences."""

import torch

from autograder.spec import Case, Question


def case(draw, lengths, classes, note="", time=None, scale=1.0):
    time = time or max(lengths)
    mask = torch.arange(time) < torch.tensor(lengths).unsqueeze(1)
    logits = scale * draw.normal(len(lengths), time, classes)
    return Case((logits, draw.integers(0, classes, len(lengths), time), mask), note=note)


def spoiled(draw, value, note):
    """Something under the padding that must not be seen."""
    logits, targets, mask = case(draw, (3, 1, 2), 4, time=4).args
    logits[~mask] = value
    return Case((logits, targets, mask), note=note)


def other_targets(draw):
    """Under the padding stand targets that are no class, as loaders write them there."""
    logits, targets, mask = case(draw, (3, 1, 4), 5, time=4).args
    return Case((logits, targets.masked_fill(~mask, -100), mask), note="targets of -100 under the padding")


def likeliest_and_least(draw):
    """Scores of ten thousand, one target of which is all but certain and another all but impossible."""
    logits, targets, mask = case(draw, (3, 2), 4, scale=1e4).args
    targets[0, 0], targets[0, 1] = logits[0, 0].argmax(), logits[0, 1].argmin()
    return Case((logits, targets, mask), note="scores of ten thousand")


question = Question(
    cases=lambda draw: [
        case(draw, (2, 5, 3), 4),
        case(draw, (3, 3), 3, "no padding"),
        case(draw, (1, 4), 6, "one very short"),
        case(draw, (4,), 3, "padding behind a single sequence", time=6),
        case(draw, (1,), 5, "one token"),
    ],
    extremes=lambda draw: [
        likeliest_and_least(draw),
        spoiled(draw, torch.inf, "infinite scores under the padding"),
        spoiled(draw, torch.nan, "scores under the padding that are not numbers"),
        other_targets(draw),
    ],
    bears="scores of ten thousand, and whatever stands under the padding; the gradients too",
    gradients=["logits"],
    arguments=("logits", "targets", "mask"),
    forbids=["cross_entropy"],
)

# %% what is right, and what is wrong
import math

from autograder.spec import Exercise
from autograder.spec.mistakes.losses import IN_BITS, averaged
from autograder.spec.mistakes.softmax import of_loss
from gradschool.recurrent import losses

exercise = Exercise(
    question,
    losses.masked_cross_entropy,
    points=4,
    noise=3e-12,  # scores of ten thousand through a logarithm and back
)


def log_softmax(z):
    return z.log_softmax(-1)


def each(logits, targets, log_softmax=log_softmax):
    """The cross-entropy at every place; a target of -100 counts as class 0 in these wrong answers."""
    return -log_softmax(logits).gather(-1, targets.clamp(min=0).unsqueeze(-1)).squeeze(-1)


def loss(logits, targets, mask, mean=torch.mean, log_softmax=log_softmax):
    return mean(each(logits, targets, log_softmax)[mask])


exercise.mistakes(averaged(loss) + of_loss(loss))


@exercise.mistake(IN_BITS)
def in_bits(logits, targets, mask):
    return loss(logits, targets, mask) / math.log(2)


@exercise.misconception(
    "divides by the number of all positions, padding included",
    "How does your loss change when the same sequences are padded to twice the length?",
    "How many positions does the mask say are real?",
)
def divided_by_all(logits, targets, mask):
    return torch.where(mask, each(logits, targets), 0).mean()


@exercise.misconception(
    "does not look at the mask at all", "Does your loss change when the scores at a padded position do?"
)
def no_mask(logits, targets, mask):
    return each(logits, targets).mean()


@exercise.misconception(
    "averages each sequence first, so that a token of a short sequence weighs more",
    "One sequence has a single token, another a hundred. How much of your mean comes from that one token?",
)
def mean_of_means(logits, targets, mask):
    return (torch.where(mask, each(logits, targets), 0).sum(1) / mask.sum(1)).mean()


@exercise.misconception(
    "sets the scores under the padding to 0, and counts these positions all the same",
    "What is the cross-entropy of equal scores: 0, or the logarithm of the number of classes?",
)
def scores_masked(logits, targets, mask):
    return torch.where(
        mask, each(torch.where(mask.unsqueeze(-1), logits, 0), targets), math.log(logits.shape[-1])
    ).mean()


@exercise.misconception(
    "counts the padding and leaves the tokens out", "Where is the mask True: at tokens, or at padding?"
)
def mask_inverted(logits, targets, mask):
    return (each(logits, targets) * ~mask).sum() / (~mask).sum().clamp(min=1)


@exercise.misconception(
    "multiplies the losses by the mask, and lets what is infinite under the padding through",
    "What is 0 · ∞ in floating point? What should stand at a padded position instead?",
)
def multiplied(logits, targets, mask):
    return (each(logits, targets) * mask).sum() / mask.sum()


@exercise.alternative
def chosen_first(logits, targets, mask):
    z, y = logits[mask], targets[mask]
    return (z.logsumexp(1) - z[torch.arange(len(y)), y]).mean()


@exercise.alternative
def replaced_where_padded(logits, targets, mask):
    z = torch.where(mask.unsqueeze(-1), logits, 0)
    y = torch.where(mask, targets, 0)
    lost = z.logsumexp(-1) - z.gather(-1, y.unsqueeze(-1)).squeeze(-1)
    return (lost * mask).sum() / mask.sum()


@exercise.alternative
def token_by_token(logits, targets, mask):
    lost = [
        torch.logsumexp(logits[b, t], 0) - logits[b, t, targets[b, t]]
        for b in range(mask.shape[0])
        for t in range(mask.shape[1])
        if mask[b, t]
    ]
    return sum(lost) / len(lost)


@exercise.alternative
def with_one_hot(logits, targets, mask):
    z = logits[mask] - logits[mask].detach().amax(-1, keepdim=True)
    log_p = z - z.exp().sum(-1, keepdim=True).log()
    chosen = torch.nn.functional.one_hot(targets[mask], logits.shape[-1]).bool()
    return -log_p[chosen].mean()
