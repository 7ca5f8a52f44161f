"""One step of the perceptron learning rule on one sample."""

import torch

from autograder.spec import Case, Question
from autograder.spec.draw import Draw


def sample(draw: Draw, inputs: int, net: float, y: int, lr: float, note: str) -> Case:
    """A sample on which the unit's net input is `net`, up to rounding: never near the threshold by chance."""
    w, x = draw.normal(inputs), draw.normal(inputs)
    return Case((w, net - w @ x, x, torch.tensor(y), lr), note=note)


def at_the_threshold(draw: Draw, y: int) -> Case:
    """Zero weights, as learning often starts: the net input is exactly 0 in any precision."""
    return Case(
        (torch.zeros(3).double(), torch.zeros(()).double(), draw.normal(3), torch.tensor(y), 0.5),
        note="net input exactly 0",
    )


question = Question(
    cases=lambda draw: [
        sample(draw, 2, -1.3, 1, 1.0, "says 0, should say 1"),
        sample(draw, 2, 0.8, 0, 1.0, "says 1, should say 0"),
        sample(draw, 3, 1.7, 1, 0.5, "right: says 1"),
        sample(draw, 3, -0.6, 0, 0.5, "right: says 0"),
        sample(draw, 5, 2.4, 0, 0.1, "another learning rate"),
        sample(draw, 1, -2.1, 1, 0.25, "one input"),
        at_the_threshold(draw, 1),
        at_the_threshold(draw, 0),
        Case(
            (
                torch.tensor([1.0, 1.0]).double(),
                torch.tensor(-0.5).double(),
                torch.zeros(2).double(),
                torch.tensor(1),
                1.0,
            ),
            note="a sample of zeros",
        ),
    ],
    returns=("w", "b"),
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes import writes_into
from autograder.spec.mistakes.optimizers import NO_LEARNING_RATE
from gradschool.feedforward import perceptron

exercise = Exercise(question, perceptron.perceptron_update, points=4)


def fires(w, b, x):
    return (w @ x + b >= 0).to(w.dtype)


@exercise.misconception(
    "leaves the bias as it was", "The bias is a weight too: what is the input that it is multiplied by?"
)
def bias_stays(w, b, x, y, lr):
    return w + lr * (y - fires(w, b, x)) * x, b


@exercise.misconception(
    "moves the line the wrong way",
    "The unit says 0 and should say 1. Must its net input grow or shrink?",
    "Which of the two is subtracted from which in the error?",
)
def away_from_the_target(w, b, x, y, lr):
    error = fires(w, b, x) - y
    return w + lr * error * x, b + lr * error


@exercise.misconception(
    "learns even when the unit is right", "What should happen to the weights when the unit already says y?"
)
def hebbian(w, b, x, y, lr):
    return w + lr * y * x, b + lr * y


@exercise.misconception(
    "compares the target with the net input, not with what the unit says (the delta rule of Widrow and Hoff)",
    "What can the unit say? Which values can its error have?",
    "When the unit is right, how large is your error?",
)
def delta_rule(w, b, x, y, lr):
    error = y - (w @ x + b)
    return w + lr * error * x, b + lr * error


@exercise.misconception(
    "is silent at a net input of exactly 0", "With all weights at zero, what does this task's unit say?"
)
def silent_at_zero(w, b, x, y, lr):
    error = y - (w @ x + b > 0).to(w.dtype)
    return w + lr * error * x, b + lr * error


@exercise.misconception(
    "uses the rule for classes -1 and +1",
    "For a sample of class 0 that the unit gets wrong, by how much do your weights change?",
)
def for_signed_classes(w, b, x, y, lr):
    wrong = (fires(w, b, x) != y).to(w.dtype)
    return w + lr * wrong * y * x, b + lr * wrong * y


@exercise.misconception(
    "forgets the bias when it decides what the unit says", "Where does the threshold sit in your net input?"
)
def decides_without_bias(w, b, x, y, lr):
    error = y - (w @ x >= 0).to(w.dtype)
    return w + lr * error * x, b + lr * error


@exercise.mistake(NO_LEARNING_RATE)
def no_learning_rate(w, b, x, y, lr):
    error = y - fires(w, b, x)
    return w + error * x, b + error


@exercise.mistake(writes_into("weights", "w"))
def in_place(w, b, x, y, lr):
    error = y - fires(w, b, x)
    w += lr * error * x
    b += lr * error
    return w, b


@exercise.alternative
def with_an_if(w, b, x, y, lr):
    says = 1 if float(torch.dot(w, x) + b) >= 0 else 0
    if says == y:
        return w, b
    if says < y:
        return w + lr * x, b + lr
    return w - lr * x, b - lr


@exercise.alternative
def with_sum_and_where(w, b, x, y, lr):
    net = (w * x).sum() + b
    error = y - torch.where(net < 0, 0.0, 1.0).to(w.dtype)
    return w + lr * error * x, b + lr * error


@exercise.alternative
def weight_by_weight(w, b, x, y, lr):
    net = b.clone()
    for i in range(len(w)):
        net = net + w[i] * x[i]
    new_w, new_b = w.clone(), b.clone()
    error = int(y) - int(net >= 0)
    for i in range(len(w)):
        new_w[i] += lr * error * x[i]
    new_b += lr * error
    return new_w, new_b


@exercise.alternative
def bias_as_a_weight(w, b, x, y, lr):
    extended, one = torch.cat([w, b.reshape(1)]), torch.cat([x, torch.ones_like(b).reshape(1)])
    extended = extended + lr * (int(y) - int(extended @ one >= 0)) * one
    return extended[:-1], extended[-1]
