"""One step of RMSProp: AdaGrad with a running mean in place of the sum, ε outside the root."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import steps

question = Question(
    cases=lambda draw: [
        Case((draw.normal(3), draw.normals(4, 3), torch.zeros(3).double(), 0.1, 0.9, 0.05), note="the first steps"),
        (draw.normal(2, 4), draw.normals(4, 2, 4), draw.uniform(0.1, 2, 2, 4), 0.5, 0.99, 0.3),
        (draw.normal(1), draw.normals(4, 1), draw.uniform(0.1, 2, 1), 0.01, 0.7, 0.1),
        (draw.normal(3), [g * 100 for g in draw.normals(4, 3)], draw.uniform(0.1, 2, 3), 0.05, 0.8, 1.0),
    ],
    extremes=lambda draw: [
        Case(
            (draw.normal(3), [torch.zeros(3).double()] * 4, torch.zeros(3).double(), 0.1, 0.99, 1e-8),
            note="no gradient so far",
        ),
    ],
    defaults=lambda draw: [
        Case((draw.normal(3), draw.normals(4, 3), torch.zeros(3).double()), note="lr, alpha and eps left out"),
        Case((draw.normal(3), draw.normals(4, 3), draw.uniform(0.1, 2, 3), 0.1), note="alpha and eps left out"),
        Case(
            (draw.normal(3), [1e-8 * g for g in draw.normals(4, 3)], torch.zeros(3).double(), 0.1, 0.9),
            note="eps left out, gradients as small as it",
        ),
    ],
    bears="a weight that has had no gradient so far",
    returns=("p", "s"),
    probe=steps(state=(0, 2)),
    forbids=["optimizers"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes import writes_into
from autograder.spec.mistakes.optimizers import of_squares
from gradschool.feedforward import optimizers

exercise = Exercise(question, optimizers.rmsprop_step, points=3)


exercise.mistakes(of_squares(lambda s, square, alpha: alpha * s + (1 - alpha) * square, "mean"))


@exercise.misconception(
    "weighs the new square with α and the old ones with 1 - α",
    "With α = 0.99, how many steps should s remember: about one, or about a hundred?",
)
def swapped(p, grad, s, lr=0.01, alpha=0.99, eps=1e-8):
    s = (1 - alpha) * s + alpha * grad**2
    return p - lr * grad / (s.sqrt() + eps), s


@exercise.misconception("forgets nothing: that is AdaGrad", "Can s shrink in RMSProp? Can yours?")
def adagrad(p, grad, s, lr=0.01, alpha=0.99, eps=1e-8):
    s = s + grad**2
    return p - lr * grad / (s.sqrt() + eps), s


@exercise.misconception(
    "adds the new square with its full weight",
    "With a gradient that is always 1, where should the mean of its squares settle? Where does yours?",
)
def weights_do_not_sum_to_one(p, grad, s, lr=0.01, alpha=0.99, eps=1e-8):
    s = alpha * s + grad**2
    return p - lr * grad / (s.sqrt() + eps), s


@exercise.misconception(
    "averages the gradients, not their squares",
    "After gradients of 3 and -3, what does your s hold? What should it hold?",
)
def mean_of_gradients(p, grad, s, lr=0.01, alpha=0.99, eps=1e-8):
    s = alpha * s + (1 - alpha) * grad
    return p - lr * grad / (s.abs().sqrt() + eps), s


@exercise.mistake(writes_into("mean", "s"))
def in_place(p, grad, s, lr=0.01, alpha=0.99, eps=1e-8):
    s *= alpha
    s += (1 - alpha) * grad**2
    return p - lr * grad / (s.sqrt() + eps), s


@exercise.alternative
def on_a_copy(p, grad, s, lr=0.01, alpha=0.99, eps=1e-8):
    mean = s.clone().mul_(alpha).addcmul_(grad, grad, value=1 - alpha)
    return p - lr * grad / mean.sqrt().add_(eps), mean


@exercise.alternative
def with_lerp(p, grad, s, lr=0.01, alpha=0.99, eps=1e-8):
    mean = s.lerp(grad.square(), 1 - alpha)
    return torch.addcdiv(p, grad, mean.sqrt() + eps, value=-lr), mean


@exercise.alternative
def by_the_difference(p, grad, s, lr=0.01, alpha=0.99, eps=1e-8):
    s = s + (1 - alpha) * (grad * grad - s)
    rate = lr / (s**0.5 + eps)
    return p - rate * grad, s
