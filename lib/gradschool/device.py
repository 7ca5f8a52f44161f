"""Where tensors live."""

import os

import torch

SETTING = "GRADSCHOOL_DEVICE"


def device() -> torch.device:
    """The CUDA device where there is one, else the CPU; or what the environment variable GRADSCHOOL_DEVICE names.

    An Apple computer's own GPU ("mps") has to be named: it has no float64, in which most lessons compute, and a tensor
    of float64 that is moved there raises torch's TypeError. With it go the lessons that compute in float32.

    Example: `x = x.to(gradschool.device())`.

    Raises:
        ValueError: GRADSCHOOL_DEVICE names a device that torch does not find here.
    """
    told = os.environ.get(SETTING, "").strip().lower()
    found = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not told:
        return torch.device("cuda" if found["cuda"] else "cpu")
    if not found.get(told.partition(":")[0], False):
        here = ", ".join(name for name, there in found.items() if there)
        raise ValueError(f"{SETTING} is {told!r}, which torch does not find here. It finds: {here}. Or unset it.")
    return torch.device(told)
