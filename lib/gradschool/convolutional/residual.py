"""Residual networks: every block adds something to what it was given."""

from collections import OrderedDict

import torch
from jaxtyping import Float
from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions, each with batch normalisation, around which the input takes a shortcut:
    relu(bn2(conv2(relu(bn1(conv1(x))))) + shortcut(x)).

    The shortcut is the identity where shapes agree, else a 1×1 convolution with the block's stride and batch
    normalisation. No convolution has a bias: the normalisation would take it away again.

    Args:
        inputs, outputs: channels.
        stride: of the first convolution.

    Source: He, Zhang, Ren & Sun (2016), Deep residual learning for image recognition, figure 2 and equations 1 and 2.
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Float[Tensor, "batch inputs height width"]) -> Float[Tensor, "batch outputs rows columns"]:
        """What the two convolutions add, plus the shortcut, after ReLU; stride 2 halves the size, rounded up."""
        h = self.bn1(self.conv1(x)).relu()
        return torch.relu(self.bn2(self.conv2(h)) + self.shortcut(x))


class PlainBlock(nn.Module):
    """The same two convolutions without a shortcut: what a residual block is to be compared with."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)

    def forward(self, x: Float[Tensor, "batch inputs height width"]) -> Float[Tensor, "batch outputs rows columns"]:
        """What the two convolutions make; shapes as for a residual block."""
        return torch.relu(self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))).relu()


def small_net(depth: int, block: type[nn.Module] = ResidualBlock, width: int = 8, classes: int = 10) -> nn.Sequential:
    """A network of `depth` layers with weights for small grey images: a convolution, three stages of blocks (the second
    and the third halve the image and double the channels), the mean over all places, a dense layer.

    Raises:
        ValueError: a depth that is not 6n + 2.

    Source: He, Zhang, Ren & Sun (2016), section 4.2, there for 3×32×32 and width 16.
    """
    n, rest = divmod(depth - 2, 6)
    if n < 1 or rest:
        raise ValueError(f"three stages of blocks of two layers, and two more: depth is 6n + 2; got {depth}")
    layers: list[nn.Module] = [nn.Conv2d(1, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
    inputs = width
    for stage, outputs in enumerate((width, 2 * width, 4 * width)):
        for i in range(n):
            layers.append(block(inputs, outputs, 2 if stage and i == 0 else 1))
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))


def start_as_identity(net: nn.Module) -> nn.Module:
    """Set the last scale of every residual block in `net` to 0, in place: each block begins as relu(shortcut(x)).

    Source: Goyal and others (2017), Accurate, large minibatch SGD, section 5.1.
    """
    for block in net.modules():
        if hasattr(block, "shortcut") and isinstance(block.bn2, nn.BatchNorm2d):
            nn.init.zeros_(block.bn2.weight)
    return net


def resnet18(classes: int = 1000) -> nn.Sequential:
    """ResNet-18 for images of 3×224×224: 11,689,512 parameters with 1,000 classes.

    Source: He, Zhang, Ren & Sun (2016), table 1.
    """
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers["conv1"] = nn.Sequential(
        nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2, padding=1),
    )
    inputs = 64
    for i, outputs in enumerate((64, 128, 256, 512)):
        first = ResidualBlock(inputs, outputs, stride=2 if i else 1)
        layers[f"conv{i + 2}"] = nn.Sequential(first, ResidualBlock(outputs, outputs))
        inputs = outputs
    layers["end"] = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))
    return nn.Sequential(layers)


# The same in torch: torchvision.models.resnet18, whose shortcut is called `downsample`.
