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
from gradschool.autoencoders import contraction

exercise = Exercise(
    question,
    contraction.jacobian_frobenius,
    points=5,
    shares={"gradients": 4},
)


def slopes_of(encode, x, create_graph=True):
    """The gradient of every unit, one after the other: (code, batch, *pixels)."""
    x = x.detach().requires_grad_()
    units = encode(x).sum(dim=0)
    return torch.stack([torch.autograd.grad(u, x, create_graph=create_graph, retain_graph=True)[0] for u in units])


@exercise.misconception(
    "cannot be differentiated itself: no gradient reaches the encoder",
    "This penalty is added to a loss. What should `backward` do with it?",
    "Which argument of torch.autograd.grad keeps the graph of the gradient itself?",
)
def no_second_derivative(encode, x):
    return slopes_of(encode, x, create_graph=False).square().sum() / len(x)


@exercise.misconception(
    "adds the units up before differentiating",
    "Two units whose slopes are opposite: what is the slope of their sum? Does the code stay where it is?",
    "How many rows has the Jacobian of one sample, and how many gradients do you take?",
)
def units_added_up(encode, x):
    x = x.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(encode(x).sum(), x, create_graph=True)
    return slopes.square().sum() / len(x)


@exercise.misconception("sums over the batch", "If every sample is given twice, what becomes of your result?")
def summed_over_the_batch(encode, x):
    return slopes_of(encode, x).square().sum()


@exercise.misconception(
    "takes the norm, not its square", "Which power stands at the norm in the task? Is there a root in it?"
)
def norm_itself(encode, x):
    return slopes_of(encode, x).square().flatten(2).sum(dim=(0, 2)).sqrt().mean()


@exercise.misconception(
    "averages over the entries of the Jacobian",
    "Does the norm of a matrix with twice as many rows stay as it is?",
)
def averaged_over_entries(encode, x):
    return slopes_of(encode, x).square().mean()


@exercise.misconception(
    "averages over the units, too", "By how many numbers do you divide the sum of squares? How many samples are there?"
)
def averaged_over_units(encode, x):
    slopes = slopes_of(encode, x)
    return slopes.square().sum() / (len(x) * len(slopes))


@exercise.misconception(
    "averages the slopes over the batch before squaring them",
    "Two samples with opposite slopes: what is the mean of them, and what is the mean of their squares?",
)
def mean_slope(encode, x):
    return slopes_of(encode, x).mean(dim=1).square().sum()


@exercise.misconception(
    "adds up the sizes of the slopes, not their squares", "Which norm is meant by F: that of sizes, or of squares?"
)
def sizes(encode, x):
    return slopes_of(encode, x).abs().sum() / len(x)


@exercise.misconception(
    "looks at the first unit of the code alone", "How often does your function differentiate, and what each time?"
)
def first_unit(encode, x):
    return slopes_of(encode, x)[0].square().sum() / len(x)


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
