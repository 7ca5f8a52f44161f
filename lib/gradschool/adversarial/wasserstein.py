"""The earth mover's distance: exact on a line, and as a critic estimates it anywhere."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Real
from torch import Tensor

from gradschool.precision import wide


def wasserstein_1d(x: Real[Tensor, " samples"], y: Real[Tensor, " others"]) -> Float[Tensor, ""]:
    """Earth mover's distance between two samples on a line: the area between their distribution functions.

    Every sample of one side carries the same share of the earth, 1/n there and 1/m here. For n = m it is the mean
    distance between the sorted samples, each moved to the one of its own rank.

    Args:
        x, y: numbers in any order; there may be more on one side than on the other.

    Raises:
        ValueError: a side without samples.

    Source:
        Vallender (1974), Calculation of the Wasserstein distance between probability distributions on the line.
    """
    if not len(x) or not len(y):
        raise ValueError(f"each side needs at least one sample; got {len(x)} and {len(y)}")
    x, y = wide(x), wide(y)
    places = torch.cat([x, y]).sort().values
    below_x, below_y = (_below(side, places[:-1]) for side in (x, y))
    return ((below_x - below_y).abs() * places.diff()).sum()


def _below(sample: Float[Tensor, " samples"], places: Float[Tensor, " places"]) -> Float[Tensor, " places"]:
    """Share of the sample that does not lie above each place: its distribution function."""
    return torch.searchsorted(sample.sort().values, places.contiguous(), right=True).to(places) / len(sample)


def critic_loss(real_scores: Float[Tensor, "*real"], fake_scores: Float[Tensor, "*fake"]) -> Float[Tensor, ""]:
    """What a critic minimises: mean score of the generated samples minus mean score of the real ones.

    For a critic with slope 1 at most its negative is a lower bound of the earth mover's distance, reached by the best.

    Source: Arjovsky, Chintala & Bottou (2017), Wasserstein GAN, eq. 2 and algorithm 1.
    """
    return fake_scores.mean() - real_scores.mean()


def clip_weights(weights: Sequence[Float[Tensor, "..."]], c: float) -> list[Float[Tensor, "..."]]:
    """Every weight cut off at ±c: a crude way to bound the slope of a network. New tensors.

    Raises:
        ValueError: a bound below 0.

    Source: Arjovsky, Chintala & Bottou (2017), algorithm 1.
    """
    if not c >= 0:
        raise ValueError(f"a bound is not negative; got {c}")
    return [w.clamp(-c, c) for w in weights]


def gradient_penalty(
    critic: Callable[[Tensor], Tensor],
    real: Float[Tensor, "batch *features"],
    fake: Float[Tensor, "batch *features"],
    eps: Float[Tensor, "batch *ones"],
) -> Float[Tensor, ""]:
    """How far the critic's slope is from 1 between real and generated samples: mean of (‖∇ critic(x̂)‖ - 1)².

    x̂ = ε real + (1 - ε) fake, one point for each pair; the norm is over all features of a sample. The graph of the
    gradient is kept, so that the penalty can be differentiated with respect to the critic's weights.

    Args:
        critic: gives one score for each sample.
        eps: share of the real sample, from 0 to 1, of shape (batch, 1, …).

    Source: Gulrajani, Ahmed, Arjovsky, Dumoulin & Courville (2017), Improved training of Wasserstein GANs, eq. 3.
    """
    between = (eps * real + (1 - eps) * fake).detach().requires_grad_()
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    penalty: Tensor = (slope.flatten(1).norm(dim=1) - 1).square().mean()
    return penalty


def wgan_gp_step(
    critic: torch.nn.Module,
    generator: torch.nn.Module,
    optimizer: torch.optim.Optimizer,
    real: Float[Tensor, "batch *features"],
    z: Float[Tensor, "batch latent"],
    eps: Float[Tensor, "batch *ones"],
    lam: float = 10.0,
) -> float:
    """One step of the critic, down the slope of `critic_loss` + λ `gradient_penalty`; returns the loss before it.

    Both networks are in training mode while it runs. The generator makes the samples and learns nothing from them.

    Source: Gulrajani et al. (2017), algorithm 1, lines 3 to 9.
    """
    critic.train()
    generator.train()
    fake = generator(z).detach()
    loss = critic_loss(critic(real), critic(fake)) + lam * gradient_penalty(critic, real, fake, eps)
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return float(loss.detach())


# The same in torch: nothing. scipy.stats.wasserstein_distance is `wasserstein_1d`;
# torch.nn.utils.parametrizations.spectral_norm bounds a layer's slope in a third way.
