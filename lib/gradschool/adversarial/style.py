"""StyleGAN's two ideas: a network that maps noise to a style, and a layer that applies it."""

from itertools import pairwise

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


def adain(
    x: Float[Tensor, "batch channels height width"],
    scale: Float[Tensor, "batch channels"],
    shift: Float[Tensor, "batch channels"],
    eps: float = 1e-5,
) -> Float[Tensor, "batch channels height width"]:
    """Adaptive instance normalisation: each channel of each image gets the spread and the mean that its style says.

    (x - mean) / √(var + ε) · scale + shift, with mean and population variance over the pixels of one channel of one
    image. What the channel showed before, apart from its pattern, is gone.

    Args:
        x: feature maps.
        scale, shift: the style, one of each for every image and channel.

    Source: Huang & Belongie (2017), Arbitrary style transfer in real-time with adaptive instance normalization, eq. 8;
        Karras, Laine & Aila (2019), A style-based generator architecture, eq. 1.
    """
    mean = x.mean(dim=(2, 3), keepdim=True)
    var = x.var(dim=(2, 3), keepdim=True, correction=0)
    return (x - mean) * (var + eps).rsqrt() * scale[:, :, None, None] + shift[:, :, None, None]


class MappingNetwork(nn.Module):
    """From noise z to a style w: the noise on its sphere, then dense layers, each with leaky ReLU (slope 0.2).

    z is divided by the root of its mean square, so that only its direction counts.

    Args:
        latent: length of z, and of every layer but the last.
        style: length of w.
        depth: number of layers, at least 1; the paper has 8.

    Raises:
        ValueError: fewer than one layer.

    Source: Karras, Laine & Aila (2019), section 2 and appendix C.
    """

    def __init__(self, latent: int, style: int, depth: int = 3) -> None:
        super().__init__()
        if depth < 1:
            raise ValueError(f"a mapping network has at least one layer; got {depth}")
        sizes = [latent] * depth + [style]
        self.layers = nn.ModuleList(nn.Linear(inputs, outputs) for inputs, outputs in pairwise(sizes))

    def forward(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch style"]:
        """The style of each row of noise; a row and its multiples have the same."""
        h = z * (z.square().mean(dim=1, keepdim=True) + 1e-8).rsqrt()
        for layer in self.layers:
            h = F.leaky_relu(layer(h), 0.2)
        return h


def mixed_styles(
    w1: Float[Tensor, "batch style"], w2: Float[Tensor, "batch style"], layers: int, crossover: int
) -> list[Float[Tensor, "batch style"]]:
    """The style of each layer: of the first image up to the crossover, of the second from there on.

    Early layers are coarse, late ones fine: where the two part says what each image lends.

    Source: Karras, Laine & Aila (2019), section 3.1.
    """
    if not 0 <= crossover <= layers:
        raise ValueError(f"the crossover lies between 0 and {layers}; got {crossover}")
    return [w1 if layer < crossover else w2 for layer in range(layers)]


def style_parameters(torch_linear_output: Float[Tensor, "batch twice"]) -> tuple[Tensor, Tensor]:
    """Scale and shift from one dense layer's output: the first half plus 1, and the second half."""
    scale, shift = torch.chunk(torch_linear_output, 2, dim=1)
    return 1 + scale, shift


# The same in torch: F.instance_norm(x, eps=1e-5) normalises; the style is applied by hand.
