"""Training and asking a classifier of images, one epoch at a time."""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from gradschool.training import batches, evaluating


def train_epoch(
    net: nn.Module,
    optimizer: torch.optim.Optimizer,
    x: Float[Tensor, "samples ..."],
    y: Int[Tensor, " samples"],
    size: int,
    generator: torch.Generator,
) -> float:
    """Train for one epoch with cross-entropy, in the order and batches of `gradschool.training.batches`.

    Puts the network into training mode and leaves it there; gradients that were left behind from before do not count.

    Returns:
        The mean loss over all samples, each counted once, as it was when its batch was seen.
    """
    net.train()
    total = 0.0
    for images, classes in batches(x, y, size, generator):
        loss = F.cross_entropy(net(images), classes)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        total += loss.item() * len(images)
    return total / len(x)


@torch.no_grad()
def scores_of(net: nn.Module, x: Float[Tensor, "samples ..."], size: int = 500) -> Float[Tensor, "samples classes"]:
    """What a network says of images in evaluation mode, `size` at a time; afterwards each module has its own mode."""
    with evaluating(net):
        return torch.cat([net(images) for images in torch.split(x, size)])
