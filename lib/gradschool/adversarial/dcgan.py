"""DCGAN for images of 16×16 pixels: convolutions all the way, in both directions.

Source of the recipe: Radford, Metz & Chintala (2016), Unsupervised representation learning with deep convolutional
generative adversarial networks, section 3: strides for pooling, batch normalisation, no dense layers, ReLU in the
generator and leaky ReLU in the discriminator, tanh at the end, weights from N(0, 0.02).
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


class DCGANGenerator(nn.Module):
    """From noise to an image: 1×1 → 4×4 → 8×8 → 16×16 by transposed convolutions, grey values from -1 to 1.

    Batch normalisation and ReLU after each but the last, whose output tanh squashes. The layers before a normalisation
    have no bias: it would be subtracted again.

    Args:
        latent: length of the noise.
        width: channels at 8×8; twice as many at 4×4.
    """

    def __init__(self, latent: int = 32, width: int = 32) -> None:
        super().__init__()
        self.up1 = nn.ConvTranspose2d(latent, 2 * width, 4, bias=False)
        self.norm1 = nn.BatchNorm2d(2 * width)
        self.up2 = nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.up3 = nn.ConvTranspose2d(width, 1, 4, stride=2, padding=1)

    def forward(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch 1 16 16"]:
        """Images with grey values from -1 to 1, one for each row of noise."""
        h = F.relu(self.norm1(self.up1(z[:, :, None, None])))  # (batch, 2 width, 4, 4)
        h = F.relu(self.norm2(self.up2(h)))  # (batch, width, 8, 8)
        return torch.tanh(self.up3(h))


class DCGANDiscriminator(nn.Module):
    """From an image to one logit: 16×16 → 8×8 → 4×4 → 1×1 by convolutions.

    Leaky ReLU with slope 0.2 after the first two; batch normalisation after the second alone: in front of the first
    stands the image itself, behind the last the verdict.

    Args:
        width: channels at 8×8; twice as many at 4×4.
    """

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.down1 = nn.Conv2d(1, width, 4, stride=2, padding=1)
        self.down2 = nn.Conv2d(width, 2 * width, 4, stride=2, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(2 * width)
        self.score = nn.Conv2d(2 * width, 1, 4)

    def forward(self, x: Float[Tensor, "batch 1 16 16"]) -> Float[Tensor, " batch"]:
        """One logit for each image, large where it looks real."""
        h = F.leaky_relu(self.down1(x), 0.2)  # (batch, width, 8, 8)
        h = F.leaky_relu(self.norm2(self.down2(h)), 0.2)  # (batch, 2 width, 4, 4)
        logits: Tensor = self.score(h)  # (batch, 1, 1, 1)
        return logits.flatten()


@torch.no_grad()
def init_dcgan_weights(net: nn.Module, generator: torch.Generator) -> None:
    """Draw every layer of a network anew, in place, however deep it lies.

    Weights of convolutions, transposed convolutions and dense layers from N(0, 0.02²); scales of batch normalisation
    from N(1, 0.02²); biases and shifts 0. Everything else stays.

    Args:
        generator: where chance comes from, on the device of the network.

    Source: Radford, Metz & Chintala (2016), section 4 (weights); the scales as in the authors' code.
    """
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            layer.weight.normal_(0.0, 0.02, generator=generator)
        elif isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.weight.normal_(1.0, 0.02, generator=generator)
        else:
            continue
        if layer.bias is not None:
            layer.bias.zero_()


# The same in torch: net.apply(f) with an f that calls nn.init.normal_(weight, 0.0, 0.02) and nn.init.zeros_(bias).
