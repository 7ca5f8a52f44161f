"""AlexNet, in one tower or as the paper's two."""

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


class AlexNet(nn.Module):
    """Five convolutions and three dense layers.

    At full width for images of 227×227 and 1,000 classes it learns 62,378,344 numbers in one tower, and 60,965,224 with
    `groups=2`, where second, fourth and fifth convolution see one half of the maps each, as on the paper's two GPUs.

    Args:
        classes: number of scores.
        groups: groups of the second, fourth and fifth convolution.
        width: share of the full net's channels and units, for narrow ones; 1/16 gives 6, 16, 24, 24, 16 and 256.
        side: height and width of the images, at least 67.
        p: share of the units that dropout drops in front of the first two dense layers, in training.

    Source:
        Krizhevsky, Sutskever & Hinton (2012), ImageNet classification with deep convolutional neural networks.
    """

    def __init__(
        self, classes: int = 1000, groups: int = 1, width: float = 1.0, side: int = 227, p: float = 0.5
    ) -> None:
        super().__init__()
        if side < 67:
            raise ValueError(f"after three poolings nothing is left of images of {side}×{side}; 67 is the least")
        c1, c2, c3, c4, c5, units = (round(width * n) for n in (96, 256, 384, 384, 256, 4096))
        self.conv1 = nn.Conv2d(3, c1, 11, stride=4)
        self.conv2 = nn.Conv2d(c1, c2, 5, padding=2, groups=groups)
        self.conv3 = nn.Conv2d(c2, c3, 3, padding=1)
        self.conv4 = nn.Conv2d(c3, c4, 3, padding=1, groups=groups)
        self.conv5 = nn.Conv2d(c4, c5, 3, padding=1, groups=groups)
        last = ((((side - 11) // 4 + 1 - 3) // 2 + 1 - 3) // 2 + 1 - 3) // 2 + 1  # 6 for 227
        self.fc6 = nn.Linear(c5 * last**2, units)
        self.fc7 = nn.Linear(units, units)
        self.fc8 = nn.Linear(units, classes)
        self.normalise = nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)  # torch divides alpha by 5
        self.dropout = nn.Dropout(p)

    def forward(self, x: Float[Tensor, "batch 3 side side"]) -> Float[Tensor, "batch classes"]:
        """Scores of the classes, one row for each image."""
        h = F.max_pool2d(self.normalise(self.conv1(x).relu()), 3, 2)  # (batch, 96, 27, 27) for 227
        h = F.max_pool2d(self.normalise(self.conv2(h).relu()), 3, 2)  # (batch, 256, 13, 13)
        h = self.conv3(h).relu()  # (batch, 384, 13, 13)
        h = self.conv4(h).relu()
        h = F.max_pool2d(self.conv5(h).relu(), 3, 2).flatten(1)  # (batch, 256 · 6 · 6)
        h = self.fc6(self.dropout(h)).relu()  # (batch, 4096)
        h = self.fc7(self.dropout(h)).relu()
        scores: Tensor = self.fc8(h)
        return scores


# Not the same in torchvision: torchvision.models.alexnet follows Krizhevsky's later paper of 2014 ("One weird trick"):
# 64, 192, 384, 256 and 256 channels, no normalisation, images of 224 padded by 2: 61,100,840 parameters.
