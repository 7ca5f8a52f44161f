"""One step of Nesterov's accelerated gradient, in torch's form: p is the point ahead, where the gradient is taken."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import steps

question = Question(
    cases=lambda draw: [
        Case((draw.normal(3), draw.normals(4, 3), torch.zeros(3).double(), 0.1, 0.9), note="from rest"),
        (draw.normal(2, 4), draw.normals(4, 2, 4), draw.normal(2, 4), 0.05, 0.5),
        Case((draw.normal(3), draw.normals(4, 3), draw.normal(3), [0.2, 0.2, 0.02, 0.02], 0.8), note="the rate falls"),
        (draw.normal(1), draw.normals(4, 1), draw.normal(1), 0.3, 0.95),
        Case((draw.normal(2), draw.normals(4, 2), draw.normal(2), 0.3, 0.0), note="no momentum"),
    ],
    defaults=lambda draw: [
        Case((draw.normal(3), draw.normals(4, 3), draw.normal(3), 0.1), note="mu left out"),
    ],
    returns=("p", "v"),
    probe=steps(state=(0, 2)),
    forbids=["optimizers"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.optimizers import of_velocity
from gradschool.feedforward import optimizers

exercise = Exercise(question, optimizers.nesterov_step, points=4)


exercise.mistakes(of_velocity(lambda grad, v, mu: grad + mu * v))


@exercise.misconception(
    "does not look ahead: it takes the step of plain momentum",
    "From rest, plain momentum's first step is lr g. How long is Nesterov's?",
)
def plain_momentum(p, grad, v, lr, mu=0.9):
    v = mu * v + grad
    return p - lr * v, v


@exercise.misconception(
    "steps along the velocity ahead and leaves the new gradient out",
    "From rest, v becomes g. How long is the first step in the task's formula, and how long is yours?",
)
def velocity_only(p, grad, v, lr, mu=0.9):
    v = mu * v + grad
    return p - lr * mu * v, v


@exercise.misconception(
    "takes the textbook's step: the rate inside the velocity, and the point behind, not the one ahead",
    "At which point is the next gradient going to be taken: at what you return, or further on?",
    "Which two substitutions turn the textbook's lines into those of the task?",
)
def textbook(p, grad, v, lr, mu=0.9):
    v = mu * v - lr * grad
    return p + v, v


@exercise.misconception(
    "adds a whole velocity where the gradient belongs",
    "From rest, how often does the first gradient enter the step, and with which weights?",
)
def velocity_twice(p, grad, v, lr, mu=0.9):
    v = mu * v + grad
    return p - lr * (v + mu * v), v


@exercise.misconception("looks back instead of ahead", "With which sign does the velocity enter the step?")
def looks_back(p, grad, v, lr, mu=0.9):
    v = mu * v + grad
    return p - lr * (grad - mu * v), v


@exercise.misconception(
    "returns what it stepped along as the velocity",
    "Two different vectors occur in one step. Which of them does the next step need?",
)
def stores_the_step(p, grad, v, lr, mu=0.9):
    step = grad + mu * (mu * v + grad)
    return p - lr * step, step


@exercise.alternative
def on_a_copy(p, grad, v, lr, mu=0.9):
    velocity = v.clone().mul_(mu).add_(grad)
    step = grad.clone().add_(velocity, alpha=mu)
    return p - step * lr, velocity


@exercise.alternative
def expanded(p, grad, v, lr, mu=0.9):
    return p - lr * (1 + mu) * grad - lr * mu**2 * v, mu * v + grad


@exercise.alternative
def two_moves(p, grad, v, lr, mu=0.9):
    v = torch.add(grad, v, alpha=mu)
    p = p - lr * grad
    p = p - lr * mu * v
    return [p, v]
