"""Reconstruction error of each sample, whatever mode the network comes in, and whatever its neighbours in the batch."""

import torch
from torch import Tensor, nn

from autograder.spec import Case, Question
from autograder.spec.errors import Unusable
from autograder.spec.probes import probe
from gradschool.training import seeded

HIDDEN = 6


class Small(nn.Module):
    """An autoencoder with the two layers that work in one way in training and in another in evaluation."""

    def __init__(self, shape):
        super().__init__()
        pixels = int(torch.tensor(shape).prod())
        self.down, self.norm, self.drop = nn.Linear(pixels, HIDDEN), nn.BatchNorm1d(HIDDEN), nn.Dropout(0.5)
        self.up = nn.Linear(HIDDEN, pixels)

    def forward(self, x):
        return self.up(self.drop(torch.relu(self.norm(self.down(x.flatten(1)))))).reshape(x.shape)


def case(draw, batch, shape, training, note):
    with seeded(draw.integer(0, 10**6)):
        net = Small(shape).double()
    state = dict(net.state_dict())
    state["norm.running_mean"], state["norm.running_var"] = draw.normal(HIDDEN), draw.uniform(0.5, 2, HIDDEN)
    x = draw.uniform(0.2, 2, batch, *[1] * len(shape)) * draw.normal(batch, *shape)
    return Case((state, training, x), note=note)


@probe(device=False)
def observed(answer, args, returns, gradients):
    """The scores, and what the call has left behind: the network's mode and state, a graph."""
    state, training, x = args
    net = Small(x.shape[1:]).to(x.dtype)
    net.load_state_dict(state)
    net.train(training)
    scores = answer(net, x)
    if not isinstance(scores, Tensor):
        raise Unusable("no tensor", "Your answer should return a tensor with one score for each sample.")
    kept = torch.cat([t.detach().double().flatten() for t in net.state_dict().values()])
    mode = {"the network's mode afterwards": net.training, "the network's state afterwards": kept}
    return {returns[0]: scores, "hangs on a graph": scores.requires_grad} | mode


question = Question(
    cases=lambda draw: [
        case(draw, 5, (8,), False, "a network in evaluation mode"),
        case(draw, 6, (7,), True, "a network in training mode"),
        case(draw, 4, (1, 3, 4), True, "images with a channel, in training mode"),
        case(draw, 1, (9,), False, "one sample"),
    ],
    returns=("scores",),
    probe=observed,
    forbids=["mse_loss"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes import reductions as kinds
from gradschool.autoencoders import anomalies

exercise = Exercise(
    question,
    anomalies.anomaly_scores,
    points=3,
    beside=["the network's state afterwards"],
    shares={"hangs on a graph": 1, "the network's mode afterwards": 1, "the network's state afterwards": 0.5},
)


def right(
    net, x, *, error=torch.square, reduced=lambda error: error.flatten(1).mean(dim=1), result=lambda scores: scores
):
    """The right way, with what students get wrong as settings."""
    training = net.training
    net.eval()
    with torch.no_grad():
        out = net(x)
    net.train(training)
    return result(reduced(error(out - x)))


wrong = exercise.variants(right)
wrong(kinds.ONE_FOR_ALL_SAMPLES, reduced=torch.mean)
wrong(kinds.OVER_ONE_AXIS, reduced=lambda error: error.mean(dim=1))
wrong(
    kinds.SUMS_FOR_MEAN.told(of="the errors of an image", example="twice as many pixels, each as wrong as before,"),
    reduced=lambda error: error.flatten(1).sum(dim=1),
)
wrong("takes the absolute error, not the squared one", "What is the formula of the task?", error=torch.abs)
wrong(kinds.ROOT_TOO_MANY.told(what="the mean square"), result=torch.sqrt)
wrong(
    "scales the scores by the batch, so that a sample's score depends on its neighbours",
    "Ask for one sample alone. Which score does it get?",
    "How should a threshold be chosen, if the largest score of every batch is 1?",
    result=lambda scores: scores / scores.max(),
)
wrong(kinds.UPSIDE_DOWN.told(best="worst reconstruction"), result=torch.neg)


def scored(net, x):
    return (net(x) - x).square().flatten(1).mean(dim=1)


@exercise.misconception(
    "asks the network in the mode in which it comes",
    "Ask for one sample alone, then for the same among others. Is its score the same?",
    "Which layers work in another way in training?",
)
def mode_ignored(net, x):
    with torch.no_grad():
        return scored(net, x)


@exercise.misconception(
    "leaves the network in evaluation mode",
    "Someone calls your function in the middle of training. In which mode does the training go on?",
)
def left_in_evaluation(net, x):
    with torch.no_grad():
        return scored(net.eval(), x)


@exercise.misconception(
    "sets the network to training mode afterwards, whatever it was before",
    "In which mode was the network when it came? Where have you kept that?",
)
def left_in_training(net, x):
    scores = right(net, x)
    net.train()
    return scores


@exercise.misconception(
    "keeps a graph of the whole network behind the scores",
    "What does `scores.requires_grad` say? Who will ever call backward on a score?",
)
def graph_kept(net, x):
    training = net.training
    scores = scored(net.eval(), x)
    net.train(training)
    return scores


@exercise.alternative
@torch.no_grad()
def decorated(net, x):
    before = net.training
    error = (x - net.train(False)(x)) ** 2
    net.train(before)
    return error.reshape(len(x), -1).mean(-1)


@exercise.alternative
def detached(net, x):
    was_training = net.training
    net.eval()
    scores = ((net(x) - x) ** 2).mean(dim=tuple(range(1, x.ndim))).detach()
    if was_training:
        net.train()
    return scores


@exercise.alternative
def one_at_a_time(net, x):
    mode = net.training
    net.eval()
    with torch.inference_mode():
        scores = [torch.mean((net(one) - one) ** 2) for one in x.split(1)]
    net.train(mode)
    return torch.stack(scores).clone()
