"""An LSTM over whole sequences."""

from autograder.spec import Case, Question
from autograder.spec.probes import packed


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
    probe=packed("(out, h, c)", 0, 0, 0),
    gives="`(out, h, c)`: three tensors",
    gradients=True,
    forbids=["recurrent"],
    uses=("lstm_cell",),
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes import made_in
from autograder.spec.mistakes import recurrent_cells as rc
from gradschool.recurrent import lstm

exercise = Exercise(question, lstm.lstm_forward, points=4, shares={"packed as (out, h, c)": 0.5})

run = rc.walk(lstm.lstm_cell, 2)


wrong = exercise.variants(run)
wrong(rc.STATE_NOT_CARRIED.told(what="cell", step="step"), carried=lambda new, first: (new[0], first[1]))
wrong(rc.STATE_NOT_CARRIED.told(what="state", step="step"), carried=lambda new, first: (first[0], new[1]))
wrong("puts the cells out, not the states", "Which of the two does the next layer read?", seen=lambda state: state[1])
wrong(
    "takes the cell of the next step for its state",
    "`h, c = lstm_cell(…)`: in which order do the two come back, and in which do you pass them on?",
    carried=lambda new, first: new[::-1],
)


@exercise.misconception(
    "returns (out, (h, c)), as `nn.LSTM` does, where three things are asked",
    "What does `out, h, c = lstm_forward(…)` do with your result?",
)
def packed_as_torch_does(*args):
    out, *state = run(*args)
    return out, tuple(state)


exercise.mistakes(made_in(run, rc.STARTS_FROM_ZEROS, rc.TIME_FIRST, rc.GRADIENT_CUT, rc.READS_FROM_THE_END))


@exercise.alternative
def projection_first(x, h0, c0, Wih, Whh, bih, bhh):
    z, h, c, out = x @ Wih.T + bih + bhh, h0, c0, []
    for step in z.unbind(1):
        i, f, g, o = (step + h @ Whh.T).chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        out.append(h)
    return torch.stack(out, 1), h, c


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
