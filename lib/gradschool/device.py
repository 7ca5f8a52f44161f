"""Where tensors live."""

import torch


def device() -> torch.device:
    """The CUDA device where there is one, else the CPU.

    Example: `x = x.to(gradschool.device())`.
    """
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
