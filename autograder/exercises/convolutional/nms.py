"""Non-maximum suppression: of boxes that say the same, the best one stays."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import function


def crowd(draw, objects, copies):
    """Several boxes around each of some objects, in a random order, scores all different."""
    corner = 6 * draw.uniform(0, 3, objects, 1, 2)
    size = draw.uniform(4, 8, objects, 1, 2)
    corner, size = corner + draw.normal(objects, copies, 2), size + 0.7 * draw.normal(objects, copies, 2)
    found = torch.cat([corner, corner + size.clamp(min=1)], dim=2).reshape(-1, 4)
    n = len(found)
    return found, (draw.permutation(n) + draw.uniform(0.1, 0.9, n)) / n


def chain(draw):
    """Each overlaps its neighbour: the best drops the second, which must not drop the third."""
    shift = torch.tensor([0.0, 4.0, 8.0, 12.0, 16.0]).double()
    found = torch.stack([shift, 0 * shift, shift + 10, 0 * shift + 10], dim=1) + draw.uniform(0, 5)
    return found, torch.tensor([0.9, 0.8, 0.7, 0.6, 0.5]).double(), 0.4


def on_the_line(draw):
    """Two boxes whose IoU is one half to the last bit; and one far off, which is the best."""
    found = torch.tensor([[0.0, 0, 8, 4], [0.0, 0, 4, 4], [32.0, 32, 40, 40]]).double()
    return found, torch.tensor([0.6, 0.5, 0.9]).double(), 0.5


def negative(draw):
    """Scores may be logits."""
    found, scores = crowd(draw, 3, 3)
    return found, scores - 5, 0.4


def touching(draw):
    """Neighbours with a common edge share nothing: an IoU of 0 is not greater than 0."""
    found = torch.tensor([[0.0, 0, 4, 4], [4.0, 0, 8, 4], [0.0, 4, 4, 8], [1.0, 1, 3, 3]]).double() - 2
    return found, draw.permutation(4) / 4 + 0.1, 0.0


def apart(draw, n):
    corner = 10 * torch.arange(n).double()[:, None] + draw.uniform(0, 3, n, 2)
    return torch.cat([corner, corner + draw.uniform(1, 5, n, 2)], dim=1), draw.permutation(n) / n + 0.05, 0.5


question = Question(
    cases=lambda draw: [
        (*crowd(draw, 3, 4), 0.5),
        (*crowd(draw, 4, 5), 0.3),
        Case(chain(draw), note="a chain of neighbours"),
        Case(on_the_line(draw), note="an IoU of exactly thr"),
        Case(apart(draw, 4), note="all of them apart"),
        Case(negative(draw), note="scores below 0"),
        Case(touching(draw), note="boxes that share an edge, thr 0"),
        Case((*crowd(draw, 1, 6), 0.05), note="all on one object"),
        Case((torch.zeros(0, 4).double(), torch.zeros(0).double(), 0.5), note="no boxes at all"),
        Case((*crowd(draw, 1, 1), 0.5), note="a single box"),
    ],
    probe=function.but(device=False),
    forbids=["box_operations"],
    uses=["iou"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.boxes import LOWEST_SCORE_FIRST, UNSORTED, overlap
from autograder.spec.mistakes.common import same
from gradschool.convolutional import boxes

exercise = Exercise(
    question,
    boxes.nms,
    points=5,
)


def greedy(
    found, scores, thr, *, drops=torch.gt, ordered=lambda scores: scores.argsort(descending=True), result=same
):  # fmt: skip
    """The right way, with what students get wrong as settings: keep the first in order, drop what overlaps, and so on."""
    order, table, kept = ordered(scores), drops(overlap(found, found), thr), []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(int(best))
        order = order[~table[best, order]]
    return result(torch.tensor(kept, dtype=torch.long))


wrong = exercise.variants(greedy)
wrong(
    "drops a box whose IoU is exactly `thr`",
    "The task says which boxes are dropped. What about equality?",
    drops=torch.ge,
)
wrong(
    "keeps what overlaps, and drops what lies apart",
    "Two boxes that are far apart: can they show the same object?",
    drops=torch.le,
)
wrong(LOWEST_SCORE_FIRST, ordered=torch.argsort)
wrong(UNSORTED, ordered=lambda scores: torch.arange(len(scores)))
wrong(
    "returns the kept boxes in their original order, not by score",
    "Which box should come first in the result?",
    result=lambda kept: kept.sort().values,
)


@exercise.misconception(
    "lets boxes that were dropped drop others",
    "A overlaps B, and B overlaps C, but A and C are far apart. Which are kept?",
    "Before a box drops others: what must you know of it?",
)
def dropped_ones_drop(found, scores, thr):
    order = scores.argsort(descending=True)
    table = (overlap(found[order], found[order]) > thr).triu(1)
    return order[~table.any(0)]


@exercise.misconception(
    "compares with the best box of all, and with no other",
    "Two objects, three boxes on each. How many does yours keep?",
)
def best_only(found, scores, thr):
    order = scores.argsort(descending=True)
    keep = ~(overlap(found[order[:1]], found[order]) > thr).any(0)
    keep[:1] = True
    return order[keep]


@exercise.misconception(
    "compares neighbours in the order of scores, and no others",
    "The best and the third best lie on the same object, the second elsewhere. What does yours keep?",
)
def neighbours_only(found, scores, thr):
    kept = []
    for i in scores.argsort(descending=True).tolist():
        if not kept or not bool(overlap(found[i : i + 1], found[kept[-1] : kept[-1] + 1]) > thr):
            kept.append(i)
    return torch.tensor(kept, dtype=torch.long)


@exercise.misconception(
    "returns places in the sorted list, not in the given one",
    "After sorting, box 0 is the best one. Which number did it have before?",
)
def places_in_the_order(found, scores, thr):
    order = scores.argsort(descending=True)
    return greedy(found[order], scores[order], thr).sort().values


@exercise.misconception(
    "returns True and False for each box, where indices are asked for",
    "What type and how many numbers should the result have?",
)
def as_a_mask(found, scores, thr):
    return torch.isin(torch.arange(len(found)), greedy(found, scores, thr))


@exercise.alternative
def list_of_survivors(found, scores, thr):
    left = sorted(range(len(scores)), key=lambda i: -float(scores[i]))
    kept = []
    while left:
        best = left.pop(0)
        kept.append(best)
        left = [i for i in left if float(overlap(found[best : best + 1], found[i : i + 1])) <= thr]
    return torch.tensor(kept, dtype=torch.long)


@exercise.alternative
def against_all_that_are_kept(found, scores, thr):
    kept = found.new_zeros(0).long()
    for i in torch.argsort(-scores):
        if not (overlap(found[i][None], found[kept]) > thr).any():
            kept = torch.cat([kept, i[None]])
    return kept


@exercise.alternative
def one_round_at_a_time(found, scores, thr):
    alive, kept = torch.ones(len(found), dtype=torch.bool), []
    table = overlap(found, found)
    while alive.any():
        best = int(torch.where(alive, scores, -torch.inf).argmax())
        kept.append(best)
        alive &= ~(table[best] > thr)
        alive[best] = False
    return torch.tensor(kept).long()


@exercise.alternative
def until_nothing_changes(found, scores, thr):
    """A box is kept if no kept box before it overlaps it: a fixed point, reached from the top."""
    order = scores.argsort(descending=True)
    table = (overlap(found[order], found[order]) > thr).triu(1)
    keep = torch.ones(len(order), dtype=torch.bool)
    for _ in range(len(order)):
        keep = ~(table & keep[:, None]).any(0)
    return order[keep]
