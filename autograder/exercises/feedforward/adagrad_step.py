"""One step of AdaGrad: every weight divided by the root of its own sum of squared gradients."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import steps

question = Question(
    cases=lambda draw: [
        Case((draw.normal(3), draw.normals(4, 3), torch.zeros(3).double(), 0.1, 0.05), note="the first steps"),
        (draw.normal(2, 4), draw.normals(4, 2, 4), draw.uniform(0.1, 2, 2, 4), 0.5, 0.3),
        (draw.normal(1), draw.normals(4, 1), draw.uniform(0.1, 2, 1), 0.01, 0.1),
        (draw.normal(3), [g * 100 for g in draw.normals(4, 3)], draw.uniform(0.1, 2, 3), 0.05, 1.0),
    ],
    extremes=lambda draw: [
        Case(
            (draw.normal(3), [torch.zeros(3).double()] * 4, torch.zeros(3).double(), 0.1, 1e-10),
            note="no gradient so far",
        ),
    ],
    defaults=lambda draw: [
        Case((draw.normal(3), draw.normals(4, 3), torch.zeros(3).double()), note="lr and eps left out"),
        Case((draw.normal(3), draw.normals(4, 3), torch.zeros(3).double(), 0.1), note="eps left out"),
        Case(
            (draw.normal(3), [1e-9 * g for g in draw.normals(4, 3)], torch.zeros(3).double(), 0.1),
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

exercise = Exercise(question, optimizers.adagrad_step, points=3)


exercise.mistakes(of_squares(lambda s, square: s + square, "sum"))


@exercise.misconception("forgets the earlier gradients", "What does `s` hold after two steps: one square, or two?")
def only_the_last(p, grad, s, lr=0.01, eps=1e-10):
    s = grad**2
    return p - lr * grad / (s.sqrt() + eps), s


@exercise.misconception(
    "averages the squares, so that old ones fade, as RMSProp does", "Can AdaGrad's s ever shrink? Can yours?"
)
def fades(p, grad, s, lr=0.01, eps=1e-10):
    s = 0.9 * s + 0.1 * grad**2
    return p - lr * grad / (s.sqrt() + eps), s


@exercise.mistake(writes_into("sum", "s"))
def in_place(p, grad, s, lr=0.01, eps=1e-10):
    s += grad**2
    return p - lr * grad / (s.sqrt() + eps), s


@exercise.alternative
def on_a_copy(p, grad, s, lr=0.01, eps=1e-10):
    total = s.clone().addcmul_(grad, grad)
    return p - lr * grad.div(total.sqrt().add_(eps)), total


@exercise.alternative
def a_rate_for_each(p, grad, s, lr=0.01, eps=1e-10):
    s = s + grad * grad
    rate = lr / (torch.sqrt(s) + eps)
    return p - rate * grad, s


@exercise.alternative
def entry_by_entry(p, grad, s, lr=0.01, eps=1e-10):
    moved, total = p.clone(), s.clone()
    for i in range(p.numel()):
        g = grad.reshape(-1)[i]
        total.view(-1)[i] += g.square()
        moved.view(-1)[i] -= lr * g / (total.view(-1)[i] ** 0.5 + eps)
    return moved, total
