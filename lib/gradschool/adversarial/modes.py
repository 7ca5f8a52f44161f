"""Mixtures whose modes can be counted, and how many of them a generator has found."""

import math

import torch
from jaxtyping import Float
from torch import Tensor


def ring_centres(modes: int = 8, radius: float = 1.0) -> Float[Tensor, "modes 2"]:
    """Equally spaced points on a circle around 0, the first one on the right."""
    angle = torch.arange(modes, dtype=torch.float64) * (2 * math.pi / modes)
    return radius * torch.stack([angle.cos(), angle.sin()], dim=-1)


def mixture_samples(
    centres: Float[Tensor, "modes features"], std: float, shape: tuple[int, ...], generator: torch.Generator
) -> Float[Tensor, "*shape features"]:
    """Samples of a mixture of equally likely, round normal distributions.

    Args:
        centres: their means; data type and device are kept.
        std: their standard deviation, the same in all directions.
        shape: how many: (samples,) or (games, samples).
        generator: where chance comes from, on the device of `centres`.
    """
    which = torch.randint(len(centres), shape, generator=generator, device=centres.device)
    noise = torch.randn((*shape, centres.shape[1]), generator=generator, dtype=centres.dtype, device=centres.device)
    return centres[which] + std * noise


def modes_covered(
    samples: Float[Tensor, "samples features"], centres: Float[Tensor, "modes features"], radius: float, least: int
) -> tuple[int, float]:
    """How many modes the samples cover, and which share of the samples is good.

    A sample is good if it lies within `radius` of the centre nearest to it. A mode is covered if at least `least` good
    samples have its centre as their nearest.

    Args:
        radius: largest distance of a good sample; 3 standard deviations of a mode are usual.
        least: good samples that a mode needs.

    Returns:
        (number of modes covered, share of good samples from 0 to 1).

    Raises:
        ValueError: no samples, or no centres.

    Source: Metz, Poole, Pfau & Sohl-Dickstein (2017), Unrolled GANs; Srivastava et al. (2017), VEEGAN, section 4.1.
    """
    if len(samples) == 0 or len(centres) == 0:
        raise ValueError(f"at least one sample and one centre; got {len(samples)} and {len(centres)}")
    distance, nearest = torch.cdist(samples, centres, compute_mode="donot_use_mm_for_euclid_dist").min(dim=1)
    good = distance <= radius  # (samples,)
    counts = torch.bincount(nearest[good], minlength=len(centres))
    return int((counts >= least).sum()), float(good.double().mean())


# The same in torch: torch.cdist measures, nothing in torch counts modes.
