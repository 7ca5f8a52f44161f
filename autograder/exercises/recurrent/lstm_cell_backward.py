"""The backward pass of one LSTM step."""

from autograder.spec import Case, Question


def case(draw, batch, inputs, hidden, note=""):
    n = 4 * hidden
    weights = draw.normal(n, inputs), draw.normal(n, hidden), draw.normal(n), draw.normal(n)
    dh, dc, h, c = draw.normals(4, batch, hidden)
    return Case((dh, dc, draw.normal(batch, inputs), h, c, *weights), note=note)


def nothing_from_later(draw):
    """The last step of a sequence: no gradient comes into the cell from behind."""
    dh, dc, *rest = case(draw, 3, 2, 3).args
    return Case((dh, 0 * dc, *rest), note="the last step: dc is 0")


question = Question(
    cases=lambda draw: [
        case(draw, 3, 2, 4),
        case(draw, 4, 4, 4, "batch, inputs and hidden of one size"),
        nothing_from_later(draw),
        case(draw, 1, 3, 2, "a batch of one"),
        case(draw, 2, 2, 1, "one hidden unit"),
    ],
    returns=("dx", "dh_before", "dc_before", "dWih", "dWhh", "db"),
    gives="`(dx, dh, dc, dWih, dWhh, db)`: six tensors",
    forbids=["autograd"],
)

# %% what is right, and what is wrong
from types import SimpleNamespace

import torch

from autograder.spec import Exercise
from autograder.spec.mistakes import recurrent_cells as rc
from gradschool.recurrent import lstm

exercise = Exercise(question, lstm.lstm_cell_backward, points=8)

# the gradient of each gate's net input, in the letters of the task; d is the gradient of the new cell
GATES = {
    "i": lambda v: v.d * v.g * v.i * (1 - v.i),
    "f": lambda v: v.d * v.c * v.f * (1 - v.f),
    "g": lambda v: v.d * v.i * (1 - v.g**2),
    "o": lambda v: v.dh * v.t * v.o * (1 - v.o),
}


def back(
    dh, dc, x, h, c, *weights, order="ifgo", cell=lambda v: v.dc + v.dh * v.o * (1 - v.t**2), onward=lambda v: v.d * v.f,
    state=lambda new, old: old, **gates,
):  # fmt: skip
    """The right derivation, with the places where it goes wrong left open."""
    i, f, g, o = rc.projected(x, h, *weights).chunk(4, 1)
    v = SimpleNamespace(dh=dh, dc=dc, c=c, i=i.sigmoid(), f=f.sigmoid(), g=g.tanh(), o=o.sigmoid())
    v.new = v.f * c + v.i * v.g
    v.t = v.new.tanh()
    v.d = cell(v)
    dz = torch.cat([(GATES | gates)[gate](v) for gate in order], 1)
    before = state(v.o * v.t, h)
    return dz @ weights[0], dz @ weights[1], onward(v), dz.T @ x, dz.T @ before, dz.sum(0)


wrong = exercise.variants(back)
wrong(
    "takes the slope of tanh from c itself: 1 - c², where 1 - tanh²(c) is meant",
    "The derivative of tanh(c) with respect to c: in terms of what is it one minus a square?",
    "Can that factor be negative? Is yours, for a cell that holds 2?",
    cell=lambda v: v.dc + v.dh * v.o * (1 - v.new**2),
)
wrong(
    "uses the forget gate's σ(z_f) in the input gate's line",
    "Whose slope stands in the line of the input gate?",
    "Compare each gate's line with its own net input. Which letters should occur in it?",
    i=lambda v: v.d * v.g * v.f * (1 - v.f),
)
wrong(
    "leaves the output gate out of the cell's gradient",
    "h' = o ⊙ tanh(c'). By what is dh multiplied on its way to c'?",
    cell=lambda v: v.dc + v.dh * (1 - v.t**2),
)
wrong(rc.GATES_OUT_OF_ORDER.told(order="i, f, o, g"), order="ifog")
wrong(
    "treats the candidate like a gate, with the slope of a sigmoid",
    "Which function makes g of its net input?",
    g=lambda v: v.d * v.i * v.g * (1 - v.g),
)
wrong(
    "multiplies by the new cell in the forget gate's line",
    "c' = f ⊙ c + i ⊙ g. What is its derivative with respect to f: with the old c or the new one?",
    f=lambda v: v.d * v.new * v.f * (1 - v.f),
)
wrong(
    "sends the cell's gradient on without the forget gate",
    "c' = f ⊙ c + …: by how much does c' change when the old c does?",
    onward=lambda v: v.d,
)
wrong(rc.STATE_AFTER_IN_WHH, state=lambda new, old: new)


@exercise.misconception(
    "ignores the gradient that comes into the cell from the later step",
    "By how many ways does the cell c' reach the loss: only through h'?",
    "What would be left of long memory if that way were closed?",
)
def incoming_ignored(dh, dc, *rest):
    return back(dh, torch.zeros_like(dc), *rest)


@exercise.misconception(
    "applies the sigmoid twice in the slopes of the gates",
    "The slope of σ at z is σ(z)(1 - σ(z)). Is your i a net input, or a gate already?",
)
def sigmoid_twice(*args):
    def slope(gate):
        return gate.sigmoid() * (1 - gate.sigmoid())

    return back(
        *args,
        i=lambda v: v.d * v.g * slope(v.i),
        f=lambda v: v.d * v.c * slope(v.f),
        o=lambda v: v.dh * v.t * slope(v.o),
    )


@exercise.misconception(
    "gives every gate the bias gradient of the output gate",
    "How many numbers has the bias, and how many gates share them?",
    "Notes that call every bias b_o have one bias. How many has the cell?",
)
def one_bias_for_all(*args):
    *rest, db = back(*args)
    return *rest, db.chunk(4)[3].repeat(4)


@exercise.alternative
def gate_by_gate(dh, dc, x, h, c, Wih, Whh, bih, bhh):
    n = h.shape[1]
    z = [
        x @ Wih[k * n : (k + 1) * n].T + h @ Whh[k * n : (k + 1) * n].T + (bih + bhh)[k * n : (k + 1) * n]
        for k in range(4)
    ]
    i, f, g, o = z[0].sigmoid(), z[1].sigmoid(), z[2].tanh(), z[3].sigmoid()
    t = torch.tanh(f * c + i * g)
    do, d = dh * t, dh * o * (1 - t * t) + dc
    dz = [d * g * i * (1 - i), d * c * f * (1 - f), d * i * (1 - g * g), do * o * (1 - o)]
    dx, dh_before = torch.zeros_like(x), torch.zeros_like(h)
    for k in range(4):
        dx = dx + dz[k] @ Wih[k * n : (k + 1) * n]
        dh_before = dh_before + dz[k] @ Whh[k * n : (k + 1) * n]
    rows = [torch.cat(p) for p in ([v.T @ x for v in dz], [v.T @ h for v in dz], [v.sum(0) for v in dz])]
    return dx, dh_before, d * f, *rows


@exercise.alternative
def sample_by_sample(dh, dc, x, h, c, Wih, Whh, bih, bhh):
    dx, dhb, dcb = torch.empty_like(x), torch.empty_like(h), torch.empty_like(c)
    dWih, dWhh, db = torch.zeros_like(Wih), torch.zeros_like(Whh), torch.zeros_like(bih)
    for b in range(len(x)):
        i, f, g, o = (Wih @ x[b] + bih + Whh @ h[b] + bhh).reshape(4, -1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        t = (f * c[b] + i * g).tanh()
        d = dc[b] + dh[b] * o * (1 - t**2)
        dz = torch.cat([d * g * i * (1 - i), d * c[b] * f * (1 - f), d * i * (1 - g**2), dh[b] * t * o * (1 - o)])
        dx[b], dhb[b], dcb[b] = Wih.T @ dz, Whh.T @ dz, d * f
        dWih, dWhh, db = dWih + torch.outer(dz, x[b]), dWhh + torch.outer(dz, h[b]), db + dz
    return dx, dhb, dcb, dWih, dWhh, db


@exercise.alternative
def with_einsum(dh, dc, x, h, c, Wih, Whh, bih, bhh):
    z = torch.einsum("bi,gi->bg", x, Wih) + torch.einsum("bh,gh->bg", h, Whh) + bih + bhh
    i, f, g, o = z.reshape(len(x), 4, -1).unbind(1)
    i, f, o, g = (*(torch.sigmoid(v) for v in (i, f, o)), torch.tanh(g))
    new = torch.addcmul(f * c, i, g)
    d = dc + dh * o / torch.cosh(new) ** 2
    dz = torch.stack(
        [d * g * (i - i * i), d * c * (f - f * f), d * (i - i * g * g), dh * new.tanh() * (o - o * o)], 1
    ).flatten(1)
    return (
        torch.einsum("bg,gi->bi", dz, Wih),
        torch.einsum("bg,gh->bh", dz, Whh),
        d * f,
        torch.einsum("bg,bi->gi", dz, x),
        torch.einsum("bg,bh->gh", dz, h),
        torch.einsum("bg->g", dz),
    )
