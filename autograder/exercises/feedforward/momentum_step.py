"""One step of gradient descent with momentum: the learning rate stays outside the velocity."""

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
    fresh=("p", "v"),
    probe=steps(state=(0, 2)),
    forbids=["optimizers"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.optimizers import of_velocity
from gradschool.feedforward import optimizers

exercise = Exercise(question, optimizers.momentum_step, points=3)


exercise.mistakes(of_velocity(lambda grad, v, mu: v))


@exercise.misconception(
    "moves with the velocity of the step before",
    "Which of the two lines comes first, and which velocity does the second one use?",
)
def old_velocity(p, grad, v, lr, mu=0.9):
    return p - lr * v, mu * v + grad


@exercise.misconception(
    "takes Nesterov's step", "How often does the new gradient enter your step, and with which weights?"
)
def looks_ahead(p, grad, v, lr, mu=0.9):
    v = mu * v + grad
    return p - lr * (grad + mu * v), v


@exercise.alternative
def on_a_copy(p, grad, v, lr, mu=0.9):
    velocity = v.clone()
    velocity.mul_(mu).add_(grad)
    return torch.sub(p, velocity, alpha=lr), velocity


@exercise.alternative
def expanded(p, grad, v, lr, mu=0.9):
    moved = p - lr * grad - lr * mu * v
    return moved, grad + v * mu


@exercise.alternative
def as_a_list(p, grad, v, lr, mu=0.9):
    new = torch.add(grad, v, alpha=mu)
    return [p.sub(new * lr), new]


@exercise.alternative
def entry_by_entry(p, grad, v, lr, mu=0.9):
    moved, new = torch.empty_like(p), torch.empty_like(v)
    for i in range(p.numel()):
        new.view(-1)[i] = mu * v.reshape(-1)[i] + grad.reshape(-1)[i]
        moved.view(-1)[i] = p.reshape(-1)[i] - lr * new.view(-1)[i]
    return moved, new
