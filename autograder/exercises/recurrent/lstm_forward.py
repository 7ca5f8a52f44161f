"""An LSTM over whole sequences."""

from autograder.spec import Case, Question


def case(draw, batch, time, inputs, hidden, note=""):
    n = 4 * hidden
    weights = draw.normal(n, inputs), draw.normal(n, hidden), draw.normal(n), draw.normal(n)
    return Case(
        (draw.normal(batch, time, inputs), draw.normal(batch, hidden), draw.normal(batch, hidden), *weights), note=note
    )


question = Question(
    cases=lambda draw: [
        case(draw, 3, 5, 2, 4),
        case(draw, 4, 4, 3, 4, "as many sequences as steps"),
        case(draw, 1, 6, 2, 3, "a batch of one"),
        case(draw, 2, 1, 3, 2, "one step"),
        case(draw, 2, 7, 1, 1, "one unit"),
    ],
    returns=("out", "h", "c"),
    gradients=True,
    forbids=["recurrent"],
    uses=("lstm_cell",),
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from gradschool.recurrent import lstm

exercise = Exercise(
    question,
    lstm.lstm_forward,
    points=4,
)


def run(x, h, c, weights, *, carried=lambda h, c: (h, c), seen=lambda h, c: h):
    out = []
    for t in range(x.shape[1]):
        h, c = carried(h, c) if t else (h, c)
        h, c = lstm.lstm_cell(x[:, t], h, c, *weights)
        out.append(seen(h, c))
    return torch.stack(out, dim=1), h, c


@exercise.misconception(
    "starts from zeros, whatever `h0` and `c0` are", "What are the second and the third argument for?"
)
def from_zeros(x, h0, c0, *weights):
    return run(x, torch.zeros_like(h0), torch.zeros_like(c0), weights)


@exercise.misconception(
    "carries the state on and not the cell",
    "Two things go from each step to the next. Which of them is the long memory?",
)
def cell_not_carried(x, h0, c0, *weights):
    return run(x, h0, c0, weights, carried=lambda h, c: (h, c0))


@exercise.misconception(
    "carries the cell on and not the state", "Do the gates of your third step see what the second one put out?"
)
def state_not_carried(x, h0, c0, *weights):
    return run(x, h0, c0, weights, carried=lambda h, c: (h0, c))


@exercise.misconception("puts the cells out, not the states", "Which of the two does the next layer read?")
def cells_out(x, h0, c0, *weights):
    return run(x, h0, c0, weights, seen=lambda h, c: c)


@exercise.misconception("puts time first in what it returns", "Along which axis do you stack the states?")
def time_first(x, h0, c0, *weights):
    out, h, c = run(x, h0, c0, weights)
    return out.transpose(0, 1), h, c


@exercise.misconception(
    "cuts the gradient between the steps",
    "Which gradient reaches the first input from a loss on the last state?",
)
def steps_detached(x, h0, c0, *weights):
    return run(x, h0, c0, weights, carried=lambda h, c: (h.detach(), c.detach()))


@exercise.misconception(
    "takes the cell of the next step for its state",
    "`h, c = lstm_cell(…)`: in which order do the two come back, and in which do you pass them on?",
)
def swapped_on_the_way(x, h0, c0, *weights):
    return run(x, h0, c0, weights, carried=lambda h, c: (c, h))


@exercise.misconception("reads the sequence from its end", "Which input has your first state seen?")
def from_the_end(x, h0, c0, *weights):
    out, h, c = run(x.flip(1), h0, c0, weights)
    return out.flip(1), h, c


@exercise.alternative
def projection_first(x, h0, c0, Wih, Whh, bih, bhh):
    z, h, c, out = x @ Wih.T + bih + bhh, h0, c0, []
    for step in z.unbind(1):
        i, f, g, o = (step + h @ Whh.T).chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        out.append(h)
    return torch.stack(out, 1), (h, c)


@exercise.alternative
def joined(x, h0, c0, *weights):
    pairs = [(h0, c0)]
    for t in range(x.size(1)):
        pairs.append(lstm.lstm_cell(x[:, t], *pairs[-1], *weights))
    return torch.cat([h[:, None] for h, _ in pairs[1:]], 1), *pairs[-1]


@exercise.alternative
def sequence_by_sequence(x, h0, c0, *weights):
    found = []
    for n in range(len(x)):
        h, c, out = h0[n : n + 1], c0[n : n + 1], []
        for step in x[n]:
            h, c = lstm.lstm_cell(step.unsqueeze(0), h, c, *weights)
            out.append(h)
        found.append((torch.cat(out), h, c))
    outs, hs, cs = zip(*found, strict=True)
    return torch.stack(outs), torch.cat(hs), torch.cat(cs)
