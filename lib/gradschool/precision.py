"""How many digits a result is worked out with, where those of the arguments would not do."""

import torch
from jaxtyping import Shaped
from torch import Tensor


def wide(x: Shaped[Tensor, "*shape"]) -> Shaped[Tensor, "*shape"]:
    """Floating point of 32 bits at least: 16-bit numbers, whole numbers and truth values become float32.

    A square of 300 overflows in float16, bfloat16 counts no further than 256, and a difference of bytes is never
    negative. float32 and float64 stay as they are.
    """
    return x if x.dtype in (torch.float32, torch.float64) else x.float()
