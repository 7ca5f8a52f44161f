"""What two translators lose on the way there and back.

A case holds the weights of two small translators; the probe makes functions of them.
"""

import torch

from autograder.spec import Case, Question
from autograder.spec.outputs import gradient
from autograder.spec.probes import function_of, named, probe, projected_gradients


def translator(weight, bias):
    return lambda x: torch.tanh(x @ weight.T + bias)


@probe("x", "y", "weights of to_y", "weights of to_x", device=False)
def observed(answer, args, returns, gradients):
    x, y, there, back = args
    weights = {
        gradient(f"{what} of {where}"): tensor
        for where, translator_of in (("to_y", there), ("to_x", back))
        for what, tensor in zip(("weight", "bias"), translator_of, strict=True)
    }
    if gradients:
        for tensor in weights.values():
            tensor.requires_grad_()
    outputs = named(function_of(answer)(x, y, translator(*there), translator(*back)), returns)
    return projected_gradients(outputs, weights) if gradients else outputs


def case(draw, xs, ys, features, note=""):
    there, back = ([draw.normal(features, features), draw.normal(features)] for _ in range(2))
    shapes = [(n, features) if isinstance(n, int) else (*n, features) for n in (xs, ys)]
    return Case((draw.normal(*shapes[0]), draw.normal(*shapes[1]) + 1, there, back), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 5, 5, 3),
        case(draw, 4, 7, 2, "domains of 4 and 7 samples"),
        case(draw, 1, 1, 1, "one number each"),
        case(draw, (3, 2), (2, 5), 4, "samples with axes of their own"),
    ],
    probe=observed,
    gradients=["to_y", "to_x"],
    arguments=("x", "y", "to_y", "to_x"),
    gives="one number, a tensor without axes",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.losses import averaged
from gradschool.adversarial import translation

exercise = Exercise(question, translation.cycle_consistency_loss, points=3)


def loss(x, y, to_y, to_x, mean=torch.mean):
    return mean((to_x(to_y(x)) - x).abs()) + mean((to_y(to_x(y)) - y).abs())


exercise.mistakes(averaged(loss))


@exercise.misconception(
    "closes the cycle in one direction only", "What does your loss say of to_x(to_y(x)), and what of to_y(to_x(y))?"
)
def one_direction(x, y, to_y, to_x):
    return (to_x(to_y(x)) - x).abs().mean()


@exercise.misconception("closes the other direction only", "Where does `x` enter your result?")
def other_direction(x, y, to_y, to_x):
    return (to_y(to_x(y)) - y).abs().mean()


@exercise.misconception(
    "squares what is lost, where its size is asked",
    "L1 and L2 differ in what they do with one pixel that is far off. Which does the task name?",
)
def squared(x, y, to_y, to_x):
    return (to_x(to_y(x)) - x).square().mean() + (to_y(to_x(y)) - y).square().mean()


@exercise.misconception(
    "applies the translators in the wrong order", "To which domain does `to_x` belong as an input: to x, or to y?"
)
def wrong_order(x, y, to_y, to_x):
    return (to_y(to_x(x)) - x).abs().mean() + (to_x(to_y(y)) - y).abs().mean()


@exercise.misconception(
    "asks a translator to leave samples of its own target domain alone: that is the identity loss",
    "How many translators does a sample pass through on a cycle? How many in your formula?",
)
def identity(x, y, to_y, to_x):
    return (to_y(y) - y).abs().mean() + (to_x(x) - x).abs().mean()


@exercise.misconception(
    "cuts the cycle in the middle, so that only the second translator learns",
    "Which of the two translators do your gradients reach? Is the first one not to blame for anything?",
)
def cut(x, y, to_y, to_x):
    return (to_x(to_y(x).detach()) - x).abs().mean() + (to_y(to_x(y).detach()) - y).abs().mean()


@exercise.alternative
def step_by_step(x, y, to_y, to_x):
    fake_y, fake_x = to_y(x), to_x(y)
    forward = torch.nn.functional.l1_loss(to_x(fake_y), x)
    backward = torch.nn.functional.l1_loss(to_y(fake_x), y)
    return forward + backward


@exercise.alternative
def in_a_loop(x, y, to_y, to_x):
    total = 0
    for start, first, second in ((x, to_y, to_x), (y, to_x, to_y)):
        off = second(first(start)) - start
        total = total + torch.where(off < 0, -off, off).sum() / off.numel()
    return total


@exercise.alternative
def sample_by_sample(x, y, to_y, to_x):
    there_and_back = torch.stack([(to_x(to_y(s[None]))[0] - s).abs().mean() for s in x])
    back_and_there = torch.stack([(to_y(to_x(s[None]))[0] - s).abs().mean() for s in y])
    return there_and_back.mean() + back_and_there.mean()
