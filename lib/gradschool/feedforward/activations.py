"""Activation functions: what a unit does with its net input, and the slope it passes back.

Every function works element by element on a tensor of any shape (softmax over the last axis) and keeps dtype
and device. Formulas that overflow in print are rearranged so that exp never sees a large positive number.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor


def step(z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Threshold unit: 1 where z >= 0, else 0.

    Source: McCulloch & Pitts (1943); Rosenblatt (1958). That the unit fires at exactly 0 is a convention.
    """
    return (z >= 0).to(z.dtype)


def identity(z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """The linear unit: z itself. A stack of linear layers is one linear layer."""
    return z


def sigmoid(z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Logistic sigmoid 1 / (1 + exp(-z)), in (0, 1); far out it is rounded to 0 or 1.

    For negative z the fraction is extended by exp(z), so that exp only ever sees numbers <= 0. Both branches are
    computed everywhere, each on its own half of the axis: an overflow in the branch that is not taken would still
    turn the gradient into NaN.

    Source: Goodfellow, Bengio & Courville (2016), eq. 3.30.
    """
    e = torch.exp(z.clamp(max=0))
    return torch.where(z >= 0, 1 / (1 + torch.exp(-z.clamp(min=0))), e / (1 + e))


def tanh(z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Hyperbolic tangent (exp(z) - exp(-z)) / (exp(z) + exp(-z)), in (-1, 1); far out it is rounded to ±1.

    Extended by exp(z) it is (exp(2z) - 1) / (exp(2z) + 1): safe for z <= 0, and tanh(-z) = -tanh(z) gives the other
    half. expm1 is exp(z) - 1 without the digits lost to the subtraction near 0.

    Source: Goodfellow, Bengio & Courville (2016), section 6.3.2.
    """
    left = torch.expm1(2 * z.clamp(max=0))
    right = torch.expm1(-2 * z.clamp(min=0))
    return torch.where(z >= 0, -right / (2 + right), left / (2 + left))


def bipolar_sigmoid(z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Sigmoid stretched to (-1, 1): 2 sigmoid(z) - 1, which is tanh(z / 2).

    Source: Fausett (1994), Fundamentals of Neural Networks, section 1.4.3.
    """
    return tanh(z / 2)


def relu(z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Rectified linear unit max(0, z).

    Source: Nair & Hinton (2010); Goodfellow, Bengio & Courville (2016), section 6.3.1.
    """
    return torch.where(z <= 0, 0, z)


def leaky_relu(z: Float[Tensor, "*shape"], slope: float = 0.01) -> Float[Tensor, "*shape"]:
    """Rectifier that lets `slope` times z through below 0, so that no unit loses its gradient altogether.

    Source: Maas, Hannun & Ng (2013).
    """
    return torch.where(z > 0, z, slope * z)


def prelu(z: Float[Tensor, "*batch features"], slope: Float[Tensor, "#features"]) -> Float[Tensor, "*batch features"]:
    """Leaky rectifier whose slope is learned: one for each feature (last axis), or a single one for all.

    Source: He, Zhang, Ren & Sun (2015), eq. 1.
    """
    return torch.where(z > 0, z, slope * z)


def clipped_relu(z: Float[Tensor, "*shape"], ceiling: float = 6.0) -> Float[Tensor, "*shape"]:
    """Rectifier that saturates at `ceiling`: min(max(0, z), ceiling). With ceiling 6 it is known as ReLU6.

    Source: Krizhevsky (2010), Convolutional deep belief networks on CIFAR-10; Hannun et al. (2014), Deep Speech.
    """
    return torch.where(z >= ceiling, ceiling, relu(z))


def softmax(z: Float[Tensor, "*batch classes"]) -> Float[Tensor, "*batch classes"]:
    """Turn scores into probabilities over the last axis: exp(z_i) / sum_j exp(z_j).

    Subtracting the largest score first changes nothing (numerator and denominator shrink by the same factor) and
    keeps exp from overflowing.

    Args:
        z: scores (logits), any real numbers.

    Returns:
        Probabilities in [0, 1] that sum to one over `classes`, up to rounding; dtype and device of `z`.

    Source:
        Goodfellow, Bengio & Courville (2016), eq. 6.29 and section 4.1.
    """
    weights = (z - z.amax(dim=-1, keepdim=True)).exp()
    return weights / weights.sum(dim=-1, keepdim=True)


# Backward passes: `dout` is the gradient of the loss with respect to the activation's output, the result the
# gradient with respect to its input z. Sigmoid and tanh need only what they put out, so that is what a forward pass
# keeps; the rectifier keeps z.


def sigmoid_backward(dout: Float[Tensor, "*shape"], s: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Gradient with respect to z, given s = sigmoid(z): dout · s (1 - s). At most a quarter of `dout`."""
    return dout * s * (1 - s)


def tanh_backward(dout: Float[Tensor, "*shape"], t: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Gradient with respect to z, given t = tanh(z): dout · (1 - t²)."""
    return dout * (1 - t * t)


def relu_backward(dout: Float[Tensor, "*shape"], z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Gradient with respect to z, given z itself: `dout` where z > 0, else 0. The slope at 0 is taken to be 0."""
    return torch.where(z > 0, dout, 0)


def softmax_jacobian(z: Float[Tensor, "*batch classes"]) -> Float[Tensor, "*batch classes classes"]:
    """All partial derivatives ∂p_i / ∂z_j = p_i (δ_ij - p_j) of p = softmax(z).

    Source: Goodfellow, Bengio & Courville (2016), section 6.2.2.3.
    """
    p = softmax(z)
    return torch.diag_embed(p) - p.unsqueeze(-1) * p.unsqueeze(-2)


class Activation(NamedTuple):
    """A function of the net input z, and its derivative with respect to z."""

    function: Callable[[Tensor], Tensor]
    derivative: Callable[[Tensor], Tensor]


def _slope(below: float, above: float, kink: float = 0.0) -> Callable[[Tensor], Tensor]:
    return lambda z: torch.where(z > kink, torch.full_like(z, above), below)


#: Every element-wise activation with its derivative, for plots and tables.
ACTIVATIONS: dict[str, Activation] = {
    "step": Activation(step, torch.zeros_like),
    "identity": Activation(identity, torch.ones_like),
    "sigmoid": Activation(sigmoid, lambda z: sigmoid_backward(torch.ones_like(z), sigmoid(z))),
    "bipolar sigmoid": Activation(
        bipolar_sigmoid, lambda z: tanh_backward(torch.full_like(z, 0.5), bipolar_sigmoid(z))
    ),
    "tanh": Activation(tanh, lambda z: tanh_backward(torch.ones_like(z), tanh(z))),
    "ReLU": Activation(relu, _slope(0.0, 1.0)),
    "leaky ReLU": Activation(leaky_relu, _slope(0.01, 1.0)),
    "PReLU (slope 0.25)": Activation(lambda z: prelu(z, z.new_tensor([0.25])), _slope(0.25, 1.0)),
    "clipped ReLU": Activation(clipped_relu, lambda z: _slope(0.0, 1.0)(z) * (z < 6)),
}

#: The same in torch. As layers: nn.Sigmoid, nn.Tanh, nn.ReLU, nn.LeakyReLU, nn.PReLU, nn.ReLU6, nn.Softmax(dim=-1).
SAME_IN_TORCH: dict[Callable[..., Tensor], Callable[..., Tensor]] = {
    sigmoid: torch.sigmoid,
    tanh: torch.tanh,
    relu: F.relu,
    leaky_relu: F.leaky_relu,
    prelu: F.prelu,
    clipped_relu: F.relu6,
    softmax: lambda z: F.softmax(z, dim=-1),
}
