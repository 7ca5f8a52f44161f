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
    forbids=["autograd"],
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from gradschool.recurrent import lstm

exercise = Exercise(
    question,
    lstm.lstm_cell_backward,
    points=8,
)


def back(dh, dc, x, h, c, Wih, Whh, bih, bhh, *, cell=None, parts=None, order=(0, 1, 2, 3), state=None):
    """The right derivation, with the places where it goes wrong left open."""
    z = x @ Wih.T + bih + h @ Whh.T + bhh
    i, f, g, o = (
        v(p) for v, p in zip((torch.sigmoid, torch.sigmoid, torch.tanh, torch.sigmoid), z.chunk(4, 1), strict=True)
    )
    new = f * c + i * g
    t = new.tanh()
    d = cell(dh, dc, o, t, new) if cell else dc + dh * o * (1 - t**2)
    s = (
        parts(d, dh, i, f, g, o, t, c, z.chunk(4, 1))
        if parts
        else [d * g * i * (1 - i), d * c * f * (1 - f), d * i * (1 - g**2), dh * t * o * (1 - o)]
    )
    dz = torch.cat([s[k] for k in order], 1)
    before = state(o * t, h) if state else h
    return dz @ Wih, dz @ Whh, d * f, dz.T @ x, dz.T @ before, dz.sum(0)


@exercise.misconception(
    "takes the slope of tanh from c itself: 1 - c², where 1 - tanh²(c) is meant",
    "The derivative of tanh(c) with respect to c: in terms of what is it one minus a square?",
    "Can that factor be negative? Is yours, for a cell that holds 2?",
)
def slope_from_c(dh, dc, *args):
    return back(dh, dc, *args, cell=lambda dh, dc, o, t, new: dc + dh * o * (1 - new**2))


@exercise.misconception(
    "ignores the gradient that comes into the cell from the later step",
    "By how many ways does the cell c' reach the loss: only through h'?",
    "What would be left of long memory if that way were closed?",
)
def incoming_ignored(dh, dc, *args):
    return back(dh, dc, *args, cell=lambda dh, dc, o, t, new: dh * o * (1 - t**2))


@exercise.misconception(
    "uses the forget gate's σ(z_f) in the input gate's line",
    "Whose slope stands in the line of the input gate?",
    "Compare each gate's line with its own net input. Which letters should occur in it?",
)
def forget_in_the_input(dh, dc, *args):
    def parts(d, dh, i, f, g, o, t, c, z):
        return [d * g * f * (1 - f), d * c * f * (1 - f), d * i * (1 - g**2), dh * t * o * (1 - o)]

    return back(dh, dc, *args, parts=parts)


@exercise.misconception(
    "leaves the output gate out of the cell's gradient",
    "h' = o ⊙ tanh(c'). By what is dh multiplied on its way to c'?",
)
def output_gate_missing(dh, dc, *args):
    return back(dh, dc, *args, cell=lambda dh, dc, o, t, new: dc + dh * (1 - t**2))


@exercise.misconception(
    "stacks the gates' gradients in the order i, f, o, g",
    "In which order do the rows of Wih belong to the gates?",
)
def gate_order(dh, dc, *args):
    return back(dh, dc, *args, order=(0, 1, 3, 2))


@exercise.misconception(
    "applies the sigmoid twice in the slopes of the gates",
    "The slope of σ at z is σ(z)(1 - σ(z)). Is your i a net input, or a gate already?",
)
def sigmoid_twice(dh, dc, *args):
    def slope(gate):
        return gate.sigmoid() * (1 - gate.sigmoid())

    def parts(d, dh, i, f, g, o, t, c, z):
        return [d * g * slope(i), d * c * slope(f), d * i * (1 - g**2), dh * t * slope(o)]

    return back(dh, dc, *args, parts=parts)


@exercise.misconception(
    "treats the candidate like a gate, with the slope of a sigmoid", "Which function makes g of its net input?"
)
def candidate_as_gate(dh, dc, *args):
    def parts(d, dh, i, f, g, o, t, c, z):
        return [d * g * i * (1 - i), d * c * f * (1 - f), d * i * g * (1 - g), dh * t * o * (1 - o)]

    return back(dh, dc, *args, parts=parts)


@exercise.misconception(
    "multiplies by the new cell in the forget gate's line",
    "c' = f ⊙ c + i ⊙ g. What is its derivative with respect to f: with the old c or the new one?",
)
def new_cell_in_forget(dh, dc, *args):
    def parts(d, dh, i, f, g, o, t, c, z):
        return [d * g * i * (1 - i), d * (f * c + i * g) * f * (1 - f), d * i * (1 - g**2), dh * t * o * (1 - o)]

    return back(dh, dc, *args, parts=parts)


@exercise.misconception(
    "sends the cell's gradient on without the forget gate",
    "c' = f ⊙ c + …: by how much does c' change when the old c does?",
)
def not_forgotten(dh, dc, x, h, c, Wih, Whh, bih, bhh):
    seen = []

    def cell(dh, dc, o, t, new):
        seen.append(dc + dh * o * (1 - t**2))
        return seen[0]

    dx, dh_before, _, dWih, dWhh, db = back(dh, dc, x, h, c, Wih, Whh, bih, bhh, cell=cell)
    return dx, dh_before, seen[0], dWih, dWhh, db


@exercise.misconception(
    "pairs the gates with the new state in the gradient of Whh", "Which state did Whh multiply: h or h'?"
)
def new_state_in_whh(dh, dc, *args):
    return back(dh, dc, *args, state=lambda new, old: new)


@exercise.misconception(
    "gives every gate the bias gradient of the output gate",
    "How many numbers has the bias, and how many gates share them?",
    "Notes that call every bias b_o have one bias. How many has the cell?",
)
def one_bias_for_all(dh, dc, *args):
    *rest, db = back(dh, dc, *args)
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
