"""How large the gradient is at every earlier step, for a loss on the last state."""

import torch

from autograder.spec import Case, Question


def case(draw, batch, time, hidden, note=""):
    states = torch.tanh(draw.normal(batch, time, hidden))
    return Case((states, draw.normal(hidden, hidden), draw.normal(batch, hidden)), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 3, 5, 4),
        case(draw, 4, 4, 4, "all sizes equal"),
        case(draw, 1, 6, 3, "a batch of one"),
        case(draw, 2, 1, 3, "one step"),
        case(draw, 3, 4, 1, "one unit"),
    ],
    forbids=["autograd"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes import made_in
from autograder.spec.mistakes import recurrent_cells as rc
from gradschool.recurrent import rnn

exercise = Exercise(question, rnn.gradient_through_time, points=4, noise=1e-8)  # a small number under the root


def norms(
    out, Whh, dh, *, slope=lambda h: 1 - h**2, weight=lambda Whh: Whh, at=0,
    back=lambda d, slope, Whh: (d * slope) @ Whh, measure=lambda d: d.norm(dim=1),
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    found = [measure(dh)]
    for t in reversed(range(1, out.shape[1])):
        dh = back(dh, slope(out[:, t + at]), weight(Whh))
        found.append(measure(dh))
    return torch.stack(found[::-1], dim=-1)


wrong = exercise.variants(norms)
wrong(
    "takes the slope at the earlier state, not at the later one",
    "Going from step t to the step before it, through which step's tanh does the gradient pass?",
    at=-1,
)
wrong(
    "multiplies by the slope after the weight, where it comes before it on the way back",
    "Forward: first the product, then the tanh. In which order does the gradient meet them?",
    back=lambda d, slope, Whh: (d @ Whh) * slope,
)
wrong("returns squared norms", "Is there a root in your norm?", measure=lambda d: (d * d).sum(1))
wrong(
    "takes one norm over the whole batch",
    "How many numbers should come out for each step: one, or one for each sequence?",
    measure=torch.linalg.norm,
)
exercise.mistakes(made_in(norms, rc.WEIGHT_AS_FORWARD, rc.NO_SLOPE, rc.SLOPE_OF_THE_STATE))


@exercise.misconception("lists the last step first", "At which index of your result should ‖dh‖ itself stand?")
def reversed_order(*args):
    return norms(*args).flip(1)


@exercise.misconception(
    "adds a loss at every step: the gradient grows by dh each time",
    "At how many steps does this loss look?",
)
def at_every_step(out, Whh, dh):
    return norms(out, Whh, dh, back=lambda d, slope, Whh: dh + (d * slope) @ Whh)


@exercise.alternative
def with_jacobians(out, Whh, dh):
    found, d = [dh.norm(dim=1)], dh.unsqueeze(1)  # (batch, 1, hidden)
    for t in range(out.shape[1] - 1, 0, -1):
        jacobian = (1 - out[:, t] ** 2).unsqueeze(2) * Whh  # dh_t / dh_{t-1}, (batch, hidden, hidden)
        d = d @ jacobian
        found.insert(0, d.norm(dim=2).squeeze(1))
    return torch.stack(found, dim=1)


@exercise.alternative
def filled_in(out, Whh, dh):
    result = torch.empty(out.shape[:2], dtype=out.dtype, device=out.device)
    for t in reversed(range(out.shape[1])):
        result[:, t] = dh.pow(2).sum(1).sqrt()
        dh = torch.einsum("bh,bh,hk->bk", dh, 1 - out[:, t] ** 2, Whh)
    return result


@exercise.alternative
def sequence_by_sequence(out, Whh, dh):
    rows = []
    for states, d in zip(out, dh, strict=True):
        row = [torch.linalg.vector_norm(d)]
        for h in states[1:].flip(0):
            d = Whh.T @ (d - d * h * h)
            row.append(torch.linalg.vector_norm(d))
        rows.append(torch.stack(row[::-1]))
    return torch.stack(rows)
