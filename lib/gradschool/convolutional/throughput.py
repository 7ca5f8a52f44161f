"""Training with half the bits: mixed precision, and how many images a second go through."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Throughput:
    """What a run gave: images per second, the first steps left out; each step's loss; the products' precision."""

    images_per_second: float
    losses: tuple[float, ...]
    precision: str


def train_mixed(
    net: nn.Module,
    batch: Callable[[int], tuple[Tensor, Tensor]],
    steps: int,
    device: torch.device,
    lr: float = 0.01,
    warm_up: int = 5,
) -> Throughput:
    """Train with products in 16 bits and weights in 32, as one does on a GPU.

    bfloat16 where the device has it; else float16, whose small gradients vanish unless the loss is scaled up first,
    which `GradScaler` does and undoes. Plain SGD with the momentum and weight decay of the paper.

    Args:
        net: gives scores; it is moved to the device.
        batch: images and classes of the step whose number it is given, on the device or not.
        steps: steps to take, more than `warm_up`.
        warm_up: first steps that are not timed: the device chooses its algorithms in them.

    Source:
        Micikevicius et al. (2018), Mixed precision training. Krizhevsky et al. (2012), section 5.
    """
    if steps <= warm_up:
        raise ValueError(f"more steps than the {warm_up} that are not timed; got {steps}")
    cuda = device.type == "cuda"
    half = torch.bfloat16 if not cuda or torch.cuda.is_bf16_supported() else torch.float16
    net = net.to(device).train()
    optimizer = torch.optim.SGD(net.parameters(), lr=lr, momentum=0.9, weight_decay=5e-4)
    scaler = torch.amp.GradScaler(device.type, enabled=half == torch.float16)
    losses, images, began = [], 0, 0.0
    for step in range(steps):
        if step == warm_up:
            began = _now(cuda)
        x, y = (t.to(device, non_blocking=True) for t in batch(step))
        with torch.autocast(device.type, dtype=half):
            loss = F.cross_entropy(net(x), y)
        optimizer.zero_grad()
        scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        scaler.step(optimizer)
        scaler.update()
        losses.append(loss.detach())
        images += len(x) if step >= warm_up else 0
    rate = images / (_now(cuda) - began)
    return Throughput(rate, tuple(float(value) for value in losses), str(half).removeprefix("torch."))


def _now(cuda: bool) -> float:
    """Seconds, once everything that was given to the device is done."""
    if cuda:
        torch.cuda.synchronize()
    return time.perf_counter()
