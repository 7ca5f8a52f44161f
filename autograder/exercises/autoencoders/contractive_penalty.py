"""‖∂h/∂x‖²_F of a sigmoid layer in closed form, mean over the batch."""

import torch

from autograder.spec import Case, Question


def case(draw, batch, code, inputs, note=""):
    return Case((draw.uniform(0.05, 0.95, batch, code), draw.normal(code, inputs)), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 5, 3, 4),
        case(draw, 4, 4, 4, "batch, code and inputs of one size"),
        case(draw, 1, 3, 5, "a batch of one"),
        case(draw, 6, 1, 3, "a code of one"),
        case(draw, 3, 5, 1, "one input"),
    ],
    extremes=lambda draw: [
        Case((torch.tensor([[0.0, 1.0, 0.5]]).double(), 10 * draw.normal(3, 2)), note="saturated units")
    ],
    bears="units at exactly 0 and 1",
    gradients=True,
    forbids=["autograd"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes import reductions as kinds
from autograder.spec.mistakes.common import same
from gradschool.autoencoders import contraction

exercise = Exercise(
    question,
    contraction.contractive_penalty,
    points=4,
)


def slopes(h):
    return h * (1 - h)


def right(
    h, weight, *, slope=slopes, squared=torch.square, of=lambda weight: weight.square().sum(dim=1), norm=same, over=torch.mean
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    return over(norm(squared(slope(h)) @ of(weight)))


wrong = exercise.variants(right)
wrong(
    "does not square the slopes of the sigmoid",
    "The norm is a sum of squares. Which factors does an entry of the Jacobian have, and which of them do you square?",
    squared=same,
)
wrong(
    "sums each unit's weights before squaring",
    "What does your penalty say of a unit with the weights 3 and -3?",
    of=lambda weight: weight.sum(dim=1) ** 2,
)
wrong(kinds.SUMS_OVER_THE_BATCH, over=torch.sum)
wrong(kinds.AVERAGES_OVER_UNITS, of=lambda weight: weight.square().sum(dim=1) / len(weight))
wrong(kinds.ROOT_TOO_MANY.told(what="the squared norm"), norm=torch.sqrt)
wrong("has the slope of tanh, 1 - h²", "What is the derivative of σ, written with σ itself?", slope=lambda h: 1 - h**2)
wrong(
    "applies the sigmoid to h once more",
    "What is h in this task: the net input, or what the layer puts out?",
    slope=lambda h: slopes(torch.sigmoid(h)),
)
wrong(
    "leaves the slopes out, and so penalises the weights alone",
    "Which two factors has ∂h_j/∂x_i by the chain rule?",
    slope=lambda h: 1 + 0 * h,
)
wrong(
    "takes the mean of h before anything else",
    "Is the slope of the mean the mean of the slopes?",
    slope=lambda h: slopes(h.mean(dim=0)),
)


@exercise.misconception(
    "sums the squared weights over the units, not over each unit's inputs",
    "Which axis of weight must stay, to meet the slopes of h?",
)
def over_the_units(h, weight):
    if weight.shape[0] != weight.shape[1]:
        return (slopes(h) ** 2).sum(1).mean() * weight.square().sum(dim=0).sum() / weight.shape[0]
    return (slopes(h) ** 2 @ weight.square().sum(dim=0)).mean()


@exercise.alternative
def whole_jacobians(h, weight):
    jacobians = (h * (1 - h)).unsqueeze(-1) * weight  # (batch, code, inputs)
    return jacobians.pow(2).sum(dim=(1, 2)).mean()


@exercise.alternative
def by_einsum(h, weight):
    d = h - h**2
    return torch.einsum("bj,bj,ji,ji->", d, d, weight, weight) / len(h)


@exercise.alternative
def sample_by_sample(h, weight):
    total = 0.0
    for row in h:
        total = total + torch.linalg.matrix_norm(torch.diag(row * (1 - row)) @ weight) ** 2
    return total / h.shape[0]


@exercise.alternative
def means_of_units(h, weight):
    return ((h * (1 - h)).square().mean(dim=0) * (weight * weight).sum(dim=1)).sum()
