"""Small networks that several questions are asked about, and the shapes of their parameters."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from autograder.spec.draw import Draw

Shapes = dict[str, tuple[int, ...]]


def with_biases(**weights: tuple[int, ...]) -> Shapes:
    """Shapes of weight and bias of each layer, by the names in a state dict; a bias has the weight's first size."""
    found: Shapes = {}
    for name, shape in weights.items():
        found |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    return found


def normalised(name: str, channels: int) -> Shapes:
    """Shapes of a batch normalisation."""
    parts = ("weight", "bias", "running_mean", "running_var")
    return {f"{name}.{part}": (channels,) for part in parts} | {f"{name}.num_batches_tracked": ()}


def weights_and_statistics(draw: Draw, shapes: Shapes) -> dict[str, Tensor]:
    """Parameters of a network with batch normalisation, large enough for every activation to matter."""
    found = {}
    for name, shape in shapes.items():
        if name.endswith("num_batches_tracked"):
            found[name] = torch.tensor(0)
        elif name.endswith("running_var"):
            found[name] = draw.uniform(0.5, 2, *shape)
        else:
            found[name] = draw.normal(*shape) * (0.3 if len(shape) > 1 else 1)
    return found


def normalisation_state(draw: Draw, name: str, channels: int) -> dict[str, Tensor]:
    return {
        f"{name}.weight": draw.uniform(0.5, 1.5, channels),
        f"{name}.bias": draw.normal(channels),
        f"{name}.running_mean": draw.normal(channels),
        f"{name}.running_var": draw.uniform(0.5, 2, channels),
        f"{name}.num_batches_tracked": torch.tensor(3),
    }


def asked_again(block: nn.Module, inputs: Sequence[Tensor]) -> Any:
    """What a network gives at its second call: it keeps nothing of the first."""
    with torch.no_grad():
        block(*(x.detach().clone() for x in inputs))
    return block(*inputs)


def both_modes(block: nn.Module, inputs: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """A step of training, whose statistics the evaluation after it uses."""
    block.train()
    trained = block(*inputs)
    block.eval()
    return trained, block(*inputs)


class DenseAutoencoder(nn.Module):
    """Dense layers down to a code and the same widths up again, with ReLU between them: for steps of training.

    Args:
        sizes: widths from the inputs to the code.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        self.encoder, self.decoder = _stack(sizes), _stack(sizes[::-1])

    def encode(self, x: Tensor) -> Tensor:
        code: Tensor = self.encoder(x)
        return code

    def decode(self, h: Tensor) -> Tensor:
        output: Tensor = self.decoder(h)
        return output

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))


def _stack(sizes: Sequence[int]) -> nn.Sequential:
    layers = [layer for inputs, outputs in pairwise(sizes) for layer in (nn.Linear(inputs, outputs), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


def autoencoder_state(draw: Draw, inputs: int, hidden: int, code: int) -> dict[str, Tensor]:
    """Parameters of a `DenseAutoencoder` of one hidden layer on each side."""
    sizes = [(hidden, inputs), (code, hidden), (hidden, code), (inputs, hidden)]
    names = ["encoder.0", "encoder.2", "decoder.0", "decoder.2"]
    state = {f"{name}.weight": 0.5 * draw.normal(*s) for name, s in zip(names, sizes, strict=True)}
    return state | {f"{name}.bias": 0.3 * draw.normal(s[0]) for name, s in zip(names, sizes, strict=True)}


def autoencoder_of(state: dict[str, Tensor]) -> DenseAutoencoder:
    """The network that a state of `autoencoder_state` belongs to, in its precision."""
    first = state["encoder.0.weight"]
    net = DenseAutoencoder([first.shape[1], first.shape[0], len(state["encoder.2.bias"])]).to(first)
    net.load_state_dict(state)
    return net
