"""The game of two networks: what each of them loses, how it ends for ideal players, and a brake for the discriminator.

A discriminator gives logits, not probabilities: D(x) = σ(logit), the probability that x is real, and 1 - D(x) is
σ(-logit). `logsigmoid` gives the logarithms of both, and neither overflows nor loses its gradient.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor


def discriminator_loss(real_logits: Float[Tensor, "*real"], fake_logits: Float[Tensor, "*fake"]) -> Float[Tensor, ""]:
    """What the discriminator minimises: -mean log D(x) - mean log(1 - D(G(z))), in nats; log 4 where it only guesses.

    Each half is a mean over its own samples, so that the numbers of real and generated samples may differ.

    Args:
        real_logits: scores of real samples.
        fake_logits: scores of generated samples.

    Source: Goodfellow et al. (2014), Generative adversarial nets, eq. 1, with its sign changed.
    """
    return -F.logsigmoid(real_logits).mean() - F.logsigmoid(-fake_logits).mean()


def generator_loss(fake_logits: Float[Tensor, "*fake"], saturating: bool = False) -> Float[Tensor, ""]:
    """What the generator minimises, in nats: -mean log D(G(z)), or mean log(1 - D(G(z))) if `saturating`.

    Both fall as D(G(z)) rises. With respect to the logit their slopes are -(1 - D) and -D: the second vanishes where
    the discriminator is sure, which is where the generator has most to learn.

    Source: Goodfellow et al. (2014), eq. 1 and the end of section 3.
    """
    return F.logsigmoid(-fake_logits).mean() if saturating else -F.logsigmoid(fake_logits).mean()


def optimal_discriminator(p: Float[Tensor, "*points"], q: Float[Tensor, "*points"]) -> Float[Tensor, "*points"]:
    """The best that a discriminator can say where real samples have density p and generated ones q: p / (p + q).

    Where neither ever falls, both densities being 0, it has nothing to go by: ½.

    Source: Goodfellow et al. (2014), proposition 1.
    """
    both = p + q
    return torch.where(both > 0, p / torch.where(both > 0, both, 1), 0.5)


def js_divergence(p: Float[Tensor, "*batch outcomes"], q: Float[Tensor, "*batch outcomes"]) -> Float[Tensor, "*batch"]:
    """Jensen-Shannon divergence ½ KL(p ‖ m) + ½ KL(q ‖ m), m = (p + q) / 2, in nats: from 0 to log 2.

    Outcomes that one of the two never gives add 0 log 0 = 0 there. Never negative, so that it has a root, which is a
    distance; this is not the root.

    Args:
        p, q: probabilities, each summing to 1 over the last axis.

    Source: Lin (1991), Divergence measures based on the Shannon entropy.
    """
    terms = _apart(p, q) + _apart(q, p)  # for each outcome; below 0 by rounding at most
    return terms.clamp(min=0).sum(dim=-1) / 2


def _apart(p: Tensor, q: Tensor) -> Tensor:
    """p log(p / m), as p log(1 + (p - q) / (p + q)): no digit is lost where p and q are close. 0 where p is 0."""
    some = p != 0
    return p * torch.log1p(torch.where(some, p - q, 0) / torch.where(some, p + q, 1))


def r1_penalty(real_logits: Float[Tensor, "*real"], real: Float[Tensor, "*batch features"]) -> Float[Tensor, ""]:
    """Half the mean squared length of the logit's gradient at the real samples: ½ mean ‖∇ logit(x)‖².

    Added to the discriminator's loss it flattens the discriminator where the data are, so that the generator has a
    reason to stay there once it has arrived. The graph is kept: the penalty can be differentiated once more.

    Args:
        real_logits: the discriminator's scores of `real`, one for each sample.
        real: what they were computed from, with `requires_grad`.

    Source: Mescheder, Geiger & Nowozin (2018), Which training methods for GANs do actually converge?, eq. 9.
    """
    (slope,) = torch.autograd.grad(real_logits.sum(), real, create_graph=True)
    return slope.square().sum(dim=-1).mean() / 2


# The same in torch: F.binary_cross_entropy_with_logits(logits, ones or zeros) is each half of the discriminator's loss,
# and with ones the generator's. torch has no Jensen-Shannon divergence; SciPy's jensenshannon gives its root.
