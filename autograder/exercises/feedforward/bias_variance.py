"""Bias² and variance of predictions from many training sets."""

from autograder.spec import Case, Question


def case(draw, runs, points, note=""):
    return Case((draw.normal(runs, points) + draw.normal(points), draw.normal(points)), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 7, 4),
        case(draw, 3, 9, "more points than runs"),
        case(draw, 5, 1, "one point"),
        case(draw, 1, 6, "one run: no variance"),
    ],
    returns=("bias2", "variance"),
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes.layers import in_order
from gradschool.feedforward import selection

exercise = Exercise(question, selection.bias_variance, points=3)


def right(predictions, targets):
    return (predictions.mean(0) - targets).square().mean(), predictions.var(0, correction=0).mean()


exercise.mistakes([in_order(right, 1, 0)])


@exercise.misconception(
    "takes the mean squared error for bias²",
    "Is the difference taken from each prediction, or from their average?",
)
def error_for_bias(predictions, targets):
    return (predictions - targets).square().mean(), right(predictions, targets)[1]


@exercise.misconception("returns the size of the bias, not its square", "In which unit is the variance? And your bias?")
def not_squared(predictions, targets):
    return (predictions.mean(0) - targets).abs().mean(), right(predictions, targets)[1]


@exercise.misconception(
    "divides the variance by one less than the number of runs",
    "The two parts should add up to the mean squared error. Do yours?",
)
def unbiased(predictions, targets):
    return (predictions.mean(0) - targets).square().mean(), predictions.var(0).mean()


@exercise.misconception(
    "averages over the points before it squares",
    "A model is 1 too high at one point and 1 too low at another. What is your bias?",
)
def averaged_first(predictions, targets):
    return (predictions.mean(0) - targets).mean().square(), predictions.var(0, correction=0).mean()


@exercise.misconception(
    "measures how the predictions vary over the points, not over the runs",
    "What should the variance be when all training sets give the same curve?",
)
def variance_over_points(predictions, targets):
    return (predictions.mean(0) - targets).square().mean(), predictions.var(1, correction=0).mean()


@exercise.misconception(
    "measures how all predictions together vary",
    "What should the variance be when all training sets give the same curve?",
)
def variance_of_everything(predictions, targets):
    return (predictions.mean(0) - targets).square().mean(), predictions.var(correction=0)


@exercise.alternative
def by_hand(predictions, targets):
    runs = predictions.shape[0]
    average = predictions.sum(0) / runs
    variance = ((predictions - average) ** 2).sum(0) / runs
    return ((average - targets) ** 2).mean(), variance.mean()


@exercise.alternative
def point_by_point(predictions, targets):
    bias, variance = torch.zeros_like(targets[0]), torch.zeros_like(targets[0])
    for j in range(len(targets)):
        column = predictions[:, j]
        bias = bias + (column.mean() - targets[j]) ** 2 / len(targets)
        variance = variance + column.var(unbiased=False) / len(targets)
    return bias, variance


@exercise.alternative
def by_the_difference(predictions, targets):
    bias = torch.mean((torch.mean(predictions, dim=0) - targets).pow(2))
    return bias, torch.mean((predictions - targets).pow(2)) - bias
