"""Inception: look at the same place with windows of several sizes, and let the next layer choose."""

from collections import OrderedDict

import torch
from jaxtyping import Float
from torch import Tensor, nn


class InceptionModule(nn.Module):
    """Four ways side by side, joined along the channels: 1×1; 1×1 then 3×3; 1×1 then 5×5; 3×3 maximum then 1×1.

    Height and width stay. The 1×1 convolutions before the larger windows make the channels few first, which is where
    the module saves. Every convolution has a bias and is followed by ReLU.

    Args:
        inputs: channels that come in.
        c1, c3, c5, pool: channels that leave the four ways; `c1 + c3 + c5 + pool` leave the module.
        reduce3, reduce5: channels between the 1×1 and the larger window.

    Source: Szegedy and others (2015), Going deeper with convolutions, figure 2b and table 1.
    """

    def __init__(self, inputs: int, c1: int, reduce3: int, c3: int, reduce5: int, c5: int, pool: int) -> None:
        super().__init__()
        self.one = nn.Conv2d(inputs, c1, 1)
        self.reduce3 = nn.Conv2d(inputs, reduce3, 1)
        self.three = nn.Conv2d(reduce3, c3, 3, padding=1)
        self.reduce5 = nn.Conv2d(inputs, reduce5, 1)
        self.five = nn.Conv2d(reduce5, c5, 5, padding=2)
        self.pool = nn.MaxPool2d(3, stride=1, padding=1)
        self.project = nn.Conv2d(inputs, pool, 1)

    def forward(self, x: Float[Tensor, "batch inputs height width"]) -> Float[Tensor, "batch outputs height width"]:
        """The four ways side by side, after ReLU; height and width stay."""
        ways = [
            self.one(x),
            self.three(self.reduce3(x).relu()),
            self.five(self.reduce5(x).relu()),
            self.project(self.pool(x)),
        ]
        return torch.cat(ways, dim=1).relu()


#: The nine modules of GoogLeNet: the columns of table 1, in the order of `InceptionModule`'s arguments.
GOOGLENET = {
    "3a": (192, 64, 96, 128, 16, 32, 32),
    "3b": (256, 128, 128, 192, 32, 96, 64),
    "4a": (480, 192, 96, 208, 16, 48, 64),
    "4b": (512, 160, 112, 224, 24, 64, 64),
    "4c": (512, 128, 128, 256, 24, 64, 64),
    "4d": (512, 112, 144, 288, 32, 64, 64),
    "4e": (528, 256, 160, 320, 32, 128, 128),
    "5a": (832, 256, 160, 320, 32, 128, 128),
    "5b": (832, 384, 192, 384, 48, 128, 128),
}


def googlenet(classes: int = 1000) -> nn.Sequential:
    """GoogLeNet for images of 3×224×224, as it is used after training: without the two classifiers at its sides.

    Source: Szegedy and others (2015), table 1.
    """

    def _pool() -> nn.Module:
        return nn.MaxPool2d(3, stride=2, ceil_mode=True)

    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers["conv1"] = nn.Sequential(
        nn.Conv2d(3, 64, 7, stride=2, padding=3), nn.ReLU(), _pool(), nn.LocalResponseNorm(5)
    )
    layers["conv2"] = nn.Sequential(
        nn.Conv2d(64, 64, 1), nn.ReLU(), nn.Conv2d(64, 192, 3, padding=1), nn.ReLU(), nn.LocalResponseNorm(5), _pool()
    )
    for name, widths in GOOGLENET.items():
        layers[name] = InceptionModule(*widths)
        if name in ("3b", "4e"):
            layers[f"pool{name[0]}"] = _pool()
    layers["end"] = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.4), nn.Linear(1024, classes))
    return nn.Sequential(layers)


# The same in torch: torchvision.models.googlenet, which normalises every batch, and whose "5×5" windows are 3×3.
