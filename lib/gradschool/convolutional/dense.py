"""Densely connected networks: every layer sees all that came before it."""

from collections import OrderedDict

import torch
from jaxtyping import Float
from torch import Tensor, nn


class DenseBlock(nn.Module):
    """Layers each of which reads everything so far, and adds `growth` channels to it.

    Layer i takes `inputs + i · growth` channels through batch normalisation, ReLU, a 1×1 convolution to `4 · growth`
    channels, batch normalisation, ReLU, and a 3×3 convolution to `growth` channels. What comes in and what the layers
    made leave joined along the channels, in that order: `inputs + layers · growth`. No convolution has a bias.

    Source: Huang, Liu, van der Maaten & Weinberger (2017), Densely connected convolutional networks, equation 2 and
        section 3 ("DenseNet-B").
    """

    def __init__(self, inputs: int, growth: int, layers: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(dense_layer(inputs + i * growth, growth) for i in range(layers))

    def forward(self, x: Float[Tensor, "batch inputs height width"]) -> Float[Tensor, "batch outputs height width"]:
        """The input and what every layer made, joined along the channels in that order."""
        for layer in self.layers:
            x = torch.cat([x, layer(x)], dim=1)
        return x


def dense_layer(inputs: int, growth: int) -> nn.Sequential:
    """One layer of a dense block: normalisation comes before convolution, so that each layer has its own view."""
    return nn.Sequential(
        nn.BatchNorm2d(inputs),
        nn.ReLU(),
        nn.Conv2d(inputs, 4 * growth, 1, bias=False),
        nn.BatchNorm2d(4 * growth),
        nn.ReLU(),
        nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False),
    )


def transition(inputs: int, outputs: int) -> nn.Sequential:
    """Between two dense blocks: fewer channels, and half the height and width."""
    return nn.Sequential(
        nn.BatchNorm2d(inputs), nn.ReLU(), nn.Conv2d(inputs, outputs, 1, bias=False), nn.AvgPool2d(2, stride=2)
    )


def densenet121(classes: int = 1000) -> nn.Sequential:
    """DenseNet-121 for images of 3×224×224, growth 32: 7,978,856 parameters with 1,000 classes.

    Source: Huang, Liu, van der Maaten & Weinberger (2017), table 1.
    """
    growth, channels = 32, 64
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers["conv"] = nn.Sequential(
        nn.Conv2d(3, channels, 7, stride=2, padding=3, bias=False),
        nn.BatchNorm2d(channels),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2, padding=1),
    )
    for i, count in enumerate((6, 12, 24, 16), start=1):
        layers[f"block{i}"] = DenseBlock(channels, growth, count)
        channels += count * growth
        if i < 4:
            layers[f"transition{i}"] = transition(channels, channels // 2)
            channels //= 2
    layers["end"] = nn.Sequential(
        nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)
    )
    return nn.Sequential(layers)


# The same in torch: torchvision.models.densenet121.
