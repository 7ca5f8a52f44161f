"""Kernels with a name: what people used before kernels were learned."""

import torch
from jaxtyping import Float
from torch import Tensor


def gaussian_kernel(size: int, sigma: float) -> Float[Tensor, "size size"]:
    """Weights exp(-(u² + v²) / 2σ²), with u and v counted from the kernel's middle, scaled to sum to one.

    Args:
        size: rows and columns; the middle of an even size lies between two pixels.
        sigma: standard deviation in pixels.

    Raises:
        ValueError: a size below 1, or a sigma that is not positive.
    """
    if size < 1 or not sigma > 0:
        raise ValueError(f"size is at least 1 and sigma positive; got {size} and {sigma}")
    offset = torch.arange(size) - (size - 1) / 2
    weights = torch.softmax(-((offset / sigma) ** 2) / 2, dim=0)  # exp over its sum, stable for a tiny sigma
    return torch.outer(weights, weights)


#: Kernels of 3×3 that a reader may start from. `across` means: grey values change from left to right.
KERNELS: dict[str, tuple[tuple[float, ...], ...]] = {
    "identity": ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
    "mean": ((1 / 9,) * 3,) * 3,
    "sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "Sobel, across": ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    "Sobel, down": ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    "Laplacian": ((0, 1, 0), (1, -4, 1), (0, 1, 0)),
    "emboss": ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
    "shift": ((0, 0, 0), (0, 0, 1), (0, 0, 0)),
}


def named_kernel(name: str) -> Float[Tensor, "3 3"]:
    """One of `KERNELS` as a tensor.

    Raises:
        ValueError: no kernel of that name.
    """
    if name not in KERNELS:
        raise ValueError(f"the named kernels are {', '.join(KERNELS)}; not {name!r}")
    return torch.tensor(KERNELS[name], dtype=torch.get_default_dtype())


# The same in torch: nothing; torchvision.transforms.GaussianBlur blurs. scipy.ndimage has sobel and gaussian_filter.
