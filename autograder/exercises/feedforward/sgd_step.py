"""One step of gradient descent on one tensor."""

import torch

from autograder.spec import Question

question = Question(
    cases=lambda draw: [
        (draw.normal(3), draw.normal(3), 0.1),
        (draw.normal(2, 4), draw.normal(2, 4), 0.7),
        (draw.normal(2, 3, 2), draw.normal(2, 3, 2), 1e-3),
        (draw.normal(1), draw.normal(1), 2.0),
        (draw.normal(), draw.normal(), 0.05),
        (draw.normal(5), torch.zeros(5).double(), 0.3),
    ],
    forbids=["optimizers"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes import writes_into
from autograder.spec.mistakes.optimizers import of_descent
from gradschool.feedforward import optimizers

exercise = Exercise(question, optimizers.sgd_step, points=2)


exercise.mistakes(of_descent())


@exercise.mistake(writes_into("parameter", "p"))
def in_place(p, grad, lr):
    p -= lr * grad
    return p


@exercise.alternative
def copied_then_moved(p, grad, lr):
    moved = p.clone()
    moved -= lr * grad
    return moved


@exercise.alternative
def with_alpha(p, grad, lr):
    return torch.sub(p, grad, alpha=lr)


@exercise.alternative
def in_numpy(p, grad, lr):
    return torch.from_numpy((p.numpy() - lr * grad.numpy()).reshape(p.shape)) if p.ndim else p - lr * grad


@exercise.alternative
def entry_by_entry(p, grad, lr):
    moved = p.clone().reshape(-1)
    for i, g in enumerate(grad.reshape(-1)):
        moved[i] = moved[i] - lr * g
    return moved.reshape(p.shape)
