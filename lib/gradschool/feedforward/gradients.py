"""Gradients of a whole network: by the chain rule, by differences as a check, and one step down."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from gradschool.feedforward.activations import sigmoid, tanh, tanh_backward
from gradschool.feedforward.layers import linear_backward, linear_forward


def numerical_gradient(
    f: Callable[[Tensor], Tensor | float], x: Float[Tensor, "*shape"], h: float = 1e-5
) -> Float[Tensor, "*shape"]:
    """Gradient of a scalar function by central differences: (f(x + h e_i) - f(x - h e_i)) / 2h for each element i.

    The error falls with h² (with a one-sided difference only with h), until rounding in f takes over; so the whole
    is computed in float64 whatever the dtype of x.

    Args:
        f: takes a float64 tensor shaped like x, returns one number.
        x: where to differentiate; left as it is.
        h: step, > 0.

    Returns:
        The gradient, in shape, dtype and device of x.

    Source:
        Goodfellow, Bengio & Courville (2016), eq. 11.6.
    """
    point = x.detach().to(torch.float64, memory_format=torch.contiguous_format, copy=True)
    gradient = torch.empty_like(point)
    flat, flat_gradient = point.view(-1), gradient.view(-1)
    for i in range(flat.numel()):
        here = flat[i].item()
        flat[i] = here + h
        above = float(f(point))
        flat[i] = here - h
        below = float(f(point))
        flat[i] = here
        flat_gradient[i] = (above - below) / (2 * h)
    return gradient.to(x.dtype)


def two_layer_forward(
    x: Float[Tensor, "batch inputs"],
    w1: Float[Tensor, "hidden inputs"],
    b1: Float[Tensor, " hidden"],
    w2: Float[Tensor, "1 hidden"],
    b2: Float[Tensor, "1"],
) -> tuple[Float[Tensor, " batch"], Float[Tensor, "batch hidden"]]:
    """Two-class network of one hidden layer: h = tanh(x W1ᵀ + b1), p = sigmoid(h W2ᵀ + b2).

    Returns:
        (p, h): the probability of class 1 for each sample, and the hidden activations that backward needs.
    """
    h = tanh(linear_forward(x, w1, b1))  # (batch, hidden)
    p = sigmoid(linear_forward(h, w2, b2)).squeeze(-1)  # (batch, 1) -> (batch,)
    return p, h


def two_layer_gradients(
    x: Float[Tensor, "batch inputs"],
    y: Float[Tensor, " batch"],
    w1: Float[Tensor, "hidden inputs"],
    b1: Float[Tensor, " hidden"],
    w2: Float[Tensor, "1 hidden"],
    b2: Float[Tensor, "1"],
) -> tuple[Float[Tensor, "hidden inputs"], Float[Tensor, " hidden"], Float[Tensor, "1 hidden"], Float[Tensor, "1"]]:
    """Gradients of the mean binary cross-entropy of `two_layer_forward` with respect to its four parameters.

    Sigmoid and cross-entropy undo each other: the gradient with respect to the last net input is (p - y) / batch.

    Args:
        x: samples.
        y: their classes, 0 or 1, in the dtype of `x`.
        w1, b1, w2, b2: the parameters.

    Returns:
        (dw1, db1, dw2, db2), shaped like the parameters.

    Source:
        Rumelhart, Hinton & Williams (1986); Bishop (2006), section 5.3.2.
    """
    p, h = two_layer_forward(x, w1, b1, w2, b2)
    dz2 = (p - y).unsqueeze(-1) / x.shape[0]  # (batch, 1)
    dh, dw2, db2 = linear_backward(dz2, h, w2)
    dz1 = tanh_backward(dh, h)  # (batch, hidden)
    _, dw1, db1 = linear_backward(dz1, x, w1)
    return dw1, db1, dw2, db2


def gradient_descent_step(
    params: Sequence[Float[Tensor, "..."]], grads: Sequence[Float[Tensor, "..."]], lr: float
) -> list[Float[Tensor, "..."]]:
    """One step against the gradient: p - lr · g for each parameter. New tensors; the arguments stay as they are.

    Raises:
        ValueError: not as many gradients as parameters.

    Source: Cauchy (1847); Goodfellow, Bengio & Courville (2016), eq. 4.5.
    """
    if len(params) != len(grads):
        raise ValueError(f"one gradient for each parameter; got {len(params)} parameters and {len(grads)} gradients")
    return [p - lr * g for p, g in zip(params, grads, strict=True)]


# The same in torch: parameters are tensors with requires_grad, loss.backward() fills their .grad by the same chain
# rule, torch.optim.SGD(params, lr).step() takes the step, torch.autograd.gradcheck compares with central differences.
