"""Several small networks of one shape, trained side by side: one experiment over many seeds at the price of one."""

import math
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn


class DenseSideBySide(nn.Module):
    """As many dense layers as there are games, each with its own weights; nothing passes between them.

    A mean loss over all of them gives each 1/games of its gradient, which Adam's normalised steps do not see.

    Args:
        games: how many.
        inputs, outputs: of each layer.
        generator: draws the initial weights and biases, uniform on ±1/√inputs as in `nn.Linear`.
    """

    def __init__(self, games: int, inputs: int, outputs: int, generator: torch.Generator) -> None:
        super().__init__()
        bound = 1 / math.sqrt(inputs)
        self.weight = nn.Parameter(bound * (2 * torch.rand(games, outputs, inputs, generator=generator) - 1))
        self.bias = nn.Parameter(bound * (2 * torch.rand(games, 1, outputs, generator=generator) - 1))

    def forward(self, x: Float[Tensor, "games batch inputs"]) -> Float[Tensor, "games batch outputs"]:
        """Each game's batch through that game's own layer: x Wᵀ + b."""
        return torch.baddbmm(self.bias, x, self.weight.transpose(1, 2))


def mlps_side_by_side(games: int, sizes: list[int], activation: nn.Module, generator: torch.Generator) -> nn.Sequential:
    """Multilayer perceptrons, one for each game: (games, batch, inputs) to (games, batch, outputs).

    Args:
        sizes: inputs, units of each hidden layer, outputs.
        activation: after every layer but the last; it holds no parameters and is shared.
    """
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [DenseSideBySide(games, inputs, outputs, generator), activation]
    return nn.Sequential(*layers[:-1])


# The same in torch: nn.Linear and nn.Sequential for one game; torch.func.stack_module_state and vmap for any module.
