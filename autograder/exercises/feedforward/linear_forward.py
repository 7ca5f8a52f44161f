"""A dense layer for a whole batch: y = x Wᵀ + b."""

from torch import Tensor

from autograder.spec import Case, Question
from autograder.spec.draw import Draw


def layer(draw: Draw, batch: int, inputs: int, outputs: int) -> tuple[Tensor, Tensor, Tensor]:
    """A batch, and a layer's weight and bias."""
    return draw.normal(batch, inputs), draw.normal(outputs, inputs), draw.normal(outputs)


question = Question(
    cases=lambda draw: [
        layer(draw, 4, 3, 2),
        Case(layer(draw, 3, 3, 3), note="everything square"),
        Case(layer(draw, 4, 2, 4), note="as many units as samples"),
        Case(layer(draw, 1, 5, 3), note="a batch of one"),
        Case(layer(draw, 5, 1, 3), note="one input"),
        Case(layer(draw, 5, 3, 1), note="one unit"),
        layer(draw, 2, 7, 4),
    ],
    gradients=True,
    forbids=["linear"],
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes.layers import NO_BIAS
from gradschool.feedforward import layers

exercise = Exercise(question, layers.linear_forward, points=4)


@exercise.mistake(NO_BIAS)
def no_bias(x, weight, bias):
    return x @ weight.T


@exercise.misconception(
    "takes the weight as (inputs, outputs)",
    "Which axis of `weight` belongs to the units in this course, and in torch?",
    "For shapes (4, 3) and (2, 3), which axes must meet in the product?",
)
def inputs_first(x, weight, bias):
    return x @ weight + bias


@exercise.misconception(
    "returns one row per unit, not one row per sample",
    "What are the shapes of your result and of the one asked?",
    "Which factor's rows become the rows of a matrix product?",
)
def units_first(x, weight, bias):
    return weight @ x.T + bias.unsqueeze(1)


@exercise.misconception(
    "adds the bias along the batch, one number per sample",
    "How many units has the layer, and how many samples has the batch? Which of them owns the biases?",
)
def bias_per_sample(x, weight, bias):
    return x @ weight.T + bias.unsqueeze(1)


@exercise.misconception(
    "adds the sum of all biases to every unit", "Should one unit's threshold move another unit's net input?"
)
def bias_summed(x, weight, bias):
    return x @ weight.T + bias.sum()


@exercise.misconception("subtracts the bias", "What should an input of zeros give: b or -b?")
def bias_subtracted(x, weight, bias):
    return x @ weight.T - bias


@exercise.misconception(
    "applies ReLU to the net input", "Does the task ask for the net input, or for what becomes of it afterwards?"
)
def with_activation(x, weight, bias):
    return (x @ weight.T + bias).clamp(min=0)


@exercise.alternative
def with_einsum(x, weight, bias):
    return torch.einsum("ni,ji->nj", x, weight) + bias


@exercise.alternative
def unit_by_unit(x, weight, bias):
    return torch.stack([x @ w + b for w, b in zip(weight, bias, strict=True)], dim=1)


@exercise.alternative
def sample_by_sample(x, weight, bias):
    return torch.stack([weight @ sample + bias for sample in x])


@exercise.alternative
def by_broadcasting(x, weight, bias):
    return (x[:, None, :] * weight[None, :, :]).sum(-1) + bias


@exercise.alternative
def bias_as_a_column(x, weight, bias):
    ones = torch.ones(len(x), 1, dtype=x.dtype, device=x.device)
    return torch.cat([x, ones], 1) @ torch.cat([weight, bias[:, None]], 1).T


@exercise.alternative
def one_entry_at_a_time(x, weight, bias):
    rows = []
    for n in range(x.shape[0]):
        row = []
        for j in range(weight.shape[0]):
            total = bias[j]
            for i in range(x.shape[1]):
                total = total + x[n, i] * weight[j, i]
            row.append(total)
        rows.append(torch.stack(row))
    return torch.stack(rows)
