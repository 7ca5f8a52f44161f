"""Rosenblatt's perceptron: a threshold unit that learns only from its mistakes."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from gradschool.checks import check_among
from gradschool.feedforward.activations import step


def perceptron_update(
    w: Float[Tensor, " inputs"],
    b: Float[Tensor, ""],
    x: Float[Tensor, " inputs"],
    y: Shaped[Tensor, ""] | int | float,
    lr: float,
) -> tuple[Float[Tensor, " inputs"], Float[Tensor, ""]]:
    """One step of the perceptron learning rule on one sample.

    The unit says step(w · x + b), with step(0) = 1. The error y - ŷ is 0 when it is right, and then nothing changes;
    else it is +1 or -1, and the weights move towards the sample or away from it.

    Args:
        w: weights.
        b: bias (the threshold's negative).
        x: one sample.
        y: its class, 0 or 1.
        lr: learning rate, > 0.

    Returns:
        The new (w, b); the arguments stay as they are.

    Raises:
        ValueError: another class than 0 or 1.

    Source:
        Rosenblatt (1958), The perceptron; rule as in Bishop (2006), eq. 4.55, for classes 0 and 1.
    """
    check_among(torch.as_tensor(y), (0, 1))
    error = y - step(w @ x + b)
    return w + lr * error * x, b + lr * error


class PerceptronPath(NamedTuple):
    """The decision lines w · x + b = 0 that learning passed through; row 0 is the start."""

    weights: Float[Tensor, "updates inputs"]
    biases: Float[Tensor, " updates"]
    converged: bool


def train_perceptron(
    x: Float[Tensor, "samples inputs"],
    y: Shaped[Tensor, " samples"],
    lr: float = 1.0,
    epochs: int = 100,
    update: Callable[..., tuple[Tensor, Tensor]] = perceptron_update,
) -> PerceptronPath:
    """Go through the samples in their order, from zero weights, until one whole epoch makes no mistake.

    Only updates that change the weights are recorded. On separable classes this ends (Novikoff's theorem); on XOR it
    runs in circles until `epochs` are over, and `converged` is False. `update` is the rule, with the arguments and the
    results of `perceptron_update`: a reader's own, say.

    Source: Rosenblatt (1958); Novikoff (1962), On convergence proofs for perceptrons.
    """
    w, b = x.new_zeros(x.shape[1]), x.new_zeros(())
    weights, biases = [w], [b]
    for _ in range(epochs):
        mistakes = 0
        for sample, label in zip(x, y, strict=True):
            new_w, new_b = update(w, b, sample, label, lr)
            if not torch.equal(new_b, b):  # the bias moves at every mistake, even on a sample of zeros
                mistakes += 1
                w, b = new_w, new_b
                weights.append(w)
                biases.append(b)
        if mistakes == 0:
            return PerceptronPath(torch.stack(weights), torch.stack(biases), True)
    return PerceptronPath(torch.stack(weights), torch.stack(biases), False)


# The same in torch.nn: nothing. The step's derivative is 0 almost everywhere, so autograd has nothing to follow; the
# layer is nn.Linear(inputs, 1), and scikit-learn keeps the rule as sklearn.linear_model.Perceptron.
