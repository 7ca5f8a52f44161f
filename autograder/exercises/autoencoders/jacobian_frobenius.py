"""‖∂encode(x)/∂x‖²_F for any encoder, by autograd, and itself something to differentiate."""

import torch

from autograder.spec import Case, Question
from autograder.spec.outputs import gradient
from autograder.spec.probes import function_of, named, probe, projected_gradients


def encoder(kind, w1, w2):
    """An encoder of two layers; "images" takes (batch, 1, height, width)."""
    bend = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "linear": lambda z: z}.get(kind, torch.tanh)
    return lambda x: bend(x.flatten(1) @ w1.T) @ w2.T


@probe("encode", "x", "w1", "w2")
def observed(answer, args, returns, gradients):
    """The penalty, and its gradients with respect to the encoder's weights."""
    kind, x, w1, w2 = args
    weights = {gradient("w1"): w1, gradient("w2"): w2}
    if gradients:
        for w in weights.values():
            w.requires_grad_()
    outputs = named(function_of(answer)(encoder(kind, w1, w2), x), returns)
    return projected_gradients(outputs, weights) if gradients else outputs


def case(draw, kind, batch, inputs, hidden, code, note=""):
    return Case((kind, draw.normal(batch, inputs), draw.normal(hidden, inputs), draw.normal(code, hidden)), note=note)


def images(draw):
    return Case(("images", draw.normal(3, 1, 2, 3), draw.normal(4, 6), draw.normal(2, 4)), note="images of one channel")


question = Question(
    cases=lambda draw: [
        case(draw, "tanh", 5, 4, 6, 3),
        case(draw, "sigmoid", 4, 4, 4, 4, "all sizes equal"),
        case(draw, "linear", 6, 3, 5, 2, "a linear encoder"),
        case(draw, "tanh", 1, 5, 4, 2, "a batch of one"),
        case(draw, "tanh", 3, 2, 5, 1, "a code of one"),
        images(draw),
    ],
    probe=observed,
    gradients=True,
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes import reductions as kinds
from gradschool.autoencoders import contraction

exercise = Exercise(
    question,
    contraction.jacobian_frobenius,
    points=5,
    shares={"gradients": 4},
)


def slopes_of(encode, x, create_graph=True, units=lambda h: h.sum(dim=0)):
    """The gradient of every unit, one after the other: (code, batch, *pixels)."""
    x = x.detach().requires_grad_()
    each = units(encode(x))
    return torch.stack([torch.autograd.grad(u, x, create_graph=create_graph, retain_graph=True)[0] for u in each])


def right(encode, x, *, norm=lambda slopes: slopes.square().sum() / slopes.shape[1], **settings):
    return norm(slopes_of(encode, x, **settings))


wrong = exercise.variants(right)
wrong(
    "cannot be differentiated itself: no gradient reaches the encoder",
    "This penalty is added to a loss. What should `backward` do with it?",
    "Which argument of torch.autograd.grad keeps the graph of the gradient itself?",
    create_graph=False,
)
wrong(
    "adds the units up before differentiating",
    "Two units whose slopes are opposite: what is the slope of their sum? Does the code stay where it is?",
    "How many rows has the Jacobian of one sample, and how many gradients do you take?",
    units=lambda h: h.sum()[None],
)
wrong(kinds.SUMS_OVER_THE_BATCH, norm=lambda slopes: slopes.square().sum())
wrong(
    kinds.ROOT_TOO_MANY.told(what="the squared norm"),
    norm=lambda slopes: slopes.square().flatten(2).sum(dim=(0, 2)).sqrt().mean(),
)
wrong(
    "averages over the entries of the Jacobian",
    "Does the norm of a matrix with twice as many rows stay as it is?",
    norm=lambda slopes: slopes.square().mean(),
)
wrong(kinds.AVERAGES_OVER_UNITS, norm=lambda slopes: slopes.square().sum() / slopes.shape[1] / len(slopes))
wrong(
    "averages the slopes over the batch before squaring them",
    "Two samples with opposite slopes: what is the mean of them, and what is the mean of their squares?",
    norm=lambda slopes: slopes.mean(dim=1).square().sum(),
)
wrong(
    "adds up the sizes of the slopes, not their squares",
    "Which norm is meant by F: that of sizes, or of squares?",
    norm=lambda slopes: slopes.abs().sum() / slopes.shape[1],
)
wrong(
    "looks at the first unit of the code alone",
    "How often does your function differentiate, and what each time?",
    norm=lambda slopes: slopes[0].square().sum() / slopes.shape[1],
)


@exercise.alternative
def sample_by_sample(encode, x):
    total = 0.0
    for one in x:
        jacobian = torch.autograd.functional.jacobian(lambda z: encode(z[None])[0], one, create_graph=True)
        total = total + (jacobian**2).sum()
    return total / len(x)


@exercise.alternative
def by_vmap(encode, x):
    jacobians = torch.func.vmap(torch.func.jacrev(lambda one: encode(one.unsqueeze(0)).squeeze(0)))(x)
    return jacobians.square().flatten(1).sum(dim=1).mean()


@exercise.alternative
def with_unit_vectors(encode, x):
    x = x.clone().requires_grad_(True)
    h = encode(x)
    total = h.new_zeros(())
    for j in range(h.shape[1]):
        pick = torch.zeros_like(h)
        pick[:, j] = 1
        (g,) = torch.autograd.grad(h, x, grad_outputs=pick, create_graph=True, retain_graph=True)
        total = total + g.reshape(len(x), -1).pow(2).sum(dim=1).mean()
    return total


@exercise.alternative
def forwards_along_each_pixel(encode, x):
    total = 0.0
    for i in range(x[0].numel()):
        direction = torch.zeros_like(x).reshape(len(x), -1)
        direction[:, i] = 1
        _, moved = torch.autograd.functional.jvp(encode, x, direction.reshape(x.shape), create_graph=True)
        total = total + moved.square().sum()
    return total / len(x)
