"""Truncated backpropagation through time: the state goes on, the gradient is cut."""

from autograder.spec import Case, Question
from autograder.spec.probes import packed


def squared_error(states, targets):
    """The loss of one piece: a sum over everything."""
    return ((states - targets) ** 2).sum()


def case(draw, batch, time, inputs, hidden, k, note=""):
    x, y = draw.normal(batch, time, inputs), draw.normal(batch, time, hidden)
    weights = [draw.normal(hidden, inputs), draw.normal(hidden, hidden), draw.normal(hidden), draw.normal(hidden)]
    return Case((x, y, draw.normal(batch, hidden), weights, k, squared_error), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 3, 6, 2, 4, 2, "whole pieces"),
        case(draw, 2, 7, 3, 3, 3, "a shorter piece at the end"),
        case(draw, 1, 5, 2, 3, 1, "pieces of one step"),
        case(draw, 2, 4, 2, 2, 10, "one piece"),
        case(draw, 4, 8, 1, 1, 3, "one unit"),
    ],
    returns=("value", "h", "dWih", "dWhh", "dbih", "dbhh"),
    probe=packed("(value, h, grads)", 0, 0, 4).but(device=False),
    gives="`(value, h, grads)`: a number (or a tensor without axes), a tensor, and a list or a tuple of four tensors",
    uses=("rnn_forward",),
    detached=("value",),
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes import recurrent_cells as rc
from gradschool.recurrent import rnn

exercise = Exercise(question, rnn.truncated_bptt, points=6, shares={"packed as (value, h, grads)": 0.5})


def pieces(x, y, h0, weights, k, loss, *, carried=lambda h, h0: h.detach(), kept=slice(None), run=rnn.rnn_forward):
    """The right way, with what students get wrong as settings."""
    leaves = [w.detach().requires_grad_() for w in weights]
    value, h, parts = 0.0, h0, []
    for xs, ys in zip(x.split(k, 1), y.split(k, 1), strict=True):
        out, h = run(xs, carried(h, h0) if parts else h0, *leaves)
        parts.append(loss(out, ys))
        value = value + parts[-1].detach()
    return value, h.detach(), list(torch.autograd.grad(sum(parts[kept]), leaves))


wrong = exercise.variants(pieces)
wrong(
    "carries the gradient along with the state: this is backpropagation through all steps",
    "How far back does the gradient of the last step reach in your version? How far should it?",
    "What tells autograd that a tensor's history ends here?",
    carried=lambda h, h0: h,
)
wrong(
    "starts each piece from zeros: the state is cut as well as the gradient",
    "Does your second piece depend on the inputs of the first? Should its states?",
    "What is cut here: what the network remembers, or how far back it learns?",
    carried=lambda h, h0: torch.zeros_like(h0),
)
wrong(rc.STATE_NOT_CARRIED.told(what="state", step="piece"), carried=lambda h, h0: h0)
wrong(rc.GRADIENTS_OF_ONE.told(part="piece"), kept=slice(-1, None))


@exercise.misconception(
    "cuts the gradient at every step, not at every k-th",
    "Within a piece of k steps, how far may the gradient go back?",
    "Does your result depend on k at all?",
)
def cut_at_every_step(*args):
    def run(xs, *rest):
        return rc.walk(rnn.rnn_cell, 1)(xs, *rest, **rc.GRADIENT_CUT.settings)

    return pieces(*args, run=run)


@exercise.mistake(rc.AVERAGED_GRADIENTS.told(parts="pieces"))
def averaged(x, y, h0, weights, k, loss):
    value, h, grads = pieces(x, y, h0, weights, k, loss)
    return value, h, [g / len(x.split(k, 1)) for g in grads]


@exercise.misconception(
    "leaves out the last piece when it is shorter than k",
    "7 steps in pieces of 3: how many steps does your loop cover?",
)
def drops_the_rest(x, y, h0, weights, k, loss):
    whole = max(x.shape[1] // k * k, min(k, x.shape[1]))
    return pieces(x[:, :whole], y[:, :whole], h0, weights, k, loss)


@exercise.alternative
def with_backward(x, y, h0, weights, k, loss):
    leaves = [w.clone().detach().requires_grad_(True) for w in weights]
    value, h = 0.0, h0
    for start in range(0, x.shape[1], k):
        out, h = rnn.rnn_forward(x[:, start : start + k], h, *leaves)
        piece = loss(out, y[:, start : start + k])
        piece.backward()
        value, h = value + piece.detach(), h.detach()
    return value, h, [w.grad for w in leaves]


@exercise.alternative
def one_graph_with_cuts(x, y, h0, weights, k, loss):
    leaves = [w.detach().requires_grad_() for w in weights]
    total, h = x.new_zeros(()), h0
    for xs, ys in zip(x.split(k, 1), y.split(k, 1), strict=True):
        out, h = rnn.rnn_forward(xs, h.detach(), *leaves)
        total = total + loss(out, ys)
    total.backward()
    return total.detach(), h.detach(), tuple(w.grad for w in leaves)


@exercise.alternative
def by_hand(x, y, h0, weights, k, loss):
    """Through `rnn_backward`, with the gradient of the loss alone from autograd."""
    value, h, sums = x.new_zeros(()), h0, [torch.zeros_like(w) for w in weights]
    for start in range(0, x.shape[1], k):
        xs, ys = x[:, start : start + k], y[:, start : start + k]
        out, last = rnn.rnn_forward(xs, h, *weights)
        seen = out.detach().requires_grad_()
        piece = loss(seen, ys)
        (dout,) = torch.autograd.grad(piece, seen)
        _, _, dWih, dWhh, db = rnn.rnn_backward(dout, xs, h, out, *weights[:2])
        sums = [s + g for s, g in zip(sums, (dWih, dWhh, db, db), strict=True)]
        value, h = value + piece.detach(), last
    return value, h, sums


@exercise.alternative
def cell_by_cell(x, y, h0, weights, k, loss):
    w = [p.detach().requires_grad_() for p in weights]
    states, h = [], h0
    for t in range(x.shape[1]):
        if t % k == 0:
            h = h.detach()
        h = torch.tanh(x[:, t] @ w[0].T + w[2] + h @ w[1].T + w[3])
        states.append(h)
    total = sum(loss(s.unsqueeze(1), y[:, t : t + 1]) for t, s in enumerate(states))
    return total.detach(), h.detach(), list(torch.autograd.grad(total, w))
