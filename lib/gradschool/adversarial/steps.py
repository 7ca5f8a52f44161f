"""One step of each player, and an epoch of the game.

The optimizers decide what moves: each is made for the parameters of one network. What flows is decided here: in the
discriminator's step generated samples are cut off from the generator; in the generator's step they are not.
"""

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from gradschool.adversarial.game import discriminator_loss, generator_loss

Batch = tuple[Float[Tensor, "..."], Float[Tensor, "..."], Float[Tensor, "..."]]  # sizes differ from batch to batch


def discriminator_step(
    generator: nn.Module,
    discriminator: nn.Module,
    optimizer: torch.optim.Optimizer,
    real: Float[Tensor, "*real"],
    noise: Float[Tensor, "*fakes latent"],
) -> float:
    """One step of the discriminator, in place: towards D(real) = 1 and D(G(noise)) = 0.

    Both networks are put into training mode. Real and generated samples go through the discriminator as two batches,
    so that batch normalisation cannot mix them. No gradient is computed for the generator.

    Args:
        optimizer: of the discriminator's parameters.

    Returns:
        The loss before the step.

    Source: Goodfellow et al. (2014), algorithm 1, the inner loop.
    """
    generator.train()
    discriminator.train()
    fake = generator(noise).detach()
    loss = discriminator_loss(discriminator(real), discriminator(fake))
    optimizer.zero_grad()  # the generator's step has left gradients here
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return loss.item()


def generator_step(
    generator: nn.Module,
    discriminator: nn.Module,
    optimizer: torch.optim.Optimizer,
    noise: Float[Tensor, "*fakes latent"],
) -> float:
    """One step of the generator, in place, on the loss that does not saturate: towards D(G(noise)) = 1.

    Both networks are put into training mode. The gradient passes through the discriminator, which stays as it is;
    what piles up in its `.grad` is for its own next step to clear.

    Args:
        optimizer: of the generator's parameters.

    Returns:
        The loss before the step.

    Source: Goodfellow et al. (2014), algorithm 1 and the end of section 3.
    """
    generator.train()
    discriminator.train()
    loss = generator_loss(discriminator(generator(noise)))
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return loss.item()


def smoothed_discriminator_loss(
    real_logits: Float[Tensor, "*real"], fake_logits: Float[Tensor, "*fake"], target: float
) -> Float[Tensor, ""]:
    """The discriminator's loss with the label `target`, not 1, on real samples; generated ones keep 0.

    With 0.9 it is told to be no surer than that, and a logit beyond log 9 = 2.2 is pulled back.

    Source: Salimans et al. (2016), Improved techniques for training GANs, section 3.4 (one-sided label smoothing).
    """
    real = target * F.logsigmoid(real_logits) + (1 - target) * F.logsigmoid(-real_logits)
    return -real.mean() - F.logsigmoid(-fake_logits).mean()


def train_gan_epoch(
    generator: nn.Module,
    discriminator: nn.Module,
    g_optimizer: torch.optim.Optimizer,
    d_optimizer: torch.optim.Optimizer,
    batches: Iterable[Batch],
    target: float = 0.9,
) -> tuple[float, float]:
    """Play once through the batches: for each of them a step of the discriminator, then one of the generator.

    Both networks are in training mode. The discriminator's label for real samples is `target`, for generated ones 0;
    the generator is told 1.

    Args:
        g_optimizer, d_optimizer: of the generator's and of the discriminator's parameters.
        batches: triples (real, noise for the discriminator's step, noise for the generator's step).
        target: label of real samples in the discriminator's step; 1 for no smoothing.

    Returns:
        (discriminator's loss, generator's loss), each the mean over the batches of its loss before the step.

    Raises:
        ValueError: no batches.

    Source: Radford, Metz & Chintala (2016); Salimans et al. (2016), section 3.4.
    """
    generator.train()
    discriminator.train()
    losses = []
    for real, d_noise, g_noise in batches:
        fake = generator(d_noise).detach()
        d_loss = smoothed_discriminator_loss(discriminator(real), discriminator(fake), target)
        d_optimizer.zero_grad()
        d_loss.backward()  # type: ignore[no-untyped-call]
        d_optimizer.step()
        losses.append((d_loss.item(), generator_step(generator, discriminator, g_optimizer, g_noise)))
    if not losses:
        raise ValueError("an epoch needs at least one batch")
    d_losses, g_losses = zip(*losses, strict=True)
    return sum(d_losses) / len(losses), sum(g_losses) / len(losses)


# The same in torch: there is no loop for games; the DCGAN tutorial's is these lines with nn.BCELoss on probabilities.
