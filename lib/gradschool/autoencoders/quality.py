"""How good a picture is, next to the one it should be: the peak signal-to-noise ratio."""

import torch
from jaxtyping import Float, Real
from torch import Tensor

from gradschool.precision import wide


def psnr(
    clean: Real[Tensor, "batch *pixels"], image: Real[Tensor, "batch *pixels"], peak: float = 1.0
) -> Float[Tensor, " batch"]:
    """Peak signal-to-noise ratio of each image in decibels: 10 log10(peak² / mean squared error).

    Ten decibels more are a tenth of the squared error. Noise of standard deviation σ has -20 log10(σ) dB at a peak
    of 1. An image without any error has infinitely many. Bytes, at a peak of 255, are compared in float32.

    Args:
        clean: what it should be.
        image: what it is.
        peak: the largest value that a pixel can have: 1, or 255.

    Raises:
        ValueError: images of different shapes, or a peak that is not positive.

    Source:
        Gonzalez & Woods (2018), Digital Image Processing, section 8.1, with the peak in place of the signal's power.
    """
    if clean.shape != image.shape or not peak > 0:
        raise ValueError(f"equal shapes and a positive peak; got {tuple(clean.shape)}, {tuple(image.shape)}, {peak}")
    error = (wide(image) - wide(clean)).square().flatten(1).mean(dim=1)  # (batch,)
    return 10 * torch.log10(peak**2 / error)


# The same elsewhere: skimage.metrics.peak_signal_noise_ratio(clean, image, data_range=peak), for one image at a time.
