"""Two LSTMs, one from each end."""

from autograder.spec import Case, Question


def weights(draw, inputs, hidden):
    n = 4 * hidden
    return [draw.normal(n, inputs), draw.normal(n, hidden), draw.normal(n), draw.normal(n)]


def case(draw, batch, time, inputs, hidden, note=""):
    return Case(
        (draw.normal(batch, time, inputs), weights(draw, inputs, hidden), weights(draw, inputs, hidden)), note=note
    )


question = Question(
    cases=lambda draw: [
        case(draw, 3, 5, 2, 4),
        case(draw, 4, 4, 4, 4, "all sizes equal"),
        case(draw, 1, 6, 2, 3, "a batch of one"),
        case(draw, 2, 1, 3, 2, "one step"),
        case(draw, 2, 3, 2, 1, "one unit"),
    ],
    returns=("out", "h"),
    gradients=True,
    forbids=["recurrent"],
    uses=("lstm_forward",),
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from gradschool.recurrent import lstm

exercise = Exercise(question, lstm.bidirectional, points=4)


def turned(x):
    return x.flip(1)


def side_by_side(a, b):
    return torch.cat([a, b], -1)


def read(x, parameters):
    zeros = x.new_zeros(len(x), parameters[1].shape[1])
    return lstm.lstm_forward(x, zeros, zeros, *parameters)[:2]


def both(x, forward, backward, *, there=turned, back=turned, joined=side_by_side):
    """The right way, with what students get wrong as settings."""
    (a, ha), (b, hb) = read(x, forward), read(there(x), backward)
    return joined(a, back(b)), joined(ha, hb)


wrong = exercise.variants(both)
wrong(
    "leaves the backward states in the order in which they were read",
    "At the first step stand two states side by side. Which inputs should each of them have seen?",
    "The backward reading turned time round. What turns its states back?",
    back=lambda b: b,
)
wrong(
    "never turns the sequence round: both read from the front",
    "Which input does your second LSTM see first?",
    there=lambda x: x,
    back=lambda b: b,
)
wrong(
    "adds the two readings up, where they belong side by side",
    "How many numbers should stand at each step, for 4 units in each direction?",
    joined=torch.add,
)
wrong(
    "puts the backward reading first",
    "Which of the two does the task name first?",
    joined=lambda a, b: side_by_side(b, a),
)


@exercise.misconception(
    "takes the backward reading's last state at the last step, where it has seen a single input",
    "Where does the backward reading end: at step T or at step 1?",
    "How many inputs has `out[:, -1]` seen, in its second half?",
)
def wrong_end(*args):
    out, _ = both(*args)
    return out, out[:, -1]


@exercise.misconception(
    "reads in both directions with the same weights",
    "How many lists of parameters do you get, and how many do you use?",
)
def shared_weights(x, forward, backward):
    return both(x, forward, forward)


@exercise.misconception(
    "lets the backward reading read the forward states, not the inputs",
    "Do the two readings stand side by side, or one on top of the other?",
)
def on_top(x, forward, backward):
    def states(x):  # as wide as the inputs, so that the weights fit
        a, width = read(x, forward)[0], x.shape[2]
        return turned(torch.nn.functional.pad(a, (0, width - a.shape[2])))

    return both(x, forward, backward, there=states)


@exercise.alternative
def from_the_ends(x, forward, backward):
    (a, _), (b, _) = read(x, forward), read(torch.flip(x, dims=[1]), backward)
    b = torch.flip(b, dims=[1])
    return torch.cat([a, b], dim=-1), torch.cat([a[:, -1], b[:, 0]], dim=-1)


@exercise.alternative
def cell_by_cell(x, forward, backward):
    def walk(steps, p):
        h = c = x.new_zeros(len(x), p[1].shape[1])
        found = {}
        for t in steps:
            h, c = lstm.lstm_cell(x[:, t], h, c, *p)
            found[t] = h
        return torch.stack([found[t] for t in range(x.shape[1])], 1), h

    a, ha = walk(range(x.shape[1]), forward)
    b, hb = walk(reversed(range(x.shape[1])), backward)
    return torch.cat((a, b), 2), torch.cat((ha, hb), 1)


@exercise.alternative
def by_index(x, forward, backward):
    downwards = torch.arange(x.shape[1] - 1, -1, -1)
    (a, ha), (b, hb) = read(x, forward), read(x[:, downwards.tolist()], backward)
    return torch.stack([torch.cat([a[:, t], b[:, -1 - t]], 1) for t in range(x.shape[1])], 1), torch.hstack([ha, hb])
