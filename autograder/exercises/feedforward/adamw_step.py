"""One step of AdamW: the weights decay beside Adam's step, not through it."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import steps


def start(draw, *shape):
    """p, the gradients of four steps, and the state before the first step."""
    zeros = torch.zeros(*shape).double()
    return draw.normal(*shape), draw.normals(4, *shape), zeros, zeros.clone(), 0


def tiny(draw, *shape):
    """The start with gradients as small as the usual eps."""
    p, grads, *state = start(draw, *shape)
    return p, [1e-8 * g for g in grads], *state


question = Question(
    cases=lambda draw: [
        Case((*start(draw, 3), 0.1, 0.9, 0.99, 0.05, 0.5), note="the first steps"),
        (*start(draw, 2, 4), 0.4, 0.8, 0.95, 0.3, 0.2),
        (*start(draw, 1), 0.02, 0.7, 0.9, 0.1, 3.0),
        Case((*start(draw, 3), 0.1, 0.9, 0.99, 0.05, 0.0), note="no decay"),
        Case(
            (draw.normal(3), [torch.zeros(3).double()] * 4, *start(draw, 3)[2:], 0.1, 0.9, 0.99, 0.05, 0.5),
            note="no gradient",
        ),
    ],
    defaults=lambda draw: [
        Case(start(draw, 3), note="all settings left out"),
        Case((*start(draw, 3), 0.1), note="all but lr left out"),
        Case((*start(draw, 3), 0.1, 0.8), note="beta2 and eps left out"),
        Case((*tiny(draw, 3), 0.1, 0.8, 0.9), note="eps left out, gradients as small as it"),
        Case((*start(draw, 3), 0.1, 0.8, 0.9, 0.01), note="weight_decay left out"),
    ],
    returns=("p", "m", "v", "t"),
    probe=steps(state=(0, 2, 3, 4)),
    forbids=["optimizers"],
    uses=["adam_step"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes import writes_into
from autograder.spec.mistakes.optimizers import with_divisor, with_state
from gradschool.feedforward import optimizers

exercise = Exercise(question, optimizers.adamw_step, points=3)


def step(p, grad, m, v, t, lr, beta1, beta2, eps, weight_decay, divisor=lambda s, eps: s.sqrt() + eps):
    t = t + 1
    m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
    moved = (1 - lr * weight_decay) * p - lr * (m / (1 - beta1**t)) / divisor(v / (1 - beta2**t), eps)
    return moved, m, v, t


def adam(*args):
    return step(*args, weight_decay=0)


exercise.mistakes(with_state(step, "means") + with_divisor(step))


@exercise.misconception(
    "decays by λ in each step, whatever the learning rate",
    "A schedule brings lr down to 0. Should p stay where it is then?",
)
def rate_forgotten(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    return adam(p * (1 - weight_decay), grad, m, v, t, lr, beta1, beta2, eps)


@exercise.misconception("lets the weights grow", "With a gradient of zero, should p move towards zero or away from it?")
def grows(*args):
    return step(*args[:-1], -args[-1])


@exercise.misconception("does not decay", "Where does weight_decay enter your step?")
def no_decay(*args):
    return adam(*args[:-1])


@exercise.misconception(
    "adds the decay to the gradient: a penalty in the loss, which Adam then divides away",
    "With a gradient of zero, by which factor should p shrink in one step?",
    "Do m and v know anything of the decay in the task?",
)
def penalty(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    return adam(p, grad + weight_decay * p, m, v, t, lr, beta1, beta2, eps)


@exercise.misconception(
    "lets the new point decay, Adam's step included",
    "From which p does the task take away lr λ p: the one before Adam's step, or the one after?",
)
def decays_after(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    moved, m, v, t = adam(p, grad, m, v, t, lr, beta1, beta2, eps)
    return moved * (1 - lr * weight_decay), m, v, t


@exercise.misconception(
    "divides the decay by √v̂ as well", "Which terms of your step stand over √v̂ + ε, and which should?"
)
def decay_divided(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    _, m, v, t = adam(p, grad, m, v, t, lr, beta1, beta2, eps)
    return p - lr * (m / (1 - beta1**t) + weight_decay * p) / ((v / (1 - beta2**t)).sqrt() + eps), m, v, t


@exercise.misconception(
    "keeps only the decayed part of the weight",
    "With weight_decay = 0 your step should be Adam's. Is it?",
)
def factor_without_one(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    return adam(lr * weight_decay * p, grad, m, v, t, lr, beta1, beta2, eps)


@exercise.mistake(writes_into("parameter", "p"))
def in_place(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    p *= 1 - lr * weight_decay
    return adam(p, grad, m, v, t, lr, beta1, beta2, eps)


@exercise.alternative
def with_ones_own_adam(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    return adam_step((1 - lr * weight_decay) * p, grad, m, v, t, lr, beta1, beta2, eps)


@exercise.alternative
def decay_subtracted_last(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    moved, m, v, t = adam(p, grad, m, v, t, lr, beta1, beta2, eps)
    return moved - lr * weight_decay * p, m, v, t


@exercise.alternative
def all_in_one(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    t += 1
    m, v = torch.lerp(m, grad, 1 - beta1), torch.lerp(v, grad**2, 1 - beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return p - lr * (m_hat / (v_hat.sqrt() + eps) + weight_decay * p), m, v, t
