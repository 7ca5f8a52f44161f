"""Backpropagation through time by hand."""

import torch

from autograder.spec import Case, Question


def case(draw, batch, time, inputs, hidden, note=""):
    x, h0 = draw.normal(batch, time, inputs), draw.normal(batch, hidden)
    Wih, Whh = draw.normal(hidden, inputs), draw.normal(hidden, hidden) / hidden**0.5
    layer = torch.nn.RNN(inputs, hidden, batch_first=True).double()
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    layer.load_state_dict(dict(zip(names, (Wih, Whh, draw.normal(hidden), draw.normal(hidden)), strict=True)))
    with torch.no_grad():
        out, _ = layer(x, h0[None])
    return Case((draw.normal(batch, time, hidden), x, h0, out, Wih, Whh), note=note)


def only_the_last(draw):
    """A loss that looks at the last state alone: everything earlier comes through time."""
    dout, *rest = case(draw, 3, 5, 2, 3).args
    dout[:, :-1] = 0
    return Case((dout, *rest), note="a loss on the last state alone")


question = Question(
    cases=lambda draw: [
        case(draw, 3, 5, 2, 4),
        case(draw, 4, 4, 4, 4, "all sizes equal"),
        only_the_last(draw),
        case(draw, 1, 6, 2, 3, "a batch of one"),
        case(draw, 3, 1, 2, 4, "one step"),
        case(draw, 2, 3, 3, 1, "one unit"),
    ],
    returns=("dx", "dh0", "dWih", "dWhh", "db"),
    forbids=["autograd"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes import made_in
from autograder.spec.mistakes import recurrent_cells as rc
from gradschool.recurrent import rnn

exercise = Exercise(question, rnn.rnn_backward, points=8)


def back(
    dout, x, h0, out, Wih, Whh, *, slope=lambda h: 1 - h**2, weight=lambda Whh: Whh, start=lambda h0: h0, before=None,
    through=lambda d, later, slope: (d + later) * slope, order=reversed, used=slice(None),
):  # fmt: skip
    """The right derivation, with each place where it goes wrong left open."""
    before = torch.cat([start(h0).unsqueeze(1), out[:, :-1]], dim=1) if before is None else before
    dz, later = torch.zeros_like(out), torch.zeros_like(h0)
    for t in order(range(out.shape[1])):
        dz[:, t] = through(dout[:, t], later, slope(out[:, t]))
        later = dz[:, t] @ weight(Whh)
    each = dz[:, used]
    dWih, dWhh = torch.einsum("bth,bti->hi", each, x[:, used]), torch.einsum("bth,btk->hk", each, before[:, used])
    return dz @ Wih, later, dWih, dWhh, each.sum((0, 1))


wrong = exercise.variants(back)
wrong(
    "sends nothing back from a step to the one before it",
    "A state is used twice: by the loss at its own step, and by what else?",
    "Let dout be zero but at the last step. Which gradient reaches the first input?",
    through=lambda d, later, slope: d * slope,
)
wrong(
    "adds what comes from the later step behind the slope, not before it",
    "The gradient from above and the gradient from the later step meet at the same place. At which: the state or its net input?",
    through=lambda d, later, slope: d * slope + later,
)
wrong(rc.GRADIENTS_OF_ONE.told(part="step"), used=slice(0, 1))
wrong("runs through time forwards", "At which step is there nothing that comes from later?", order=iter)
exercise.mistakes(made_in(back, rc.WEIGHT_AS_FORWARD, rc.SLOPE_OF_THE_STATE, rc.NO_SLOPE, rc.STARTS_FROM_ZEROS))


@exercise.mistake(rc.STATE_AFTER_IN_WHH)
def state_after(dout, x, h0, out, *weights):
    return back(dout, x, h0, out, *weights, before=out)


@exercise.mistake(rc.AVERAGED_GRADIENTS.told(parts="steps"))
def averaged(dout, *rest):
    dx, dh0, *weights = back(dout, *rest)
    return dx, dh0, *(w / dout.shape[1] for w in weights)


@exercise.alternative
def step_by_step(dout, x, h0, out, Wih, Whh):
    dWih, dWhh, db = torch.zeros_like(Wih), torch.zeros_like(Whh), torch.zeros_like(Whh[0])
    dx, later = torch.zeros_like(x), torch.zeros_like(h0)
    for t in range(x.shape[1] - 1, -1, -1):
        before = out[:, t - 1] if t > 0 else h0
        dz = (dout[:, t] + later) * (1 - out[:, t] * out[:, t])
        dx[:, t] = dz @ Wih
        dWih += dz.T @ x[:, t]
        dWhh += dz.T @ before
        db += dz.sum(0)
        later = dz @ Whh
    return dx, later, dWih, dWhh, db


@exercise.alternative
def in_numpy(dout, x, h0, out, Wih, Whh):
    import numpy as np

    d, a, s, u, w = (v.numpy() for v in (dout, x, out, Wih, Whh))
    previous = np.concatenate([h0.numpy()[:, None], s[:, :-1]], axis=1)
    z, later = np.zeros_like(s), np.zeros_like(h0.numpy())
    for t in range(s.shape[1])[::-1]:
        z[:, t] = (d[:, t] + later) * (1 - s[:, t] ** 2)
        later = z[:, t] @ w
    flat = z.reshape(-1, z.shape[2])
    found = z @ u, later, flat.T @ a.reshape(len(flat), -1), flat.T @ previous.reshape(len(flat), -1), flat.sum(0)
    return tuple(torch.from_numpy(np.ascontiguousarray(f)) for f in found)


@exercise.alternative
def sample_by_sample(dout, x, h0, out, Wih, Whh):
    dx, dh0 = torch.empty_like(x), torch.empty_like(h0)
    dWih, dWhh, db = 0 * Wih, 0 * Whh, 0 * Whh[0]
    for b in range(len(x)):
        states = [h0[b], *out[b]]
        e = torch.zeros_like(h0[b])
        for t in reversed(range(len(x[b]))):
            e = (e + dout[b, t]) * (1 - states[t + 1] ** 2)
            dx[b, t] = Wih.T @ e
            dWih, dWhh, db = dWih + torch.outer(e, x[b, t]), dWhh + torch.outer(e, states[t]), db + e
            e = Whh.T @ e
        dh0[b] = e
    return dx, dh0, dWih, dWhh, db


@exercise.alternative
def as_a_list(dout, x, h0, out, Wih, Whh):
    steps, later = [], torch.zeros_like(h0)
    for d, h in zip(reversed(dout.unbind(1)), reversed(out.unbind(1)), strict=True):
        steps.insert(0, torch.addcmul(d + later, d + later, h * h, value=-1))
        later = steps[0].mm(Whh)
    dz = torch.stack(steps, 1)
    states = torch.cat([h0[:, None], out], 1)[:, :-1]
    return [
        dz.matmul(Wih),
        later,
        torch.tensordot(dz, x, ([0, 1], [0, 1])),
        torch.tensordot(dz, states, ([0, 1], [0, 1])),
        dz.flatten(0, 1).sum(0),
    ]
