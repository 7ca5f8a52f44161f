"""One step of training an autoencoder: to give back what it was given, or what it should have been given."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from gradschool.autoencoders.reconstruction import reconstruction_loss

Corrupt = Callable[[Tensor, torch.Generator], Tensor]


def train_autoencoder_step(
    net: torch.nn.Module, optimizer: torch.optim.Optimizer, x: Float[Tensor, "batch *pixels"], kind: str = "mse"
) -> float:
    """One step on one batch: the images are input and target alike.

    Args:
        net: takes images, returns the decoder's output for them. Is put into training mode.
        optimizer: of the parameters of `net`. Gradients left over from before are cleared.
        x: a batch of images.
        kind: of `reconstruction_loss`.

    Returns:
        The batch's loss before the step.

    Source:
        Rumelhart, Hinton & Williams (1986), section "the encoding problem".
    """
    net.train()
    optimizer.zero_grad()
    loss = reconstruction_loss(net(x), x, kind)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return loss.item()


def denoising_step(
    net: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    x: Float[Tensor, "batch *pixels"],
    corrupt: Corrupt,
    generator: torch.Generator,
    kind: str = "mse",
) -> float:
    """One step on one batch: the input is corrupted, with noise drawn for this step, and the target is clean.

    Args:
        net, optimizer, x, kind: as in `train_autoencoder_step`.
        corrupt: `corrupt(x, generator)` gives a noisy copy of x.
        generator: where the noise comes from; the next step finds it where this one left it.

    Returns:
        The batch's loss before the step.

    Source:
        Vincent, Larochelle, Bengio & Manzagol (2008), section 2.3.
    """
    net.train()
    optimizer.zero_grad()
    loss = reconstruction_loss(net(corrupt(x, generator)), x, kind)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return loss.item()


# The same in torch: these five lines, in whatever loop.
