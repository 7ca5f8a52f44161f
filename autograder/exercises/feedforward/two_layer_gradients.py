"""Gradients of a network with one hidden layer of tanh units and a sigmoid output."""

from autograder.spec import Question


def network(draw, batch, inputs, hidden):
    x, y = draw.normal(batch, inputs), draw.labels(2, batch).double()
    return x, y, draw.normal(hidden, inputs), draw.normal(hidden), draw.normal(1, hidden), draw.normal(1)


question = Question(
    cases=lambda draw: [
        network(draw, 6, 2, 4),
        network(draw, 5, 3, 2),
        network(draw, 1, 2, 3),
        network(draw, 4, 1, 1),
        network(draw, 4, 4, 4),
    ],
    returns=("dw1", "db1", "dw2", "db2"),
    forbids=["autograd", "binary_cross_entropy"],
    uses=["linear_forward", "linear_backward", "sigmoid", "sigmoid_backward", "tanh", "tanh_backward"],
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from gradschool.feedforward import gradients

exercise = Exercise(
    question,
    gradients.two_layer_gradients,
    points=6,
)


def forward(x, w1, b1, w2, b2):
    h = torch.tanh(x @ w1.T + b1)
    return h, torch.sigmoid(h @ w2.T + b2)  # (batch, hidden), (batch, 1)


def backward(dz2, slope, x, h, w2):
    """The four gradients from that of the last net input and the slope of the hidden units."""
    dz1 = dz2 @ w2 * slope
    return dz1.T @ x, dz1.sum(dim=0), dz2.T @ h, dz2.sum(dim=0)


@exercise.misconception(
    "multiplies by the slope of the sigmoid, which cross-entropy has cancelled",
    "Differentiate the loss of one sample with respect to its last net input. Which factors cancel?",
    "Which loss would leave that slope in its gradient?",
)
def slope_of_the_output(x, y, w1, b1, w2, b2):
    h, p = forward(x, w1, b1, w2, b2)
    dz2 = (p - y[:, None]) * p * (1 - p) / len(x)
    return backward(dz2, 1 - h**2, x, h, w2)


@exercise.misconception(
    "takes 1 - h for the slope of a tanh unit",
    "At h = 0 the slope is 1. What is it at h = -1, where the unit is saturated, and what is yours?",
)
def slope_not_squared(x, y, w1, b1, w2, b2):
    h, p = forward(x, w1, b1, w2, b2)
    return backward((p - y[:, None]) / len(x), 1 - h, x, h, w2)


@exercise.misconception(
    "forgets that the loss is a mean over the batch",
    "What happens to the loss, and what to your gradients, when a batch is given twice?",
)
def no_mean(x, y, w1, b1, w2, b2):
    h, p = forward(x, w1, b1, w2, b2)
    return backward(p - y[:, None], 1 - h**2, x, h, w2)


@exercise.misconception(
    "divides by the batch size twice",
    "Who divides by the batch size: the gradient of the loss, or the layers? How often should it happen?",
)
def mean_twice(x, y, w1, b1, w2, b2):
    h, p = forward(x, w1, b1, w2, b2)
    return backward((p - y[:, None]) / len(x) ** 2, 1 - h**2, x, h, w2)


@exercise.misconception(
    "has the sign of the error the wrong way round",
    "Should the loss rise or fall with the last net input when y = 0?",
)
def sign(x, y, w1, b1, w2, b2):
    h, p = forward(x, w1, b1, w2, b2)
    return backward((y[:, None] - p) / len(x), 1 - h**2, x, h, w2)


@exercise.misconception(
    "lets the gradient pass the hidden units unchanged",
    "Name every node between the last weight and the first, in order. Which of them has no factor in your product?",
)
def no_slope_in_the_hidden_layer(x, y, w1, b1, w2, b2):
    h, p = forward(x, w1, b1, w2, b2)
    return backward((p - y[:, None]) / len(x), torch.ones_like(h), x, h, w2)


@exercise.misconception(
    "uses the sigmoid's slope for hidden units that are tanh",
    "Which function do the hidden units apply? What is its slope at net input 0?",
)
def sigmoid_slope_in_the_hidden_layer(x, y, w1, b1, w2, b2):
    h, p = forward(x, w1, b1, w2, b2)
    return backward((p - y[:, None]) / len(x), h * (1 - h), x, h, w2)


@exercise.misconception(
    "applies tanh to the hidden activations once more",
    "What does h hold: net inputs, or what tanh made of them?",
)
def tanh_twice(x, y, w1, b1, w2, b2):
    h, p = forward(x, w1, b1, w2, b2)
    return backward((p - y[:, None]) / len(x), 1 - torch.tanh(h) ** 2, x, h, w2)


@exercise.misconception(
    "puts the net input where the slope of tanh needs its output",
    "The slope of tanh is written with what tanh put out. Which of your tensors is that?",
    "Can a slope of tanh be negative? Can yours?",
)
def slope_from_the_net_input(x, y, w1, b1, w2, b2):
    h, p = forward(x, w1, b1, w2, b2)
    return backward((p - y[:, None]) / len(x), 1 - (x @ w1.T + b1) ** 2, x, h, w2)


@exercise.misconception(
    "has sigmoid units in the hidden layer", "Which function does the task put into the hidden layer?"
)
def sigmoid_hidden_units(x, y, w1, b1, w2, b2):
    h = torch.sigmoid(x @ w1.T + b1)
    p = torch.sigmoid(h @ w2.T + b2)
    return backward((p - y[:, None]) / len(x), h * (1 - h), x, h, w2)


@exercise.misconception(
    "takes a column from a row, which gives a square of all pairs",
    "Which shapes do p and y have, and which has p - y?",
    "Which of the two needs one axis more, or fewer?",
)
def all_pairs(x, y, w1, b1, w2, b2):
    h, p = forward(x, w1, b1, w2, b2)
    return backward((p - y) / len(x), 1 - h**2, x, h, w2)


@exercise.misconception(
    "averages the bias gradients over the batch",
    "By how much does every row's net input change when the bias grows by 1?",
    "Where is the loss's 1/batch by the time you reach the bias?",
)
def biases_averaged(x, y, w1, b1, w2, b2):
    h, p = forward(x, w1, b1, w2, b2)
    dw1, db1, dw2, db2 = backward((p - y[:, None]) / len(x), 1 - h**2, x, h, w2)
    return dw1, db1 / len(x), dw2, db2 / len(x)


@exercise.misconception(
    "returns the last layer's gradients first", "In which order does the task list what is to be returned?"
)
def last_layer_first(x, y, w1, b1, w2, b2):
    h, p = forward(x, w1, b1, w2, b2)
    dw1, db1, dw2, db2 = backward((p - y[:, None]) / len(x), 1 - h**2, x, h, w2)
    return dw2, db2, dw1, db1


@exercise.alternative
def from_ones_own_layers(x, y, w1, b1, w2, b2):
    h = torch.tanh(x @ w1.T + b1)
    p = torch.sigmoid(h @ w2.T + b2)
    dz2 = (p - y.unsqueeze(1)) / x.shape[0]
    dh, dw2, db2 = linear_backward(dz2, h, w2)
    _, dw1, db1 = linear_backward(tanh_backward(dh, h), x, w1)
    return dw1, db1, dw2, db2


@exercise.alternative
def through_every_node(x, y, w1, b1, w2, b2):
    h = torch.tanh(x @ w1.T + b1)
    p = torch.sigmoid((h @ w2.T + b2).squeeze(-1))
    dp = ((1 - y) / (1 - p) - y / p) / len(y)
    dz2 = sigmoid_backward(dp, p)[:, None]
    dz1 = tanh_backward(dz2 * w2, h)
    return torch.mm(dz1.t(), x), dz1.sum(0), torch.mm(dz2.t(), h), dz2.sum(0)


@exercise.alternative
def with_einsum(x, y, w1, b1, w2, b2):
    h = torch.tanh(torch.einsum("bi,hi->bh", x, w1) + b1)
    error = torch.sigmoid(torch.einsum("bh,h->b", h, w2[0]) + b2) - y
    dz1 = torch.einsum("b,h,bh->bh", error, w2[0], 1 - h * h)
    found = torch.einsum("bh,bi->hi", dz1, x), dz1.sum(0), (error @ h)[None], error.sum()[None]
    return [g / len(y) for g in found]


@exercise.alternative
def sample_by_sample(x, y, w1, b1, w2, b2):
    totals = [torch.zeros_like(p) for p in (w1, b1, w2, b2)]
    for sample, label in zip(x, y, strict=True):
        h = torch.tanh(w1 @ sample + b1)
        error = (torch.sigmoid(w2 @ h + b2) - label) / len(x)
        dz1 = error * w2[0] * (1 - h**2)
        for total, part in zip(totals, (torch.outer(dz1, sample), dz1, torch.outer(error, h), error), strict=True):
            total += part
    return tuple(totals)
