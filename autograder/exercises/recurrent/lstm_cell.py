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
    extremes=lambda draw: [case(draw, 3, 2, 3, "inputs of ten thousand", 1e4)],
    returns=("h", "c"),
    gradients=True,
    forbids=["recurrent"],
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from gradschool.recurrent import lstm

exercise = Exercise(
    question,
    lstm.lstm_cell,
    points=5,
)


def net_inputs(x, h, Wih, Whh, bih, bhh):
    return (x @ Wih.T + bih + h @ Whh.T + bhh).chunk(4, dim=1)


@exercise.misconception(
    "reads the rows of the weights in the order i, f, o, g",
    "In which order do the four blocks of rows stand? Which of them is the one with the tanh?",
)
def gate_order(x, h, c, Wih, Whh, bih, bhh):
    i, f, o, g = net_inputs(x, h, Wih, Whh, bih, bhh)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


@exercise.misconception(
    "takes the first block for the forget gate, and the second for the input gate",
    "In which order do the four blocks of rows stand?",
)
def forget_first(x, h, c, Wih, Whh, bih, bhh):
    f, i, g, o = net_inputs(x, h, Wih, Whh, bih, bhh)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


@exercise.misconception(
    "uses the forget gate's weights for every gate",
    "How many rows has Wih, and how many of them do you use?",
    "Could a cell forget and write at different times, if all of its gates had the same weights?",
)
def one_weight_for_all(x, h, c, Wih, Whh, bih, bhh):
    _, z, _, _ = net_inputs(x, h, Wih, Whh, bih, bhh)
    gate = z.sigmoid()
    c = gate * c + gate * z.tanh()
    return gate * c.tanh(), c


@exercise.misconception(
    "puts the cell out without its tanh",
    "Between which numbers may h lie? And c?",
    "What stands between c' and h' in the formula?",
)
def no_tanh_outside(x, h, c, Wih, Whh, bih, bhh):
    i, f, g, o = net_inputs(x, h, Wih, Whh, bih, bhh)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c, c


@exercise.misconception("makes the candidate with a sigmoid", "Can your cell ever write a negative number?")
def candidate_sigmoid(x, h, c, Wih, Whh, bih, bhh):
    i, f, g, o = (z.sigmoid() for z in net_inputs(x, h, Wih, Whh, bih, bhh))
    c = f * c + i * g
    return o * c.tanh(), c


@exercise.misconception(
    "puts out what was in the cell before the step", "Which c stands in the formula of h', the old one or the new one?"
)
def old_cell_out(x, h, c, Wih, Whh, bih, bhh):
    i, f, g, o = net_inputs(x, h, Wih, Whh, bih, bhh)
    return o.sigmoid() * c.tanh(), f.sigmoid() * c + i.sigmoid() * g.tanh()


@exercise.misconception(
    "couples the gates: it writes 1 - f, and never uses the input gate",
    "That is the GRU's idea. Does the input gate's part of your weights change anything?",
)
def coupled(x, h, c, Wih, Whh, bih, bhh):
    _, f, g, o = net_inputs(x, h, Wih, Whh, bih, bhh)
    c = f.sigmoid() * c + (1 - f.sigmoid()) * g.tanh()
    return o.sigmoid() * c.tanh(), c


@exercise.misconception(
    "returns the cell first, the state second", "In which order does the task list what is returned?"
)
def returned_swapped(x, h, c, Wih, Whh, bih, bhh):
    i, f, g, o = net_inputs(x, h, Wih, Whh, bih, bhh)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return c, o.sigmoid() * c.tanh()


@exercise.misconception(
    "adds only one of the two biases", "How many arguments does the function have, and how many do you use?"
)
def one_bias(x, h, c, Wih, Whh, bih, bhh):
    i, f, g, o = net_inputs(x, h, Wih, Whh, bih, torch.zeros_like(bhh))
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


@exercise.misconception("forgets nothing: the old cell is added as it is", "Which gate multiplies the old cell?")
def no_forgetting(x, h, c, Wih, Whh, bih, bhh):
    i, _, g, o = net_inputs(x, h, Wih, Whh, bih, bhh)
    c = c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


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
