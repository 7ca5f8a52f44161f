"""A network for one task made ready for another."""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn


def prepare_finetuning(net: nn.Module, classes: int, lr: float) -> torch.optim.Optimizer:
    """Freeze all of a trained network but its last stage, give it a new head, and return the optimizer of what learns.

    Args:
        net: changed in place. `net.stages` is a sequence of modules, `net.head` the `nn.Linear` that reads the last.
        classes: of the new task: as many outputs as the new head has.
        lr: learning rate of the new head. The last stage, which is trained already, learns with a tenth of it.

    Returns:
        SGD with momentum 0.9 that holds no frozen parameter.

    Source: Yosinski, Clune, Bengio & Lipson (2014), How transferable are features in deep neural networks?
    """
    stages, old = net.get_submodule("stages"), net.get_submodule("head")
    if not isinstance(stages, nn.Sequential | nn.ModuleList) or not isinstance(old, nn.Linear):
        raise ValueError("the network needs `stages`, a sequence of modules, and `head`, an nn.Linear")
    net.requires_grad_(False)
    net.head = nn.Linear(old.in_features, classes, device=old.weight.device, dtype=old.weight.dtype)
    last = [p.requires_grad_() for p in stages[-1].parameters()]
    groups = [{"params": net.head.parameters(), "lr": lr}, {"params": last, "lr": lr / 10}]
    return torch.optim.SGD(groups, momentum=0.9)


def tuning_step(
    net: nn.Module,
    x: Float[Tensor, "batch channels height width"],
    y: Int[Tensor, " batch"],
    optimizer: torch.optim.Optimizer,
) -> float:
    """One step on one batch for a network of which only the head learns; returns the loss.

    The stages stay as they are in every respect: in evaluation mode their batch normalisation neither uses the batch's
    statistics nor collects them.
    """
    net.train()
    net.get_submodule("stages").eval()
    loss = F.cross_entropy(net(x), y)
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return loss.item()


# The same in torch: requires_grad_(False), .eval() and optimizer groups are all there is to it.
