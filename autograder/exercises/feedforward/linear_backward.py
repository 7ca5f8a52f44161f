"""Gradients of a dense layer with respect to its input, its weight and its bias."""

from autograder.spec import Question


def layer(draw, batch, inputs, outputs):
    return draw.normal(batch, outputs), draw.normal(batch, inputs), draw.normal(outputs, inputs)


question = Question(
    cases=lambda draw: [
        layer(draw, 5, 4, 3),
        layer(draw, 4, 4, 4),  # square: a wrong transposition gives no wrong shape
        layer(draw, 1, 3, 2),
        layer(draw, 6, 2, 1),
        layer(draw, 2, 1, 5),
    ],
    returns=("dx", "dweight", "dbias"),
    forbids=["autograd"],
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes.layers import BIAS_AVERAGED, MEAN_TWICE, in_order
from gradschool.feedforward import layers

exercise = Exercise(question, layers.linear_backward, points=4)


def right(dout, x, weight):
    return dout @ weight, dout.T @ x, dout.sum(dim=0)


exercise.mistakes([in_order(right, 1, 2, 0)])


@exercise.mistake(BIAS_AVERAGED)
def bias_averaged(dout, x, weight):
    return dout @ weight, dout.T @ x, dout.mean(dim=0)


@exercise.mistake(MEAN_TWICE)
def divided_by_the_batch_again(dout, x, weight):
    return dout @ weight, dout.T @ x / len(x), dout.sum(dim=0) / len(x)


@exercise.misconception(
    "gives the weight's gradient transposed",
    "Which shape has weight? A gradient has the shape of what it belongs to.",
    "Which axis must disappear from dout and from x: which must stay first?",
)
def weight_gradient_transposed(dout, x, weight):
    return dout @ weight, x.T @ dout, dout.sum(dim=0)


@exercise.misconception(
    "takes the weight the wrong way round in the gradient of the input",
    "On the way forward x meets the transpose of weight. What does dout meet on the way back?",
    "Write the shapes under the product: (batch, outputs) times what gives (batch, inputs)?",
)
def weight_as_on_the_way_forward(dout, x, weight):
    return dout @ weight.T, dout.T @ x, dout.sum(dim=0)


@exercise.misconception(
    "puts the operands of the input's gradient in the wrong order",
    "Which axis comes first in x, and which in your dx?",
)
def operands_swapped(dout, x, weight):
    return weight.T @ dout.T, dout.T @ x, dout.sum(dim=0)


@exercise.misconception(
    "does not sum the bias gradient over the batch",
    "Which shape has the bias? A gradient has the shape of what it belongs to.",
    "In how many rows of y does the same b stand?",
)
def bias_not_summed(dout, x, weight):
    return dout @ weight, dout.T @ x, dout.clone()


@exercise.misconception(
    "sums the bias gradient over the outputs, not over the batch",
    "How many biases are there: one for each sample, or one for each output?",
)
def bias_summed_over_outputs(dout, x, weight):
    return dout @ weight, dout.T @ x, dout.sum(dim=1)


@exercise.misconception(
    "sends the layer's own output back, where the gradient from above belongs",
    "What should dx be when dout is zero?",
    "Does the gradient with respect to x depend on x?",
)
def input_from_x(dout, x, weight):
    return x @ weight.T @ weight, dout.T @ x, dout.sum(dim=0)


@exercise.alternative
def with_einsum(dout, x, weight):
    dx = torch.einsum("bo,oi->bi", dout, weight)
    dweight = torch.einsum("bo,bi->oi", dout, x)
    return dx, dweight, torch.einsum("bo->o", dout)


@exercise.alternative
def sample_by_sample(dout, x, weight):
    dx, dweight, dbias = torch.zeros_like(x), torch.zeros_like(weight), dout.new_zeros(dout.shape[1])
    for n in range(len(x)):
        dx[n] = weight.T @ dout[n]
        dweight += torch.outer(dout[n], x[n])
        dbias += dout[n]
    return dx, dweight, dbias


@exercise.alternative
def weight_transposed_at_the_end(dout, x, weight):
    ones = torch.ones(1, dout.shape[0], dtype=dout.dtype, device=dout.device)
    return [torch.mm(dout, weight), (x.t() @ dout).t(), (ones @ dout).flatten()]


@exercise.alternative
def broadcast_and_summed(dout, x, weight):
    dx = (dout[:, :, None] * weight[None]).sum(dim=1)
    dweight = (dout[:, :, None] * x[:, None, :]).sum(dim=0)
    return dx, dweight, torch.sum(dout, dim=0)


@exercise.alternative
def in_numpy(dout, x, weight):
    d, a, w = dout.numpy(), x.numpy(), weight.numpy()
    return torch.from_numpy(d @ w), torch.from_numpy(d.T @ a), torch.from_numpy(d.sum(0))
