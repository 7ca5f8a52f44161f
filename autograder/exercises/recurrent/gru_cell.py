"""One step of a GRU, in the one of four printed forms that is asked."""

from autograder.spec import Case, Question
from autograder.spec.comparison import close


def case(draw, batch, inputs, hidden, note="", scale=1.0):
    n = 3 * hidden
    weights = draw.normal(n, inputs), draw.normal(n, hidden), draw.normal(n), draw.normal(n)
    return Case((scale * draw.normal(batch, inputs), draw.normal(batch, hidden), *weights), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 3, 2, 4),
        case(draw, 3, 3, 3, "batch, inputs and hidden of one size"),
        case(draw, 1, 3, 2, "a batch of one"),
        case(draw, 2, 1, 3, "one input"),
        case(draw, 4, 2, 1, "one hidden unit"),
    ],
    extremes=lambda draw: [Case(case(draw, 3, 2, 3, scale=2e4).args, close, "inputs of ten thousand")],  # values alone
    bears="inputs of ten thousand and more",
    gradients=True,
    forbids=["recurrent"],
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes import made_in
from autograder.spec.mistakes import recurrent_cells as rc
from gradschool.recurrent import gru

exercise = Exercise(question, gru.gru_cell, points=4)


def cell(
    x, h, Wih, Whh, bih, bhh, *, blocks=(0, 1), squash=torch.tanh, inside=lambda r, own, old: own + r * old,
    kept=lambda z: z,
):  # fmt: skip
    """The right way, with what students get wrong as settings; `blocks` says which rows belong to r and z."""
    own, old = (x @ Wih.T + bih).chunk(3, dim=1), (h @ Whh.T + bhh).chunk(3, dim=1)
    r, z = (torch.sigmoid(own[block] + old[block]) for block in blocks)
    return (1 - z) * squash(inside(r, own[2], old[2])) + kept(z) * h


wrong = exercise.variants(cell)
wrong(rc.GATES_OUT_OF_ORDER.told(order="z, r, n, as Keras does"), blocks=(1, 0))
wrong(
    "resets the input's part as well",
    "What does the reset gate switch off: the memory, or what comes in?",
    inside=lambda r, own, old: r * (own + old),
)
wrong(
    "never resets: r is not used",
    "Which rows of the weights change nothing in your result?",
    inside=lambda r, own, old: own + old,
)
wrong(
    "adds the old state whole, not its share z", "Do your two weights of old and new add up to one?", kept=lambda z: 1
)
exercise.mistakes(made_in(cell, rc.SIGMOID_FOR_TANH))


@exercise.misconception(
    "is the mirrored form, in which z lets the new state in; asked is the one in which z keeps the old",
    "Set z to 1 in the formula of the task. Which state comes out? And in yours?",
)
def mirrored(*args):
    return gru.gru_cell_mirrored(*args)


@exercise.misconception(
    "resets the state before the product (Cho and others, 2014); asked is the form that resets after it",
    "Where does r stand in the formula of the task: at h, or at what the weight has made of it?",
)
def reset_before(*args):
    return gru.gru_cell_reset_before(*args)


@exercise.misconception(
    "resets before the product, and its z lets the new state in (Chung and others, 2014); both are the other way in the form asked",
    "Two places differ between the printed forms. Compare the lines of n and of h' with the task's, letter by letter.",
)
def reset_before_mirrored(*args):
    return gru.gru_cell_reset_before_mirrored(*args)


@exercise.misconception(
    "leaves the candidate's second bias out of the reset",
    "Which terms stand inside the bracket that r multiplies?",
)
def bias_outside(x, h, Wih, Whh, bih, bhh):
    b = bhh.chunk(3)[2]
    return cell(x, h, Wih, Whh, bih, bhh, inside=lambda r, own, old: own + r * (old - b) + b)


@exercise.alternative
def gate_by_gate(x, h, Wih, Whh, bih, bhh):
    n = h.shape[1]
    a, b, c = slice(0, n), slice(n, 2 * n), slice(2 * n, None)
    r = torch.sigmoid(x @ Wih[a].T + bih[a] + h @ Whh[a].T + bhh[a])
    z = torch.sigmoid(x @ Wih[b].T + bih[b] + h @ Whh[b].T + bhh[b])
    new = torch.tanh(x @ Wih[c].T + bih[c] + r * (h @ Whh[c].T + bhh[c]))
    return z * h + (1 - z) * new


@exercise.alternative
def as_a_step_towards_the_candidate(x, h, Wih, Whh, bih, bhh):
    a, b = torch.nn.functional.linear(x, Wih, bih), torch.nn.functional.linear(h, Whh, bhh)
    n = h.size(1)
    r, z = (a[:, : 2 * n] + b[:, : 2 * n]).sigmoid().split(n, dim=1)
    candidate = torch.tanh(torch.addcmul(a[:, 2 * n :], r, b[:, 2 * n :]))
    return torch.lerp(candidate, h, z)


@exercise.alternative
def with_einsum(x, h, Wih, Whh, bih, bhh):
    size = h.shape[1]
    own = torch.einsum("bi,kji->kbj", x, Wih.reshape(3, size, -1)) + bih.reshape(3, 1, size)
    old = torch.einsum("bi,kji->kbj", h, Whh.reshape(3, size, -1)) + bhh.reshape(3, 1, size)
    r, z = torch.sigmoid(own[:2] + old[:2])
    return h + (1 - z) * (torch.tanh(own[2] + r * old[2]) - h)
