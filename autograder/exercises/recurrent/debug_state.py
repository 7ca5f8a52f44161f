"""A network that reads unrelated sequences as if they were one: its state is never put back to zero."""

from autograder.spec import Case, Question
from autograder.spec.probes import mended


def network(draw, inputs, hidden):
    """Parameters under the names of the notebook's script."""
    return {
        "Wih": draw.normal(hidden, inputs),
        "Whh": draw.normal(hidden, hidden) / hidden**0.5,
        "bih": draw.normal(hidden),
        "bhh": draw.normal(hidden),
        "readout": draw.normal(hidden),
        "bias": draw.normal(1),
    }


def case(draw, sizes, times, inputs, hidden, note):
    batches = [draw.normal(n, t, inputs) for n, t in zip(sizes, times, strict=True)]
    return Case((batches, network(draw, inputs, hidden)), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, (4, 4, 4), (5, 3, 6), 2, 3, "three batches of one size"),
        case(draw, (3, 1, 2), (4, 4, 4), 2, 4, "batches of different sizes"),
        case(draw, (2, 2), (1, 3), 3, 2, "a batch of single steps"),
        case(draw, (3,), (5,), 2, 3, "one batch"),
    ],
    returns=("scores",),
    probe=mended().but(dtypes=("float64",), device=False),
    gives="`(letter, function)`; the function returns a list of tensors",
    uses=("rnn_forward",),
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from gradschool.recurrent.rnn import rnn_cell, rnn_forward


def weights(net):
    return net["Wih"], net["Whh"], net["bih"], net["bhh"]


def fresh(batches, net):
    scores = []
    for x in batches:
        _, h = rnn_forward(x, x.new_zeros(len(x), len(net["Whh"])), *weights(net))
        scores.append(h @ net["readout"] + net["bias"])
    return scores


def reference():
    return "B", fresh


exercise = Exercise(question, reference, points=4, shares={"fault": 6})


def carried(batches, net, *, between=lambda h: h.detach()):
    h, scores = None, []
    for x in batches:
        if h is None:
            h = x.new_zeros(len(x), len(net["Whh"]))
        _, h = rnn_forward(x, between(h), *weights(net))
        scores.append(h @ net["readout"] + net["bias"])
    return scores


def one_by_one(batches, net):
    """Every sequence alone, one after the other, the state going on from row to row."""
    scores = []
    for x in batches:
        h, found = x.new_zeros(1, len(net["Whh"])), []
        for row in x.split(1):
            _, h = rnn_forward(row, h, *weights(net))
            found.append(h @ net["readout"] + net["bias"])
        scores.append(torch.cat(found))
    return scores


def no_memory(batches, net):
    scores = []
    for x in batches:
        for t in range(x.shape[1]):
            h = rnn_cell(x[:, t], x.new_zeros(len(x), len(net["Whh"])), *weights(net))
        scores.append(h @ net["readout"] + net["bias"])
    return scores


def padded_start(batches, net):
    scores = []
    for x in batches:
        _, h = rnn_forward(x, x.new_ones(len(x), len(net["Whh"])), *weights(net))
        scores.append(h @ net["readout"] + net["bias"])
    return scores


exercise.blames(
    fresh,
    {
        "A": (
            "the learning rate",
            "Does the loss jump, creep, or come to rest too high? Which of these does a wrong rate do?",
            "Ask the trained network twice about the same sequences. No rate explains what you see.",
        ),
        "C": (
            "vanishing gradients",
            "How many steps has the longest of these sequences? How far did gradients get in this notebook?",
            "Ask the trained network twice about the same sequences. Should a gradient matter, when nothing is trained?",
        ),
        "D": (
            "the network's size",
            "How many bits must a state hold, to know whether there was a mark?",
            "Ask the trained network twice about the same sequences. Does the answer depend on its size?",
        ),
        "E": (
            "the labels",
            "Look at a sequence and at its label. Do they belong together?",
            "Ask the trained network twice about the same sequences. No label plays a part in that.",
        ),
    },
)


@exercise.misconception(
    "leaves the fault in: each batch still starts where the one before has ended",
    "What is in your state when the second batch begins?",
    "Reverse the order of the batches. Do the scores change?",
)
def still_carried():
    return "B", carried


@exercise.misconception(
    "puts the state back to zero at every step, not at the beginning of each sequence",
    "What does your network still know of the first input when it is asked after the last?",
)
def forgets_everything():
    return "B", no_memory


@exercise.misconception(
    "lets the state go on from one sequence of a batch to the next",
    "Are the rows of a batch one long sequence? Swap two of them: do the scores of the others change?",
)
def from_row_to_row():
    return "B", one_by_one


@exercise.misconception(
    "starts every sequence alike, but not from zeros", "From which state does the task say that a sequence starts?"
)
def another_start():
    return "B", padded_start


@exercise.alternative
def zeros_each_time():
    return "B", fresh


@exercise.alternative
def step_by_step():
    def scores(batches, net):
        found = []
        for x in batches:
            h = torch.zeros(x.shape[0], net["Whh"].shape[0]).double()
            for t in range(x.shape[1]):
                h = torch.tanh(x[:, t] @ net["Wih"].T + net["bih"] + h @ net["Whh"].T + net["bhh"])
            found.append((h * net["readout"]).sum(1) + net["bias"])
        return found

    return "b", scores


@exercise.alternative
def sequence_by_sequence():
    def alone(row, net):
        _, h = rnn_forward(row, 0 * row[:, 0] @ net["Wih"].T, *weights(net))
        return h @ net["readout"] + net["bias"]

    def scores(batches, net):
        return [torch.cat([alone(row, net) for row in x.split(1)]) for x in batches]

    return "B: the state of an unrelated sequence", scores
