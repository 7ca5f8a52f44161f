"""How large the training demonstrations of this unit are: made for two cores, larger on a GPU by one setting."""

import os
from dataclasses import dataclass

import torch

from gradschool.device import device

SETTING = "GRADSCHOOL_SCALE"


@dataclass(frozen=True)
class Scale:
    """How many times as wide and as long a demonstration is, and where it is trained.

    Attributes:
        times: factor of widths and of steps, 1 or more.
        device: the CPU at 1, where a transfer would cost more than it saves; above, a GPU if there is one.
    """

    times: int
    device: torch.device


def scale() -> Scale:
    """The scale that the environment variable GRADSCHOOL_SCALE sets: a whole number, 1 unless it is set.

    Raises:
        ValueError: it is set to something else.
    """
    told = os.environ.get(SETTING, "1")
    if not told.strip().isdecimal() or int(told) < 1:
        raise ValueError(
            f"{SETTING} should be a whole number from 1; it is {told!r}. Unset it for the lessons as printed."
        )
    times = int(told)
    return Scale(times, torch.device("cpu") if times == 1 else device())
