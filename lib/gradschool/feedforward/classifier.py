"""A classifier made of this unit's parts alone: layers, initial weights, a loss, an optimizer and a loop."""

from collections.abc import Callable
from itertools import pairwise

import torch
from jaxtyping import Float, Integer
from torch import Tensor

from gradschool.checks import check_indices
from gradschool.feedforward.initialisation import he_normal
from gradschool.feedforward.layers import mlp_forward
from gradschool.feedforward.losses import cross_entropy
from gradschool.feedforward.optimizers import momentum_step
from gradschool.training import batches

Predict = Callable[[Float[Tensor, "samples inputs"]], Integer[Tensor, " samples"]]


def train_classifier(x: Float[Tensor, "samples inputs"], y: Integer[Tensor, " classes"], seed: int) -> Predict:
    """Train a multilayer perceptron with one hidden layer of 64 ReLU units, and return what predicts with it.

    He initialisation, cross-entropy, momentum of 0.9 on batches of 32 drawn anew in each of 15 epochs.

    Args:
        x: samples to learn from.
        y: their classes, from 0; there are as many as the largest says.
        seed: decides initial weights and the order of the batches, so that the same call gives the same classifier.

    Returns:
        predict(x) -> the class of each sample.

    Raises:
        ValueError: no samples, not one class for each, or a class below 0.
    """
    if len(x) == 0 or len(x) != len(y):
        raise ValueError(f"expected at least one sample and a class for each; got {len(x)} and {len(y)}")
    check_indices(y, int(y.max()) + 1)
    generator = torch.Generator().manual_seed(seed)
    sizes = [x.shape[1], 64, int(y.max()) + 1]
    weights = [he_normal((out, in_), generator).to(x) for in_, out in pairwise(sizes)]
    parameters = weights + [torch.zeros(out).to(x) for out in sizes[1:]]
    velocities = [torch.zeros_like(p) for p in parameters]
    for _ in range(15):
        for xs, ys in batches(x, y, 32, generator):
            parameters = [p.detach().requires_grad_() for p in parameters]
            loss = cross_entropy(mlp_forward(xs, parameters[:2], parameters[2:]), ys)
            grads = torch.autograd.grad(loss, parameters)
            steps = [momentum_step(*now, 0.05, 0.9) for now in zip(parameters, grads, velocities, strict=True)]
            parameters, velocities = [list(part) for part in zip(*steps, strict=True)]
    weights, biases = [[p.detach() for p in part] for part in (parameters[:2], parameters[2:])]
    return lambda x: mlp_forward(x, weights, biases).argmax(dim=1)
