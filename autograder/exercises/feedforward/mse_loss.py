"""Mean squared error over all elements, without a factor 1/2."""

from autograder.spec import Question

question = Question(
    cases=lambda draw: [
        (draw.normal(5), draw.normal(5)),
        (draw.normal(4, 3), draw.normal(4, 3)),
        (draw.normal(2, 3, 4), draw.normal(2, 3, 4)),
        (draw.normal(1, 6), draw.normal(1, 6)),
        (draw.normal(1), draw.normal(1)),
        (100 + draw.normal(3, 2), 100 + draw.normal(3, 2)),
    ],
    gradients=["pred"],
    arguments=("pred", "target"),
    forbids=["mse_loss"],
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes.losses import averaged
from gradschool.feedforward import losses

exercise = Exercise(question, losses.mse_loss, points=2)


def loss(pred, target, mean=torch.mean):
    return mean((pred - target) ** 2)


exercise.mistakes(averaged(loss))


@exercise.misconception(
    "divides by the number of rows, not by the number of elements",
    "How many numbers does a (4, 3) array of errors hold?",
    "By what does your answer divide them?",
)
def divided_by_rows(pred, target):
    return ((pred - target) ** 2).sum() / len(pred)


@exercise.misconception(
    "takes the root of the mean", "In which unit is your loss: that of the target, or of its square?"
)
def root(pred, target):
    return ((pred - target) ** 2).mean().sqrt()


@exercise.misconception(
    "averages the errors before it squares them",
    "Give it one error of +1 and one of -1. What should the loss be?",
    "In which order do mean and square stand in the name?",
)
def mean_before_square(pred, target):
    return (pred - target).mean() ** 2


@exercise.misconception(
    "takes absolute values where squares are asked", "How much worse should an error of 4 be than an error of 2?"
)
def absolute(pred, target):
    return (pred - target).abs().mean()


@exercise.alternative
def element_by_element(pred, target):
    total = 0
    for a, b in zip(pred.reshape(-1), target.reshape(-1), strict=True):
        total = total + (a - b) ** 2
    return total / pred.numel()


@exercise.alternative
def dot_product(pred, target):
    error = (pred - target).flatten()
    return error @ error / error.numel()


@exercise.alternative
def from_the_norm(pred, target):
    return torch.linalg.vector_norm(pred - target).square() / pred.numel()


@exercise.alternative
def in_place_on_its_own(pred, target):
    squared = target - pred
    squared = squared.pow_(2) if not squared.requires_grad else squared.pow(2)
    return torch.mean(squared)
