"""Four loss surfaces in the plane, each of which stops one way of descending and not another."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor


def ravine(p: Float[Tensor, "*batch 2"]) -> Float[Tensor, "*batch"]:
    """A valley along the diagonal, 50 times as steep across as along: ½ (u² + 50 v²) in axes turned by 45°.

    The rate that the walls allow is too small for the floor. Turned, so that a rate for each axis does not help either.
    """
    x, y = p.unbind(-1)
    along, across = (x + y) / 2**0.5, (x - y) / 2**0.5
    return (along**2 + 50 * across**2) / 2


def saddle(p: Float[Tensor, "*batch 2"]) -> Float[Tensor, "*batch"]:
    """x²/2 + (y² - 1)²/4: minima at (0, ±1), and between them a saddle at 0, where the gradient vanishes.

    Beside the ridge y = 0 the way down begins with a slope next to nothing.
    """
    x, y = p.unbind(-1)
    return x**2 / 2 + (y**2 - 1) ** 2 / 4


def plateau(p: Float[Tensor, "*batch 2"]) -> Float[Tensor, "*batch"]:
    """r² / (1 + r²): a hole in a plain. Far away the gradient fades with r³, as behind saturated units."""
    r2 = p.square().sum(dim=-1)
    return r2 / (1 + r2)


def sparse_features(p: Float[Tensor, "*batch 2"]) -> Float[Tensor, "*batch"]:
    """Mean squared error of a linear model whose second feature is 1 in one sample of a hundred, else 0.

    With ½ (w₁² + w₂²/100) the rate that suits the common weight leaves the rare one where it is.
    """
    common, rare = p.unbind(-1)
    return (common**2 + rare**2 / 100) / 2


class Surface(NamedTuple):
    """A loss, where to start on it, a minimum, and the part of the plane to look at: (low, high) for both axes."""

    loss: Callable[[Tensor], Tensor]
    start: tuple[float, float]
    minimum: tuple[float, float]
    view: tuple[float, float]

    def gradient(self, p: Float[Tensor, "*batch 2"]) -> Float[Tensor, "*batch 2"]:
        """Gradient of the loss at one point or many."""
        p = p.detach().requires_grad_()
        with torch.enable_grad():
            (gradient,) = torch.autograd.grad(self.loss(p).sum(), p)
        return gradient


SURFACES: dict[str, Surface] = {
    "ravine": Surface(ravine, (-3.5, -1.5), (0.0, 0.0), (-4.0, 4.0)),
    "saddle": Surface(saddle, (1.5, 1e-3), (0.0, 1.0), (-2.0, 2.0)),
    "plateau": Surface(plateau, (-3.0, 2.5), (0.0, 0.0), (-4.0, 4.0)),
    "sparse features": Surface(sparse_features, (-3.0, 3.0), (0.0, 0.0), (-4.0, 4.0)),
}
