"""Area under the ROC curve, ties counted by half."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import function


def samples(draw, positive, others, ties=False, shift=0.7):
    """Scores of both kinds in mixed order, the positive ones higher on average; with ties, on a few levels."""
    scores = torch.cat([draw.normal(positive) + shift, draw.normal(others)])
    scores = (2 * scores).round() / 2 if ties else scores
    kinds = torch.cat([torch.ones(positive), torch.zeros(others)]).long()
    order = draw.permutation(positive + others)
    return scores[order], kinds[order]


def tied(draw):
    """Three levels, both kinds on each of them; the positive samples come first."""
    levels = torch.tensor([0.25, 0.5, 0.75]).double() + draw.uniform(0, 0.1)
    scores = torch.cat([levels[[0, 1, 1, 2, 2, 2]], levels[[0, 0, 0, 1, 1, 2, 2]]])
    return scores, torch.tensor([1] * 6 + [0] * 7)


question = Question(
    cases=lambda draw: [
        samples(draw, 12, 30),
        Case(samples(draw, 7, 4, shift=0.0), note="more positive samples than others"),
        Case(samples(draw, 20, 25, ties=True), note="many ties"),
        Case(tied(draw), note="both kinds on each of three levels"),
        Case((draw.uniform(1, 2, 4).sort().values, torch.tensor([0, 1, 0, 1])), note="four samples"),
        Case((draw.uniform(1, 2, 1).expand(5), torch.tensor([1, 0, 0, 1, 0])), note="all scores equal"),
        Case((draw.uniform(1, 2, 6).sort().values, torch.tensor([1, 1, 0, 0, 0, 0])), note="all the wrong way round"),
    ],
    extremes=lambda draw: [
        Case((1e6 * draw.normal(9), torch.tensor([0, 0, 1, 0, 1, 1, 0, 1, 0])), note="scores of a million"),
        Case((draw.normal(8), torch.tensor([0, 1, 0, 1, 1, 0, 0, 0]).bool()), note="kinds as truth values"),
    ],
    bears="scores of a million, and for kinds that are truth values",
    probe=function.but(device=False),
    forbids=["roc"],
)

# %% what is right, and what is wrong
import numpy as np

from autograder.spec import Exercise
from autograder.spec.mistakes.common import same
from autograder.spec.mistakes.reductions import UPSIDE_DOWN
from gradschool.autoencoders import anomalies

exercise = Exercise(
    question,
    anomalies.roc_auc,
    points=4,
    noise=1e-6,  # shares counted in float32 are right
)


def compared(scores, positive):
    """Scores of the positive samples down, those of the others across."""
    chosen = positive.bool()
    return scores[chosen][:, None], scores[~chosen][None]


def right(scores, positive, *, tie=0.5, pairs=lambda p, n: p.numel() * n.numel(), result=same):
    """The right way, with what students get wrong as settings."""
    p, n = compared(scores, positive)
    return result(((p > n).double() + tie * (p == n).double()).sum() / pairs(p, n))


def sorted_kinds(scores, positive):
    return positive[torch.argsort(scores, descending=True, stable=True)].double()


def rates(scores, positive, levels):
    """Shares of the positive samples and of the others at or above each threshold."""
    chosen = positive.bool()
    return (torch.stack([(s >= t).double().mean() for t in levels]) for s in (scores[chosen], scores[~chosen]))


wrong = exercise.variants(right)
TIES = "All samples have the same score. What should a detector get that knows nothing?"
wrong("counts ties as lost", TIES, tie=0)
wrong("counts ties as won", TIES, tie=1)
wrong(
    UPSIDE_DOWN.told(best="best detector").hinted(
        "Should a sample with a high score be a positive one, or one of the others?", "What is one minus your result?"
    ),
    result=lambda area: 1 - area,
)
wrong(
    "divides by all pairs of samples, also those of one kind",
    "How many pairs of one positive sample and one other are there among 12 and 30?",
    pairs=lambda p, n: (p.numel() + n.numel()) * (p.numel() + n.numel() - 1) / 2,
)
wrong(
    "divides by the number of positive samples, not by that of the pairs",
    "Can your result be larger than 1? How many pairs does your sum go over?",
    pairs=lambda p, n: p.numel(),
)


@exercise.misconception(
    "draws one step for each sample, so that the order of tied samples decides",
    "Sort the samples in another way where their scores are equal. Should the area change?",
    "Through which points of the curve may one go, when no threshold parts the samples between them?",
)
def steps_through_ties(scores, positive):
    kinds = sorted_kinds(scores, positive)
    found = kinds.cumsum(0)  # positive samples so far, at each other sample
    return ((1 - kinds) * found).sum() / (kinds.sum() * (1 - kinds).sum())


@exercise.misconception(
    "gives tied samples ranks as they happen to come",
    "Two samples have the same score. Which ranks do they get from you, and which should they share?",
)
def ranks_without_ties(scores, positive):
    ranks = torch.argsort(torch.argsort(scores, stable=True), stable=True).double() + 1
    chosen = positive.bool()
    n1, n0 = chosen.sum(), (~chosen).sum()
    return (ranks[chosen].sum() - n1 * (n1 + 1) / 2) / (n1 * n0)


@exercise.misconception(
    "tries thresholds between 0 and 1 only",
    "Which values can a score have? Is it a probability?",
    "Which thresholds change anything: how many are there for n samples?",
)
def thresholds_of_probabilities(scores, positive):
    return torch.trapezoid(*rates(scores, positive, torch.linspace(1, 0, 101).to(scores)))


@exercise.misconception(
    "measures the share that a threshold in the middle gets right",
    "Which threshold does your result depend on? On which should the area depend?",
)
def accuracy(scores, positive):
    threshold = (scores.max() + scores.min()) / 2
    return ((scores > threshold) == positive.bool()).double().mean()


@exercise.misconception(
    "draws precision against recall, not hits against false alarms",
    "What stands on the horizontal axis of the ROC curve: a share of which samples?",
)
def average_precision(scores, positive):
    kinds = sorted_kinds(scores, positive)
    return (kinds.cumsum(0) / torch.arange(1, len(kinds) + 1) * kinds).sum() / kinds.sum()


@exercise.misconception(
    "sums rectangles under the curve from their right ends only, and counts every tie as lost or won by its place",
    "How wide is the step where several of the others share one threshold?",
    "Which figure lies under a slanted piece of the curve: a rectangle?",
)
def rectangles(scores, positive):
    hits, alarms = rates(scores, positive, scores.unique().flip(0))  # the highest threshold first
    return (hits[1:] * alarms.diff()).sum()


@exercise.alternative
def pair_by_pair(scores, positive):
    won = 0.0
    p, n = compared(scores, positive)
    for a in p.flatten().tolist():
        for b in n.flatten().tolist():
            won += 1.0 if a > b else 0.5 if a == b else 0.0
    return won / (p.numel() * n.numel())


@exercise.alternative
def all_pairs_at_once(scores, positive):
    p, n = compared(scores, positive)
    return (torch.sign(p - n).double().mean() + 1) / 2


@exercise.alternative
def counted_in_single_precision(scores, positive):
    p, n = compared(scores, positive)
    return ((p > n).float().mean() + (p == n).float().mean() / 2).item()


@exercise.alternative
def by_mean_ranks(scores, positive):
    below = (scores[None] < scores[:, None]).sum(1)
    ranks = below + ((scores[None] == scores[:, None]).sum(1) + 1) / 2.0  # from 1, ties share their mean
    chosen = positive.bool()
    n1, n0 = int(chosen.sum()), int((~chosen).sum())
    return float((ranks[chosen].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))


@exercise.alternative
def trapezoids_between_thresholds(scores, positive):
    chosen = positive.bool()
    levels = scores.unique().flip(0)
    hits = torch.stack([(scores[chosen] >= t).double().mean() for t in levels])
    alarms = torch.stack([(scores[~chosen] >= t).double().mean() for t in levels])
    zero = torch.zeros(1).double()
    return torch.trapezoid(torch.cat([zero, hits]), torch.cat([zero, alarms]))


@exercise.alternative
def in_numpy(scores, positive):
    s, y = scores.numpy(), positive.numpy().astype(bool)
    order = np.sort(s[~y])
    return (np.searchsorted(order, s[y], "left") + np.searchsorted(order, s[y], "right")).mean() / 2 / len(order)
