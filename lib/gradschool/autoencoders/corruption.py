"""Three kinds of noise for a denoising autoencoder: each element by itself, and the caller's x stays as it is."""

import torch
from jaxtyping import Float
from torch import Tensor


def gaussian_noise(x: Float[Tensor, "*shape"], sigma: float, generator: torch.Generator) -> Float[Tensor, "*shape"]:
    """x + σ ε with ε standard normal, drawn for each element. Nothing is clipped: values may leave [0, 1].

    Args:
        x: images, any shape.
        sigma: standard deviation of the noise, at least 0.
        generator: where chance comes from; on the device of `x`.

    Raises:
        ValueError: sigma below 0.

    Source:
        Vincent, Larochelle, Lajoie, Bengio & Manzagol (2010), section 3.3.
    """
    if not sigma >= 0:
        raise ValueError(f"sigma is a standard deviation, at least 0; got {sigma}")
    return x + sigma * torch.randn(x.shape, generator=generator, device=x.device, dtype=x.dtype)


def masking_noise(x: Float[Tensor, "*shape"], p: float, generator: torch.Generator) -> Float[Tensor, "*shape"]:
    """Each element is 0 with probability p, else as it was: not scaled up, unlike dropout.

    Args:
        x: images, any shape.
        p: share that is destroyed, in [0, 1].
        generator: where chance comes from; on the device of `x`.

    Raises:
        ValueError: p outside [0, 1].

    Source:
        Vincent et al. (2010), section 3.3; in (2008), section 2.3, exactly the share p of each sample is destroyed.
    """
    _share(p)
    destroyed = torch.rand(x.shape, generator=generator, device=x.device) < p
    return torch.where(destroyed, 0, x)


def salt_and_pepper(x: Float[Tensor, "*shape"], p: float, generator: torch.Generator) -> Float[Tensor, "*shape"]:
    """Each element is replaced with probability p: by 0 or by 1, as a fair coin says.

    One uniform number u per element decides both: below p/2 it is 0, from there to p it is 1, beyond it stays.

    Args:
        x: images with values in [0, 1], any shape.
        p: share that is destroyed, in [0, 1].
        generator: where chance comes from; on the device of `x`.

    Raises:
        ValueError: p outside [0, 1].

    Source:
        Vincent et al. (2010), section 3.3.
    """
    _share(p)
    u = torch.rand(x.shape, generator=generator, device=x.device)
    return torch.where(u < p / 2, 0, torch.where(u < p, 1, x))


def _share(p: float) -> None:
    if not 0 <= p <= 1:
        raise ValueError(f"p is the share that is destroyed, 0 <= p <= 1; got {p}")


# The same in torch: nothing, but the first is torch.randn_like away, and the second is F.dropout(x, p) * (1 - p) with
# the global source of chance.
