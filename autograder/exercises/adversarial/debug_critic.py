"""A critic whose slope runs away, though its loss has a gradient penalty: the penalty's graph has been cut."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import function_of, mended, named, probe


def critic_of(w1, b1, w2):
    return lambda x: torch.tanh(x @ w1.T + b1) @ w2


@probe("critic's weights", "real", "fake", "eps", "lam", device=False)
def objective(answer, args, returns, gradients):
    """The mended loss, and what it teaches the critic."""
    weights, real, fake, eps, lam = args
    weights = [w.clone().requires_grad_() for w in weights]  # the case's own stay as they are
    loss = named(function_of(answer)(critic_of(*weights), real, fake, eps, lam), returns)["loss"]
    seen = {"loss": loss}
    if isinstance(loss, torch.Tensor) and loss.requires_grad:
        learns = torch.autograd.grad(loss, weights, allow_unused=True)
        flat = [torch.zeros_like(w) if g is None else g for g, w in zip(learns, weights, strict=True)]
        seen["what the critic learns from it"] = torch.cat([g.flatten() for g in flat])
    return seen


def case(draw, batch, features, lam, note=""):
    weights = [draw.normal(4, features), draw.normal(4), 2 * draw.normal(4)]
    real, fake = draw.normal(batch, features) + 1, draw.normal(batch, features) - 1
    return Case((weights, real, fake, draw.uniform(0, 1, batch, 1), lam), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 6, 2, 10.0),
        case(draw, 4, 3, 1.0, "a small λ"),
        case(draw, 1, 1, 100.0, "a batch of one"),
    ],
    returns=("loss",),
    probe=mended(objective),
    gives="the letter and the mended function, in this order",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.adversarial.wasserstein import critic_loss, gradient_penalty


def right(critic, real, fake, eps, lam):
    return critic_loss(critic(real), critic(fake)) + lam * gradient_penalty(critic, real, fake, eps)


def reference():
    return "B", right


exercise = Exercise(
    question,
    reference,
    points=4,
    shares={"fault": 6, "loss": 2, "what the critic learns from it": 4},
    noise=1e-7,  # 1e-12 under the root of a norm is usual
)


def as_found(critic, real, fake, eps, lam):
    """The script's own loss: the penalty's value is right, and nobody learns from it."""
    x = (eps * real + (1 - eps) * fake).requires_grad_()
    (slope,) = torch.autograd.grad(critic(x).sum(), x)
    return critic_loss(critic(real), critic(fake)) + lam * (slope.norm(dim=1) - 1).square().mean()


def signs_exchanged(critic, real, fake, eps, lam):
    return critic_loss(critic(fake), critic(real)) + lam * gradient_penalty(critic, real, fake, eps)


def penalty_alone(critic, real, fake, eps, lam):
    return lam * gradient_penalty(critic, real, fake, eps)


exercise.blames(
    right,
    {
        "A": (
            "the learning rate",
            "Train with λ = 0: is there any difference to what the script shows? Which part of the loss does nothing, then?",
        ),
        "C": (
            "a λ that is too small",
            "Set λ to 1,000. What does the slope do? How can a number that large be without effect?",
        ),
        "D": ("the sign of the critic's loss", "Which samples have the higher scores in the script's output?"),
        "E": (
            "points that are in the wrong place",
            "x̂ lies between real and generated samples, and the printed penalty is what the formula gives. What else could be wrong with it?",
        ),
    },
)


@exercise.misconception(
    "leaves the fault in: the penalty still teaches nothing",
    "Call `.backward()` on λ times your penalty alone. What stands in the critic's gradients?",
)
def still_cut():
    return "B", as_found


@exercise.misconception(
    "mends the penalty and turns the critic's loss around",
    "Which scores should rise in the critic's step: those of real samples or of generated ones?",
)
def turned_around():
    return "B", signs_exchanged


@exercise.misconception(
    "mends the penalty and loses the critic's loss", "What is left in your loss for telling real from generated?"
)
def nothing_else():
    return "B", penalty_alone


@exercise.alternative
def graph_kept():
    def mended(critic, real, fake, eps, lam):
        x = (eps * real + (1 - eps) * fake).requires_grad_()
        (slope,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
        return critic(fake).mean() - critic(real).mean() + lam * (slope.norm(dim=1) - 1).square().mean()

    return "B", mended


@exercise.alternative
def with_grad_outputs():
    def mended(critic, real, fake, eps, lam):
        x = torch.lerp(fake, real, eps).detach().requires_grad_()
        scores = critic(x)
        slope = torch.autograd.grad(scores, x, torch.ones_like(scores), create_graph=True, retain_graph=True)[0]
        penalty = ((slope.pow(2).sum(1).sqrt() - 1) ** 2).mean()
        return -(critic(real).mean() - critic(fake).mean()) + lam * penalty

    return "b", mended


@exercise.alternative
def with_func_grad():
    def mended(critic, real, fake, eps, lam):
        x = eps * real + (1 - eps) * fake
        slope = torch.func.vmap(torch.func.grad(lambda point: critic(point[None])[0]))(x)
        penalty = (torch.linalg.vector_norm(slope, dim=1) - 1).pow(2).mean()
        return critic_loss(critic(real), critic(fake)) + lam * penalty

    return "B: create_graph is missing", mended
