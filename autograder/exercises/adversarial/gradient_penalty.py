"""The gradient penalty: its value, and whether the critic can learn from it.

A case holds the critic's weights; the probe builds it, and differentiates the penalty with respect to them.
"""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import function_of, named, probe


def critic_of(w1, b1, w2):
    """Two layers of tanh, so that the slope differs from place to place."""
    return lambda x: torch.tanh(x.flatten(1) @ w1.T + b1) @ w2


@probe("critic's weights", "real", "fake", "eps", device=False)
def observed(answer, args, returns, gradients):
    weights, real, fake, eps = args
    weights = [w.clone().requires_grad_() for w in weights]  # the case's own stay as they are
    penalty = named(function_of(answer)(critic_of(*weights), real, fake, eps), returns)["penalty"]
    seen = {"penalty": penalty, "no gradient is left in the critic": all(w.grad is None for w in weights)}
    if isinstance(penalty, torch.Tensor):
        learns = torch.autograd.grad(penalty, weights, allow_unused=True) if penalty.requires_grad else [None] * 3
        flat = [torch.zeros_like(w) if g is None else g for g, w in zip(learns, weights, strict=True)]
        seen["what the critic learns from it"] = torch.cat([g.flatten() for g in flat])
    return seen


def case(draw, batch, shape, hidden=4, steep=2.0, note=""):
    features = 1
    for side in shape:
        features *= side
    weights = [draw.normal(hidden, features), draw.normal(hidden), steep * draw.normal(hidden)]
    real, fake = draw.normal(batch, *shape) + 1, draw.normal(batch, *shape) - 1
    return Case((weights, real, fake, draw.uniform(0, 1, batch, *[1] * len(shape))), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 6, (2,)),
        case(draw, 4, (1, 3, 2), note="images"),
        case(draw, 3, (3, 2, 2), note="colour images"),
        case(draw, 1, (3,), note="a batch of one"),
        case(draw, 5, (2,), steep=0.1, note="slopes below 1"),
    ],
    returns=("penalty",),
    probe=observed,
    gives="one number, a tensor without axes",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.adversarial import wasserstein

exercise = Exercise(
    question,
    wasserstein.gradient_penalty,
    points=5,
    shares={"what the critic learns from it": 3, "no gradient is left in the critic": 0.5},
    noise=1e-7,  # 1e-12 under the root of a norm is usual
)


def lengths(slopes):
    return slopes.flatten(1).norm(dim=1)


def right(
    critic, real, fake, eps, *, at=lambda real, fake, eps: eps * real + (1 - eps) * fake, total=torch.sum, keep=True,
    norms=lengths, penalty=lambda norms: (norms - 1).square().mean(),
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    x = at(real, fake, eps).detach().requires_grad_()
    return penalty(norms(torch.autograd.grad(total(critic(x)), x, create_graph=keep)[0]))


wrong = exercise.variants(right)
wrong(
    "lets the graph of the gradient go, so that the critic learns nothing from the penalty",
    "The penalty is a function of the critic's weights by way of a gradient. What must `autograd.grad` be told to keep?",
    "Call `.backward()` on your penalty alone. What stands in the weights' `.grad`?",
    keep=False,
)
wrong(
    "takes one norm for the whole batch",
    "If every sample's slope has length 1, what is your norm for a batch of 64?",
    norms=torch.norm,
)
wrong(
    "averages the norms before it compares them with 1",
    "Half of the slopes have length 0, half have length 2. What is your penalty, and what is the task's?",
    penalty=lambda norms: (norms.mean() - 1).square(),
)
wrong(
    "measures each row of an image by itself",
    "Over how many numbers does the norm of one image's slope run? Over how many does yours?",
    norms=lambda slopes: slopes.norm(dim=-1),
)
wrong(
    "compares the squared norm with 1",
    "At a slope of length 2, what is your penalty, and what is the task's?",
    norms=lambda slopes: slopes.flatten(1).square().sum(dim=1),
)
wrong(
    "pulls the slope to 0, not to 1",
    "What is your penalty where the slope has length 1? What should it be there?",
    norms=lambda slopes: slopes.flatten(1).square().sum(dim=1),
    penalty=torch.mean,
)
wrong(
    "gives ε to the generated sample",
    "With ε = 1, which of the two samples does the task's x̂ equal? Which does yours?",
    at=lambda real, fake, eps: eps * fake + (1 - eps) * real,
)
wrong(
    "measures the slope at the real samples",
    "Where does the argument `eps` enter?",
    "Between which points is x̂?",
    at=lambda real, fake, eps: real,
)
wrong(
    "differentiates the mean score of the batch, so that every slope is divided by the batch's size",
    "Feed a batch of one, then the same sample 64 times. Does its slope change?",
    total=torch.mean,
)
wrong(
    "punishes slopes above 1 only: the one-sided penalty, which the paper mentions and does not use",
    "What does a slope of length ½ cost, in your penalty and in the task's?",
    penalty=lambda norms: (norms - 1).clamp(min=0).square().mean(),
)


@exercise.misconception(
    "leaves a gradient in the critic: it goes backward where it should ask for the one gradient it needs",
    "After your function, what stands in the `.grad` of the critic's weights? Who asked for it?",
    "Which function of torch gives the gradient with respect to some tensors, and writes it nowhere?",
)
def by_backward(critic, real, fake, eps):
    x = (eps * real + (1 - eps) * fake).detach().requires_grad_()
    critic(x).sum().backward(create_graph=True)
    return (lengths(x.grad) - 1).square().mean()


@exercise.alternative
def with_grad_outputs(critic, real, fake, eps):
    x = torch.lerp(fake, real, eps).detach()
    x.requires_grad_(True)
    scores = critic(x)
    slope = torch.autograd.grad(
        outputs=scores, inputs=x, grad_outputs=torch.ones_like(scores), create_graph=True, retain_graph=True
    )[0]
    lengths = slope.reshape(len(x), -1).pow(2).sum(1).sqrt()
    return ((lengths - 1) ** 2).mean()


@exercise.alternative
def sample_by_sample(critic, real, fake, eps):
    total = 0.0
    for r, f, e in zip(real, fake, eps, strict=True):
        x = (e * r + (1 - e) * f).unsqueeze(0).detach().requires_grad_()
        slope = torch.autograd.grad(critic(x).squeeze(), x, create_graph=True)[0]
        total = total + (slope.norm() - 1) ** 2
    return total / len(real)


@exercise.alternative
def with_vector_norm(critic, real, fake, eps):
    x = fake + eps * (real - fake)
    x = x.clone().detach().requires_grad_()
    slopes = torch.autograd.grad(critic(x).sum(), [x], create_graph=True)[0]
    axes = tuple(range(1, slopes.ndim))
    return torch.mean((torch.linalg.vector_norm(slopes, dim=axes) - 1) ** 2)
