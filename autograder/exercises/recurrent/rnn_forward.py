"""A plain recurrent network over whole sequences."""

from autograder.spec import Case, Question


def case(draw, batch, time, inputs, hidden, note=""):
    weights = draw.normal(hidden, inputs), draw.normal(hidden, hidden), draw.normal(hidden), draw.normal(hidden)
    return Case((draw.normal(batch, time, inputs), draw.normal(batch, hidden), *weights), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 3, 5, 2, 4),
        case(draw, 4, 4, 3, 4, "as many sequences as steps"),
        case(draw, 1, 6, 2, 3, "a batch of one"),
        case(draw, 2, 1, 3, 2, "one step"),
        case(draw, 2, 7, 1, 1, "one unit"),
    ],
    returns=("out", "h"),
    gradients=True,
    forbids=["recurrent"],
    uses=("rnn_cell",),
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes import made_in
from autograder.spec.mistakes import recurrent_cells as rc
from gradschool.recurrent import rnn

exercise = Exercise(question, rnn.rnn_forward, points=4)

states = rc.walk(rnn.rnn_cell, 1)
exercise.mistakes(made_in(states, rc.STARTS_FROM_ZEROS, rc.TIME_FIRST, rc.GRADIENT_CUT, rc.READS_FROM_THE_END))


@exercise.mistake(rc.STATE_NOT_CARRIED.told(what="state", step="step"))
def not_carried(*args):
    return states(*args, carried=lambda new, first: first)


@exercise.misconception(
    "puts out the state before each step, not the one after it",
    "Is `h0` among your states? Is the last one?",
)
def one_behind(x, h0, *weights):
    out, h = states(x, h0, *weights)
    return torch.cat([h0.unsqueeze(1), out[:, :-1]], dim=1), h


@exercise.misconception("returns the first state as the last", "Which index has the last step?")
def first_as_last(*args):
    out, _ = states(*args)
    return out, out[:, 0]


@exercise.misconception(
    "puts out the last state at every step", "Do your states differ from step to step? What did you append?"
)
def last_everywhere(*args):
    out, h = states(*args)
    return h.unsqueeze(1).expand_as(out).clone(), h


@exercise.alternative
def projection_first(x, h0, Wih, Whh, bih, bhh):
    z, h, out = x @ Wih.T + bih + bhh, h0, []
    for step in z.unbind(1):
        h = (step + h @ Whh.T).tanh()
        out.append(h)
    return torch.stack(out, 1), out[-1]


@exercise.alternative
def joined_at_the_end(x, h0, Wih, Whh, bih, bhh):
    out = [h0]
    for t in range(x.size(1)):
        out.append(torch.tanh(x[:, t, :] @ Wih.t() + bih + out[-1] @ Whh.t() + bhh))
    out = torch.cat([h.unsqueeze(1) for h in out[1:]], dim=1)
    return out, out[:, -1]


@exercise.alternative
def recursive(x, h0, Wih, Whh, bih, bhh):
    if x.shape[1] == 0:
        return x.new_zeros(x.shape[0], 0, h0.shape[1]), h0
    h = rnn.rnn_cell(x[:, 0], h0, Wih, Whh, bih, bhh)
    later, last = recursive(x[:, 1:], h, Wih, Whh, bih, bhh)
    return torch.cat([h.unsqueeze(1), later], dim=1), last


@exercise.alternative
def sequence_by_sequence(x, h0, Wih, Whh, bih, bhh):
    rows = []
    for sequence, h in zip(x, h0, strict=True):
        found = []
        for step in sequence:
            h = torch.tanh(Wih @ step + bih + Whh @ h + bhh)
            found.append(h)
        rows.append(torch.stack(found))
    return torch.stack(rows), torch.stack(rows)[:, -1]
