"""Chance with other last digits: what a notebook says should not hang on them.

A sum taken in another order is another number in its last digits. After some hundred steps of training the two have
gone apart, and a claim that holds by luck alone shows it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
import torch

DIGITS = 4  # the error, in units of the last place
DRAWS = ((torch, "rand"), (torch, "randn"), (torch.Tensor, "normal_"), (torch.Tensor, "uniform_"))


def disturb() -> None:
    """From now on every random start that is drawn from torch is a little beside the one drawn without this."""
    for owner, name in DRAWS:
        setattr(owner, name, _beside(getattr(owner, name)))


def _beside(draw: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(draw)
    def drawn(*args: Any, **kwargs: Any) -> Any:
        made = draw(*args, **kwargs)
        if made.device.type == "cpu" and made.dtype in (torch.float32, torch.float64):
            values = made.detach().numpy()
            # the same draw is the same number again: the error is a function of the number itself
            values *= 1 + DIGITS * np.finfo(values.dtype).eps * np.sin(1e4 * values)
        return made

    return drawn
