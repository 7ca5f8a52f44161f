"""Dropout of whole maps."""

import torch
from jaxtyping import Float
from torch import Tensor


def dropout2d(
    x: Float[Tensor, "batch channels height width"], p: float, train: bool, generator: torch.Generator
) -> Float[Tensor, "batch channels height width"]:
    """Inverted dropout of whole maps: each map of each sample is 0 with probability p, else divided by 1 - p.

    Neighbouring pixels of a map say nearly the same, so that a single one that is dropped is hardly missed.

    Args:
        x: feature maps.
        p: the share of maps that is dropped, in [0, 1).
        train: training or evaluation, where x passes as it is.
        generator: where chance comes from; on the device of `x`.

    Raises:
        ValueError: p outside [0, 1).

    Source:
        Tompson, Goroshin, Jain, LeCun & Bregler (2015), section 3.2 ("SpatialDropout").
    """
    if not 0 <= p < 1:
        raise ValueError(f"p is the share that is dropped, 0 <= p < 1; got {p}")
    if not train:
        return x
    kept = torch.rand(*x.shape[:2], 1, 1, generator=generator, device=x.device) >= p
    return x * kept / (1 - p)


# The same in torch: nn.Dropout2d(p).
