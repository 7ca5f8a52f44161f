"""How far memory rises in conv2d forward and backward, each form in a process of its own.

`python -m autograder.benchmarks.memory fast cpu` prints the number of bytes; `rises` runs that for every form.
"""

import ctypes
import gc
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from autograder.benchmarks.layers import numbers
from gradschool import fast
from gradschool.convolutional import convolution

#: AlexNet's second convolution, batch 16: images, kernels, padding
IMAGES, KERNELS, PADDING = (16, 96, 27, 27), (256, 96, 5, 5), 2
FORMS: dict[str, Callable[..., Any]] = {"textbook": convolution.conv2d, "fast": fast.conv2d, "torch": F.conv2d}


def rises(device: torch.device) -> dict[str, int]:
    """Bytes by form: how much more is in use at the height of forward and backward than arguments alone.

    What counts is the output, the gradients, and whatever is needed on the way; on the CPU in resident pages.
    """
    return {name: _in_a_process(name, device) for name in FORMS}


def _in_a_process(form: str, device: torch.device) -> int:
    command = [sys.executable, "-m", "autograder.benchmarks.memory", form, device.type, str(torch.get_num_threads())]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _rise(form: str, device: torch.device) -> int:
    x = numbers(*IMAGES, device=device, grad=True)
    w = numbers(*KERNELS, device=device, grad=True)
    b = numbers(KERNELS[0], device=device, grad=True)
    dout = torch.ones(IMAGES[0], KERNELS[0], *IMAGES[2:], device=device)

    def run() -> None:
        torch.autograd.grad(FORMS[form](x, w, b, 1, PADDING), (x, w, b), dout)

    run()  # libraries are loaded, and keep what they keep
    gc.collect()
    if device.type == "cuda":
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        run()
        return torch.cuda.max_memory_allocated() - before
    ctypes.CDLL("libc.so.6").malloc_trim(0)  # freed pages go back, so that using them again is seen
    Path("/proc/self/clear_refs").write_text("5")  # Linux: the peak is now what is in use
    before = _pages("VmRSS")
    run()
    return _pages("VmHWM") - before


def _pages(what: str) -> int:
    """Bytes of this process's resident memory, now (VmRSS) or at its height (VmHWM)."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(what)]
    return 1024 * int(line.split()[1])


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[3]))
    print(_rise(sys.argv[1], torch.device(sys.argv[2])))
