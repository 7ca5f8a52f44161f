"""PyTorch, tried in a process of its own: where it is broken, it may end the one that imports it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from autograder.doctor.findings import Finding

SECONDS, SLOW = 180, 0.5
GET = "PyTorch for the processor alone is the smallest: https://pytorch.org/get-started/locally names the line to type"
PROBE = """
import json, statistics, time
import torch
from gradschool import device
at = device()
a, times = torch.ones(1024, 1024, device=at), []
for _ in range(6):
    begun = time.perf_counter()
    (a @ a).sum().item()  # waits for the device
    times.append(time.perf_counter() - begun)
name = torch.cuda.get_device_name() if at.type == "cuda" else f"the processor, {torch.get_num_threads()} threads"
name = "Apple's GPU" if at.type == "mps" else name
print(json.dumps([torch.__version__, at.type, name, statistics.median(times[1:])]))
"""


def device() -> Iterator[Finding]:
    """Where tensors are computed, and how fast a small product runs there."""
    run = subprocess.run(
        [sys.executable, "-c", PROBE], stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    if run.returncode:
        said = run.stderr.decode("utf-8", "replace").strip().splitlines() or [f"it ended with {run.returncode}"]
        own = "GRADSCHOOL_DEVICE" in said[-1]
        yield Finding(False, f"PyTorch does not work: {said[-1]}", "unset GRADSCHOOL_DEVICE" if own else GET)
        return
    version, kind, name, seconds = json.loads(run.stdout.decode("utf-8").splitlines()[-1])
    speed = (
        f"a product of 1024 × 1024 matrices takes {1e3 * seconds:.3g} ms ({2 * 1024**3 / seconds / 1e9:.3g} GFLOP/s)"
    )
    yield Finding(True, f"torch {version} on {name}: {speed}")
    if seconds > SLOW:
        cure = "lessons are made for about 0.05 s; close other programs, or look whether OMP_NUM_THREADS is set too low"
        yield Finding(False, "this is slow: a notebook may take several minutes", cure, needed=False)
    if kind == "mps":
        seen = "GRADSCHOOL_DEVICE is mps: Apple's GPU has no float64, and lessons that move float64 there stop"
        yield Finding(False, seen, "unset GRADSCHOOL_DEVICE: all of the course works on the processor", needed=False)
    if kind == "cpu":
        yield Finding(True, "no GPU is used: all of the course works without one")
