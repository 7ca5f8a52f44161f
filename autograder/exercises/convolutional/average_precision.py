"""Area under the precision-recall curve, made falling."""

import torch

from autograder.spec import Case, Question


def ranked(*hits, n_truth, draw):
    """Scores that fall along `hits`, in a random order."""
    n = len(hits)
    scores = torch.linspace(0.95, 0.05, n).double() + 0.2 / n * draw.uniform(0, 1, n)
    order = draw.permutation(n)
    return scores[order], torch.tensor(hits)[order], n_truth


def random_case(draw, n, share, missed):
    hit = draw.uniform(0, 1, n) < share
    hit[0] = True
    return (draw.permutation(n) + draw.uniform(0.1, 0.9, n)) / n, hit, int(hit.sum()) + missed


question = Question(
    cases=lambda draw: [
        random_case(draw, 12, 0.6, 2),
        random_case(draw, 40, 0.4, 7),
        Case(ranked(True, False, True, True, False, True, n_truth=6, draw=draw), note="two objects never found"),
        Case(ranked(False, False, True, True, True, n_truth=3, draw=draw), note="the best two detections are wrong"),
        Case(ranked(True, True, True, n_truth=3, draw=draw), note="everything right"),
        Case(ranked(False, False, n_truth=4, draw=draw), note="nothing right"),
        Case(ranked(True, n_truth=5, draw=draw), note="a single detection"),
        Case(ranked(False, n_truth=1, draw=draw), note="a single detection, which is wrong"),
        Case(ranked(False, False, False, True, n_truth=1, draw=draw), note="one object, found last"),
        Case((torch.zeros(0).double(), torch.zeros(0, dtype=torch.bool), 3), note="no detections"),
    ],
    forbids=["precision_recall"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.boxes import LOWEST_SCORE_FIRST, UNSORTED
from autograder.spec.mistakes.common import ZERO_BY_ZERO, same
from gradschool.convolutional import detection_metrics

exercise = Exercise(
    question,
    detection_metrics.average_precision,
    points=5,
    noise=1e-6,  # some add an epsilon to what they divide by
)


def curve(scores, hit, n_truth):
    found = hit[scores.argsort(descending=True)].to(scores).cumsum(0)
    return found / torch.arange(1, len(found) + 1, device=scores.device), found / n_truth


def falling(precision):
    return precision.flip(0).cummax(0).values.flip(0) if len(precision) else precision


def area(precision, recall):
    return (precision * torch.diff(recall, prepend=recall.new_zeros(1))).sum()


def eleven_points(precision, recall):
    levels = torch.arange(11) / 10
    best = [
        precision[recall >= r - 1e-9].amax() if (recall >= r - 1e-9).any() else recall.new_zeros(()) for r in levels
    ]
    return torch.stack(best).mean()


def slanting(precision, recall):
    if len(precision) == 0:
        return precision.sum()
    return torch.trapezoid(torch.cat([precision[:1], precision]), torch.cat([recall.new_zeros(1), recall]))


def right(
    scores, hit, n_truth, *, order=same, envelope=falling, objects=lambda hit, n_truth: n_truth, measured=area
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    precision, recall = curve(order(scores), hit, objects(hit, n_truth))
    return measured(envelope(precision), recall)


wrong = exercise.variants(right)
wrong(
    "does not make the curve fall",
    "At a recall of ½ the precision is .5, later at a recall of .8 it is .7. Which precision counts at ½?",
    envelope=same,
)
wrong(
    "takes the best precision so far, not the best one from here on",
    "Which way must you go along the curve, so that it can only rise on the way?",
    "What does your result become when the best detection of all is a hit?",
    envelope=lambda precision: precision.cummax(0).values if len(precision) else precision,
)
wrong(UNSORTED, order=lambda scores: -torch.arange(len(scores)).to(scores))
wrong(LOWEST_SCORE_FIRST, order=torch.neg)
wrong(
    "measures recall by the objects that were found, not by all that there are",
    "One detection, and it is right; five objects. Is an average precision of 1 fair?",
    objects=lambda hit, n_truth: max(int(hit.sum()), 1),
)
wrong(
    "averages at eleven recalls, as was usual before 2010",
    "At how many points does the task want the curve to be read?",
    envelope=same,
    measured=eleven_points,
)
wrong(
    "joins the points of the unchanged curve by slanting lines",
    "Between two recalls there is no detector. Which precision does the task want there?",
    envelope=same,
    measured=slanting,
)
wrong(
    "averages the precision over all detections, hits or not",
    "Add a hundred wrong detections with tiny scores. Should the result change?",
    measured=lambda precision, recall: precision.mean() if len(precision) else precision.sum(),
)
wrong(
    ZERO_BY_ZERO.told(where="nothing was detected").hinted(
        "No detections: which share of the objects is found? What is the area below the curve?"
    ),
    measured=lambda precision, recall: area(precision, recall) * (len(recall) / recall.new_tensor(float(len(recall)))),
)


@exercise.alternative
def from_the_end(scores, hit, n_truth):
    best, total, found = scores.new_zeros(()), scores.new_zeros(()), hit.sum().to(scores)
    order = torch.argsort(scores, descending=True)
    for place in range(len(order) - 1, -1, -1):
        best = torch.maximum(best, found / (place + 1))
        if hit[order[place]]:
            total = total + best / n_truth
            found = found - 1
    return total


@exercise.alternative
def at_the_hits_alone(scores, hit, n_truth):
    places = torch.nonzero(hit[scores.sort(descending=True).indices]).flatten() + 1
    if len(places) == 0:
        return scores.new_zeros(())
    precision = torch.arange(1, len(places) + 1).to(scores) / places
    return torch.stack([precision[i:].max() for i in range(len(places))]).sum() / n_truth


@exercise.alternative
def recall_by_recall(scores, hit, n_truth):
    precision, recall = curve(scores, hit, n_truth)
    levels = torch.arange(1, n_truth + 1, device=scores.device).to(scores) / n_truth
    reached = recall[None, :] >= levels[:, None] - 0.5 / n_truth
    padded = torch.cat([torch.where(reached, precision, 0), scores.new_zeros(n_truth, 1)], dim=1)
    return padded.amax(dim=1).mean()


@exercise.alternative
def with_sentinels(scores, hit, n_truth):
    precision, recall = curve(scores, hit, n_truth)
    recall = torch.cat([recall.new_zeros(1), recall, recall.new_ones(1)])
    precision = torch.cat([precision.new_zeros(1), precision, precision.new_zeros(1)])
    for i in range(len(precision) - 2, -1, -1):
        precision[i] = torch.maximum(precision[i], precision[i + 1])
    moved = torch.nonzero(recall[1:] != recall[:-1]).flatten()
    return ((recall[moved + 1] - recall[moved]) * precision[moved + 1]).sum()
