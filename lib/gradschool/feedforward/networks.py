"""Small torch networks for experiments in lessons: any function between two dense layers."""

from collections.abc import Callable

from torch import Tensor, nn

from gradschool.training import seeded


class Apply(nn.Module):
    """A function of one tensor as a layer: `Apply(torch.sin)`."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, z: Tensor) -> Tensor:
        """The function's value."""
        return self.function(z)


def two_layers(
    inputs: int, hidden: int, outputs: int, activation: Callable[[Tensor], Tensor], seed: int
) -> nn.Sequential:
    """A network inputs → hidden → outputs in float64, its weights drawn from `seed` as torch draws them.

    float64, because training magnifies rounding: in float32 another machine ends the experiment in other digits.
    Layer 0 and layer 2 are dense; layer 1 is the activation.
    """
    with seeded(seed):
        net = nn.Sequential(nn.Linear(inputs, hidden), Apply(activation), nn.Linear(hidden, outputs))
    return net.double()
