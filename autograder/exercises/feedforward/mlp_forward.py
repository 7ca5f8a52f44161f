"""Scores of a multilayer perceptron: dense layers with ReLU between them and none after the last."""

from itertools import pairwise

from torch import Tensor

from autograder.spec import Case, Question
from autograder.spec.draw import Draw


def network(draw: Draw, batch: int, *sizes: int) -> tuple[Tensor, list[Tensor], list[Tensor]]:
    """A batch and a network of these widths, inputs first. Some net inputs of every layer are negative."""
    pairs = list(pairwise(sizes))
    weights = [draw.normal(outputs, inputs) for inputs, outputs in pairs]
    return draw.normal(batch, sizes[0]), weights, [draw.normal(outputs) for _, outputs in pairs]


question = Question(
    cases=lambda draw: [
        network(draw, 8, 3, 5, 2),
        Case(network(draw, 6, 4, 4, 4, 4), note="three layers of four units"),
        Case(network(draw, 7, 3, 2), note="a single layer"),
        Case(network(draw, 1, 4, 6, 3), note="a batch of one"),
        Case(network(draw, 6, 1, 7, 5, 1), note="one input, one output"),
        Case(network(draw, 5, 3, 6, 5, 6, 4, 2), note="five layers"),
    ],
    uses=["linear_forward", "relu"],
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes.layers import NO_BIAS
from gradschool.feedforward import layers

exercise = Exercise(question, layers.mlp_forward, points=4)


def dense(x, weight, bias):
    return x @ weight.T + bias


def rectified(z):
    return z.clamp(min=0)


def scores(x, weights, biases, activation=rectified):
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        x = activation(dense(x, weight, bias))
    return dense(x, weights[-1], biases[-1])


@exercise.misconception(
    "has nothing between the layers",
    "What is the product of two matrices?",
    "Could a single layer give the same scores as yours?",
)
def no_activation(x, weights, biases):
    return scores(x, weights, biases, activation=lambda z: z)


@exercise.misconception(
    "applies ReLU before each layer, the input included",
    "What happens to a negative input before the first layer sees it?",
)
def relu_before(x, weights, biases):
    return scores(rectified(x), weights, biases)


@exercise.mistake(NO_BIAS)
def no_biases(x, weights, biases):
    return scores(x, weights, [torch.zeros_like(b) for b in biases])


@exercise.misconception("has sigmoids between the layers", "Which activation does the task name?")
def with_sigmoids(x, weights, biases):
    return scores(x, weights, biases, activation=torch.sigmoid)


@exercise.misconception(
    "applies ReLU after the last layer too",
    "May a score be negative?",
    "How many layers are there, and how many gaps between them?",
)
def relu_at_the_end(x, weights, biases):
    return rectified(scores(x, weights, biases))


@exercise.misconception("gives every layer the network's input", "What does the second layer of a network see?")
def input_again(x, weights, biases):
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        h = rectified(dense(x, weight, bias))
    return dense(h if len(weights) == 2 else x, weights[-1], biases[-1])


@exercise.misconception(
    "stops before the last layer",
    "How many columns should the scores have?",
    "What does range(len(weights) - 1) leave out?",
)
def last_layer_missing(x, weights, biases):
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        x = rectified(dense(x, weight, bias))
    return x


@exercise.misconception(
    "turns the scores into probabilities", "Does the task ask for scores or for probabilities? Do your rows sum to one?"
)
def softmax_at_the_end(x, weights, biases):
    return torch.softmax(scores(x, weights, biases), dim=-1)


@exercise.misconception(
    "applies ReLU after the first layer only", "How many gaps are there in a network of three layers?"
)
def relu_once(x, weights, biases):
    for i, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        x = dense(x, weight, bias)
        if i == 0 and len(weights) > 1:
            x = rectified(x)
    return x


@exercise.alternative
def with_my_own_layers(x, weights, biases):
    h = x
    for i in range(len(weights)):
        h = linear_forward(h, weights[i], biases[i])
        if i < len(weights) - 1:
            h = relu(h)
    return h


@exercise.alternative
def last_one_apart(x, weights, biases):
    *hidden, (weight, bias) = zip(weights, biases, strict=True)
    for w, b in hidden:
        x = torch.maximum(x @ w.T + b, torch.zeros_like(b))
    return x @ weight.T + bias


@exercise.alternative
def recursive(x, weights, biases):
    if len(weights) == 1:
        return torch.einsum("ni,ji->nj", x, weights[0]) + biases[0]
    return recursive((x @ weights[0].T + biases[0]).clamp(min=0), weights[1:], biases[1:])


@exercise.alternative
def sample_by_sample(x, weights, biases):
    scores = []
    for h in x:
        for i, (w, b) in enumerate(zip(weights, biases, strict=True)):
            h = w @ h + b
            h = h * (h > 0) if i + 1 < len(weights) else h
        scores.append(h)
    return torch.stack(scores)


def linear_forward(x, weight, bias):
    """Stands for the student's own, earlier answer; the check puts the reference in its place."""
    raise NotImplementedError


def relu(z):
    """Stands for the student's own, earlier answer; the check puts the reference in its place."""
    raise NotImplementedError
