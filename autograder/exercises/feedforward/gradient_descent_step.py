"""One step of gradient descent on a list of parameters."""

from autograder.spec import Question


def network(draw, inputs, hidden):
    """Parameters of a network with one hidden layer, and numbers of the same shapes for their gradients."""
    shapes = [(hidden, inputs), (hidden,), (1, hidden), (1,)]
    return [draw.normal(*s) for s in shapes], [draw.normal(*s) for s in shapes]


question = Question(
    cases=lambda draw: [
        (*network(draw, 2, 4), 0.1),
        (*network(draw, 3, 5), 0.7),
        (*network(draw, 1, 1), 2.0),
    ],
    returns=("params[0]", "params[1]", "params[2]", "params[3]"),
    forbids=["optimizers"],
    fresh=("params[0]", "params[1]", "params[2]", "params[3]"),
    gives="a list (or a tuple) of tensors",
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes import writes_into
from autograder.spec.mistakes.optimizers import of_descent
from gradschool.feedforward import gradients

exercise = Exercise(question, gradients.gradient_descent_step, points=2)


def each(step):
    return lambda params, grads, lr: [step(p, g, lr) for p, g in zip(params, grads, strict=True)]


exercise.mistakes(of_descent(each, tiny=0))


@exercise.misconception(
    "returns the parameters as they came",
    "After `for p in params: p = p - 1`, what does the list hold?",
    "Where do your new tensors go?",
)
def loop_variable_rebound(params, grads, lr):
    for p, g in zip(params, grads, strict=True):
        p = p - lr * g
    return params


@exercise.mistake(writes_into("parameters", "p"))
def in_place(params, grads, lr):
    for p, g in zip(params, grads, strict=True):
        p -= lr * g
    return params


@exercise.misconception(
    "leaves the biases where they are", "How many tensors come in, and how many of them does your step move?"
)
def weights_only(params, grads, lr):
    return [p - lr * g if p.ndim == 2 else p.clone() for p, g in zip(params, grads, strict=True)]


@exercise.alternative
def appended(params, grads, lr):
    new = []
    for i in range(len(params)):
        new.append(params[i] - grads[i] * lr)  # noqa: PERF401
    return new


@exercise.alternative
def copied_then_moved(params, grads, lr):
    moved = [p.clone() for p in params]
    for p, g in zip(moved, grads, strict=True):
        p -= lr * g
    return moved


@exercise.alternative
def as_a_tuple(params, grads, lr):
    return tuple(torch.sub(p, g, alpha=lr) for p, g in zip(params, grads, strict=True))


@exercise.alternative
def mapped(params, grads, lr):
    return list(map(lambda p, g: torch.add(p, g, alpha=-lr), params, grads))
