"""The dense layer as one matrix product, its backward pass, and a stack of such layers."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from gradschool.feedforward.activations import relu


def linear_forward(
    x: Float[Tensor, "batch inputs"], weight: Float[Tensor, "outputs inputs"], bias: Float[Tensor, " outputs"]
) -> Float[Tensor, "batch outputs"]:
    """Net input of every unit for every sample: y = x Wᵀ + b.

    Row j of W holds the weights of unit j, so that y[n, j] = Σ_i x[n, i] W[j, i] + b[j].

    Source: Goodfellow, Bengio & Courville (2016), eq. 6.36, transposed to batch-first rows as in torch.
    """
    return x @ weight.T + bias


def linear_backward(
    dout: Float[Tensor, "batch outputs"], x: Float[Tensor, "batch inputs"], weight: Float[Tensor, "outputs inputs"]
) -> tuple[Float[Tensor, "batch inputs"], Float[Tensor, "outputs inputs"], Float[Tensor, " outputs"]]:
    """Gradients of the loss with respect to the input, the weight and the bias of y = x Wᵀ + b.

    Args:
        dout: gradient with respect to y. If the loss is a mean over the batch, its 1/batch is already in here.
        x: the layer's input in the forward pass.
        weight: the layer's weight.

    Returns:
        (dx, dweight, dbias), each shaped like what it belongs to: a weight meets every sample of the batch, so its
        gradient is the sum over the batch, and so is the bias's.

    Source:
        Goodfellow, Bengio & Courville (2016), section 6.5.6 (the rule for matrix products).
    """
    return dout @ weight, dout.T @ x, dout.sum(dim=0)


def mlp_forward(
    x: Float[Tensor, "batch inputs"], weights: Sequence[Float[Tensor, "_ _"]], biases: Sequence[Float[Tensor, " _"]]
) -> Float[Tensor, "batch outputs"]:
    """Scores of a multilayer perceptron: dense layers with ReLU between them and none after the last.

    Args:
        x: one sample per row.
        weights: one matrix (outputs, inputs) per layer, first layer first.
        biases: one vector (outputs) per layer.

    Raises:
        ValueError: no layers, or not as many biases as weights.
    """
    if not weights or len(weights) != len(biases):
        raise ValueError(
            f"expected one weight and one bias for each layer; got {len(weights)} weights, {len(biases)} biases"
        )
    h = x
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        h = relu(linear_forward(h, weight, bias))
    return linear_forward(h, weights[-1], biases[-1])


def count_parameters(sizes: Sequence[int]) -> int:
    """Number of weights and biases of dense layers with these widths, inputs first: Σ (inputs + 1) · outputs.

    `count_parameters([64, 32, 10])` counts 64 → 32 → 10: 2,080 + 330 = 2,410.

    Raises:
        ValueError: fewer than two sizes, or a size below one.
    """
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes names the inputs and each layer's units, all at least 1; got {list(sizes)}")
    return sum((inputs + 1) * outputs for inputs, outputs in pairwise(sizes))


#: The same in torch. nn.Linear(inputs, outputs) holds weight and bias, nn.Sequential stacks layers, and autograd does
#: the backward pass.
SAME_IN_TORCH: dict[Callable[..., Tensor], Callable[..., Tensor]] = {linear_forward: F.linear}
