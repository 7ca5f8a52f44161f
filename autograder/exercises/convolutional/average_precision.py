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
        Case((torch.zeros(0).double(), torch.zeros(0, dtype=torch.bool), 3), note="no detections"),
    ],
    forbids=["precision_recall"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.convolutional import detection_metrics

exercise = Exercise(
    question,
    detection_metrics.average_precision,
    points=5,
)


def curve(scores, hit, n_truth):
    found = hit[scores.argsort(descending=True)].to(scores).cumsum(0)
    return found / torch.arange(1, len(found) + 1, device=scores.device), found / n_truth


def falling(precision):
    return precision.flip(0).cummax(0).values.flip(0) if len(precision) else precision


def area(precision, recall):
    return (precision * torch.diff(recall, prepend=recall.new_zeros(1))).sum()


@exercise.misconception(
    "does not make the curve fall",
    "At a recall of ½ the precision is .5, later at a recall of .8 it is .7. Which precision counts at ½?",
)
def no_envelope(scores, hit, n_truth):
    return area(*curve(scores, hit, n_truth))


@exercise.misconception(
    "takes the best precision so far, not the best one from here on",
    "Which way must you go along the curve, so that it can only rise on the way?",
    "What does your result become when the best detection of all is a hit?",
)
def envelope_from_the_left(scores, hit, n_truth):
    precision, recall = curve(scores, hit, n_truth)
    return area(precision.cummax(0).values if len(precision) else precision, recall)


@exercise.misconception(
    "takes the detections in the order in which they come",
    "Which detections count when only the best three are shown? Does your answer know?",
)
def not_sorted(scores, hit, n_truth):
    found = hit.to(scores).cumsum(0)
    precision = found / torch.arange(1, len(found) + 1, device=scores.device)
    return area(falling(precision), found / n_truth)


@exercise.misconception(
    "begins with the lowest score",
    "Which detections count when only the best three are shown?",
    "Which way does `argsort` sort unless it is told?",
)
def worst_first(scores, hit, n_truth):
    precision, recall = curve(-scores, hit, n_truth)
    return area(falling(precision), recall)


@exercise.misconception(
    "measures recall by the objects that were found, not by all that there are",
    "One detection, and it is right; five objects. Is an average precision of 1 fair?",
)
def over_the_found(scores, hit, n_truth):
    return area(*(lambda p, r: (falling(p), r))(*curve(scores, hit, max(int(hit.sum()), 1))))


@exercise.misconception(
    "averages at eleven recalls, as was usual before 2010",
    "At how many points does the task want the curve to be read?",
)
def eleven_points(scores, hit, n_truth):
    precision, recall = curve(scores, hit, n_truth)
    best = [
        precision[recall >= r - 1e-9].amax() if (recall >= r - 1e-9).any() else recall.new_zeros(())
        for r in torch.arange(11) / 10
    ]
    return torch.stack(best).mean()


@exercise.misconception(
    "joins the points of the unchanged curve by slanting lines",
    "Between two recalls there is no detector. Which precision does the task want there?",
)
def trapezoid(scores, hit, n_truth):
    precision, recall = curve(scores, hit, n_truth)
    if len(precision) == 0:
        return precision.sum()
    precision, recall = torch.cat([precision[:1], precision]), torch.cat([recall.new_zeros(1), recall])
    return torch.trapezoid(precision, recall)


@exercise.misconception(
    "averages the precision over all detections, hits or not",
    "Add a hundred wrong detections with tiny scores. Should the result change?",
)
def mean_precision(scores, hit, n_truth):
    precision, _ = curve(scores, hit, n_truth)
    return falling(precision).mean() if len(precision) else precision.sum()


@exercise.misconception(
    "is not a number when nothing was detected",
    "No detections: which share of the objects is found? What is the area below the curve?",
)
def nothing_detected(scores, hit, n_truth):
    precision, recall = curve(scores, hit, n_truth)
    return area(falling(precision), recall) * (len(scores) / torch.as_tensor(float(len(scores))).to(scores))


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
