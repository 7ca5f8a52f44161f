"""A network that is evaluated as it is trained: units still drop out, batches still normalise themselves."""

from autograder.spec import Case, Question
from autograder.spec.probes import mended


def network(draw, inputs, hidden, classes):
    """Parameters and running statistics under the names of the notebook's script."""
    return {
        "W1": draw.normal(hidden, inputs),
        "b1": draw.normal(hidden),
        "gamma": draw.normal(hidden),
        "beta": draw.normal(hidden),
        "mean": draw.normal(hidden),
        "var": draw.uniform(0.5, 2, hidden),
        "W2": draw.normal(classes, hidden),
        "b2": draw.normal(classes),
    }


def case(draw, batch, inputs, hidden, classes, note=""):
    return Case((draw.normal(batch, inputs), network(draw, inputs, hidden, classes)), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 16, 6, 20, 3),
        case(draw, 5, 3, 12, 4, "a small batch"),
        case(draw, 1, 4, 10, 2, "a single sample"),
    ],
    returns=("scores",),
    probe=mended(),
    gives="the letter and the mended function, in this order",
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F

from autograder.spec import Exercise


def evaluated(x, net):
    h = F.linear(x, net["W1"], net["b1"])
    h = F.batch_norm(h, net["mean"], net["var"], net["gamma"], net["beta"], training=False)
    return F.linear(F.relu(h), net["W2"], net["b2"])


def reference():
    return "D", evaluated


exercise = Exercise(question, reference, points=4, shares={"fault": 7})


def keeps_its_batch_statistics(x, net):
    h = F.linear(x, net["W1"], net["b1"])
    if len(h) > 1:
        h = F.batch_norm(h, net["mean"].clone(), net["var"].clone(), net["gamma"], net["beta"], training=True)
    return F.linear(F.relu(h), net["W2"], net["b2"])


def keeps_its_dropout(x, net):
    h = F.linear(x, net["W1"], net["b1"])
    h = F.batch_norm(h, net["mean"], net["var"], net["gamma"], net["beta"], training=False)
    h = F.dropout(F.relu(h), p=0.5)
    return F.linear(h, net["W2"], net["b2"])


def scaled_once_more(x, net):
    h = F.linear(x, net["W1"], net["b1"])
    h = F.batch_norm(h, net["mean"], net["var"], net["gamma"], net["beta"], training=False)
    return F.linear(F.relu(h) * 0.5, net["W2"], net["b2"])


def drops_normalisation(x, net):
    h = F.linear(x, net["W1"], net["b1"])
    return F.linear(F.relu(h), net["W2"], net["b2"])


exercise.blames(
    evaluated,
    {
        "A": ("the learning rate", "Training loss falls as it should. Which number in the script's output is strange?"),
        "B": (
            "a test set that is harder than the training set",
            "The two sets are drawn from the same digits. Evaluate the training set in the same way: what do you get?",
        ),
        "C": ("overfitting", "An overfitted network says the same of an image each time it is asked. Does this one?"),
        "E": ("the network's size", "What does the training loss say: can this network learn the digits?"),
    },
)


@exercise.misconception(
    "still normalises with the statistics of the batch it is asked about",
    "Ask for one image alone, then for the same image among others. Are the scores the same?",
    "Two layers of this network work in one way in training, in another in evaluation. Which is the other one?",
)
def normalisation_forgotten():
    return "D", keeps_its_batch_statistics


@exercise.misconception(
    "still drops half of the units",
    "Ask for the same image twice. Are the scores the same?",
    "Read what `torch.nn.functional.dropout` does when nobody says in which mode it is.",
)
def dropout_forgotten():
    return "D", keeps_its_dropout


@exercise.misconception(
    "halves the activations in evaluation, though the kept ones were doubled in training already",
    "F.dropout is the inverted kind. By what does it multiply what it keeps?",
)
def scaled_twice():
    return "D", scaled_once_more


@exercise.misconception(
    "takes the normalisation out altogether",
    "What has the second layer seen in training: normalised sums or raw ones?",
)
def without_normalisation():
    return "D", drops_normalisation


@exercise.alternative
def told_the_mode():
    def scores(x, net, train=False):
        h = F.linear(x, net["W1"], net["b1"])
        h = F.batch_norm(h, net["mean"], net["var"], net["gamma"], net["beta"], training=train)
        h = F.dropout(torch.relu(h), p=0.5, training=train)
        return F.linear(h, net["W2"], net["b2"])

    return "D", scores


@exercise.alternative
def by_the_formula():
    def scores(x, net):
        h = x @ net["W1"].T + net["b1"]
        h = (h - net["mean"]) / torch.sqrt(net["var"] + 1e-5) * net["gamma"] + net["beta"]
        return torch.relu(h) @ net["W2"].T + net["b2"]

    return "d", scores


@exercise.alternative
def sample_by_sample():
    def scores(x, net):
        rows = []
        for row in x:
            h = net["W1"] @ row + net["b1"]
            h = net["gamma"] * (h - net["mean"]) * (net["var"] + 1e-5).rsqrt() + net["beta"]
            rows.append(net["W2"] @ h.clamp(min=0) + net["b2"])
        return torch.stack(rows)

    return "D) it is evaluated in training mode", scores
