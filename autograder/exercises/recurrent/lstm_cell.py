"""One step of an LSTM."""

from autograder.spec import Case, Question


def case(draw, batch, inputs, hidden, note="", scale=1.0):
    weights = (
        draw.normal(4 * hidden, inputs),
        draw.normal(4 * hidden, hidden),
        draw.normal(4 * hidden),
        draw.normal(4 * hidden),
    )
    return Case(
        (scale * draw.normal(batch, inputs), draw.normal(batch, hidden), draw.normal(batch, hidden), *weights),
        note=note,
    )


question = Question(
    cases=lambda draw: [
        case(draw, 3, 2, 4),
        case(draw, 4, 4, 4, "batch, inputs and hidden of one size"),
        case(draw, 1, 3, 2, "a batch of one"),
        case(draw, 2, 1, 3, "one input"),
        case(draw, 3, 2, 1, "one hidden unit"),
    ],
    extremes=lambda draw: [case(draw, 3, 2, 3, "inputs of ten thousand", 2e4)],
    bears="inputs of ten thousand and more, gradients too",
    returns=("h", "c"),
    gradients=True,
    forbids=["recurrent"],
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes import made_in
from autograder.spec.mistakes import recurrent_cells as rc
from autograder.spec.mistakes.layers import ANOTHER_ORDER
from gradschool.recurrent import lstm

exercise = Exercise(question, lstm.lstm_cell, points=5)


def cell(
    x, h, c, *weights, blocks=(0, 1, 2, 3), squash=torch.tanh, gates=lambda i, f: (i, f),
    out=lambda new, old: new.tanh(), **settings,
):  # fmt: skip
    """The right way, with what students get wrong as settings; `blocks` says which rows belong to i, f, g and o."""
    z = rc.projected(x, h, *weights, **settings).chunk(4, dim=1)
    i, f, g, o = (z[block] for block in blocks)
    i, f = gates(i.sigmoid(), f.sigmoid())
    new = f * c + i * squash(g)
    return o.sigmoid() * out(new, c), new


wrong = exercise.variants(cell)
wrong(rc.GATES_OUT_OF_ORDER.told(order="i, f, o, g"), blocks=(0, 1, 3, 2))
wrong(rc.GATES_OUT_OF_ORDER.told(order="f, i, g, o"), blocks=(1, 0, 2, 3))
wrong(
    "uses the forget gate's weights for every gate",
    "How many rows has Wih, and how many of them do you use?",
    "Could a cell forget and write at different times, if all of its gates had the same weights?",
    blocks=(1, 1, 1, 1),
)
wrong(
    rc.NO_TANH.hinted("Between which numbers may h lie? And c?", "What stands between c' and h'?"),
    out=lambda new, old: new,
)
wrong(
    "puts out what was in the cell before the step",
    "Which c stands in the formula of h', the old one or the new one?",
    out=lambda new, old: old.tanh(),
)
wrong(
    "couples the gates: it writes 1 - f, and never uses the input gate",
    "That is the GRU's idea. Does the input gate's part of your weights change anything?",
    gates=lambda i, f: (1 - f, f),
)
wrong(
    "forgets nothing: the old cell is added as it is", "Which gate multiplies the old cell?", gates=lambda i, f: (i, 1)
)
exercise.mistakes(made_in(cell, rc.ONE_BIAS, rc.SIGMOID_FOR_TANH))


@exercise.mistake(ANOTHER_ORDER)
def returned_swapped(*args):
    return cell(*args)[::-1]


@exercise.alternative
def gate_by_gate(x, h, c, Wih, Whh, bih, bhh):
    n = h.shape[1]

    def net(k):
        rows = slice(k * n, (k + 1) * n)
        return x @ Wih[rows].T + h @ Whh[rows].T + bih[rows] + bhh[rows]

    new = torch.sigmoid(net(1)) * c + torch.sigmoid(net(0)) * torch.tanh(net(2))
    return torch.sigmoid(net(3)) * torch.tanh(new), new


@exercise.alternative
def joined(x, h, c, Wih, Whh, bih, bhh):
    z = torch.cat([x, h], 1) @ torch.cat([Wih, Whh], 1).T + (bih + bhh)
    z = z.reshape(len(x), 4, -1)
    gates = z[:, [0, 1, 3]].sigmoid()
    c = torch.addcmul(gates[:, 1] * c, gates[:, 0], z[:, 2].tanh())
    return gates[:, 2] * c.tanh(), c


@exercise.alternative
def with_einsum(x, h, c, Wih, Whh, bih, bhh):
    z = torch.einsum("bi,gi->gb", x, Wih) + torch.einsum("bh,gh->gb", h, Whh) + (bih + bhh)[:, None]
    i, f, g, o = z.reshape(4, -1, len(x)).transpose(1, 2)
    c = f.sigmoid().mul(c).add(i.sigmoid().mul(2 * torch.sigmoid(2 * g) - 1))
    return [o.sigmoid() * torch.tanh(c), c]
