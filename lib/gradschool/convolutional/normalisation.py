"""Normalisation of images and of channels: over a data set, over a batch, over neighbouring channels."""

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from gradschool.feedforward.normalisation import batchnorm_forward
from gradschool.precision import wide


def normalize_channels(
    images: Float[Tensor, "batch channels height width"], eps: float = 1e-5
) -> tuple[Float[Tensor, "batch channels height width"], Float[Tensor, " channels"], Float[Tensor, " channels"]]:
    """Give every channel mean 0 and standard deviation 1 over all pixels of all images.

    Args:
        images: the training images.
        eps: the least standard deviation that is divided by: a channel that never changes becomes 0.

    Returns:
        (normalised, mean, std), so that other images can be treated with the same two numbers per channel. `std` is
        the population's, as measured.

    Source:
        LeCun, Bottou, Orr & Müller (1998), Efficient backprop, section 4.3.
    """
    mean, std = images.mean(dim=(0, 2, 3)), images.std(dim=(0, 2, 3), correction=0)
    return (images - mean[:, None, None]) / std.clamp(min=eps)[:, None, None], mean, std


def batchnorm2d(
    x: Float[Tensor, "batch channels height width"],
    gamma: Float[Tensor, " channels"],
    beta: Float[Tensor, " channels"],
    mean: Float[Tensor, " channels"],
    var: Float[Tensor, " channels"],
    train: bool,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> tuple[Float[Tensor, "batch channels height width"], Float[Tensor, " channels"], Float[Tensor, " channels"]]:
    """Batch normalisation of feature maps: every position of every image is one more sample of its channel.

    Arguments and running statistics as in unit 1's `batchnorm_forward`, channels for features.

    Returns:
        (out, mean, var).

    Raises:
        ValueError: training on a single pixel, which has no variance.

    Source:
        Ioffe & Szegedy (2015), section 3.2.
    """
    pixels = x.movedim(1, -1).flatten(0, -2)  # (batch · height · width, channels)
    out, _, mean, var = batchnorm_forward(pixels, gamma, beta, mean, var, train, momentum, eps)
    return out.view(x.shape[0], *x.shape[2:], -1).movedim(-1, 1), mean, var


def local_response_norm(
    x: Float[Tensor, "batch channels height width"],
    size: int = 5,
    alpha: float = 1e-4,
    beta: float = 0.75,
    k: float = 1.0,
) -> Float[Tensor, "batch channels height width"]:
    """Divide by (k + α · mean square of the `size` nearest channels at this position) to the power of β.

    At the first and last channels some neighbours are missing and count as 0. As in torch the sum of squares is divided
    by `size`; the paper's is not: its α = 1e-4 with n = 5 is 5e-4 here (and its k is 2).

    Raises:
        ValueError: a size below 1.

    Source:
        Krizhevsky, Sutskever & Hinton (2012), section 3.3.
    """
    if size < 1:
        raise ValueError(f"size counts channels, at least 1; got {size}")
    squares = F.pad(wide(x).square(), (0, 0, 0, 0, size // 2, (size - 1) // 2))
    mean_square = squares.unfold(1, size, 1).mean(dim=-1)
    return (x / (k + alpha * mean_square) ** beta).to(x.dtype)


# The same in torch: nn.BatchNorm2d(channels), F.local_response_norm(x, size, alpha, beta, k); torchvision's
# Normalize(mean, std) applies the two numbers per channel.
