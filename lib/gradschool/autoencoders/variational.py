"""The variational autoencoder: codes that are distributions, and a loss that keeps them near the unit Gaussian.

The encoder says for each sample a mean μ and a log-variance log σ² for each latent; the approximate posterior q(z|x)
is the Gaussian with these, independent over the latents. The prior p(z) is the unit Gaussian, the decoder p(x|z) an
independent Bernoulli distribution for each pixel. All of it in nats.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from gradschool.training import seeded


def reparameterize(
    mu: Float[Tensor, "*shape"], logvar: Float[Tensor, "*shape"], generator: torch.Generator
) -> Float[Tensor, "*shape"]:
    """Draw z from the Gaussian with mean `mu` and variance exp(logvar), so that gradients reach both: z = μ + σ ε.

    ε is standard normal, drawn anew for every entry. It does not depend on the parameters, so that dz/dμ = 1 and
    dz/d log σ² = σ ε / 2 = (z - μ) / 2. With a generator on the CPU the same seed gives the same ε in every precision.

    Args:
        mu: means.
        logvar: natural logarithms of the variances; σ = exp(logvar / 2).
        generator: where chance comes from, on the tensors' device.

    Source:
        Kingma & Welling (2014), Auto-encoding variational Bayes, section 2.4.
    """
    noise = torch.randn(mu.shape, generator=generator, device=mu.device).to(mu.dtype)
    return mu + torch.exp(logvar / 2) * noise


def kl_divergence(
    mu: Float[Tensor, "batch latents"], logvar: Float[Tensor, "batch latents"]
) -> Float[Tensor, " batch"]:
    """KL(N(μ, σ²) ‖ N(0, 1)) in nats, summed over the latents: ½ Σ (μ² + σ² - 1 - log σ²). Never negative.

    The latents are independent under both distributions, so that their divergences add up. expm1 is exp - 1 without
    the digits lost to the subtraction where σ² is near 1; what is left of rounding below 0 is cut off.

    Returns:
        One number for each sample.

    Source:
        Kingma & Welling (2014), appendix B.
    """
    return 0.5 * (mu.square() + (logvar.expm1() - logvar).clamp(min=0)).sum(dim=-1)


def elbo_loss(
    logits: Float[Tensor, "batch *pixels"],
    x: Float[Tensor, "batch *pixels"],
    mu: Float[Tensor, "batch latents"],
    logvar: Float[Tensor, "batch latents"],
    beta: float = 1.0,
) -> Float[Tensor, ""]:
    """The negative evidence lower bound: -log p(x|z) + β KL(q(z|x) ‖ p(z)), in nats, mean over the batch.

    The first term is the binary cross-entropy of sigmoid(logits), *summed* over the pixels of an image; the second is
    summed over the latents. For β = 1 its negative is a lower bound on log p(x). From the logits a the cross-entropy
    is -x log σ(a) - (1 - x) log σ(-a), and the logarithm of a sigmoid neither overflows nor meets a 0.

    Args:
        logits: the decoder's output for one z per sample, any real numbers.
        x: pixels from 0 to 1.
        mu, logvar: the encoder's output.
        beta: weight of the divergence.

    Raises:
        ValueError: logits and pixels of different shapes, which would broadcast.

    Source:
        Kingma & Welling (2014), eq. 10; Higgins et al. (2017), β-VAE, eq. 4.
    """
    if logits.shape != x.shape:
        raise ValueError(f"one logit for each pixel; got {tuple(logits.shape)} and {tuple(x.shape)}")
    errors = -(x * F.logsigmoid(logits) + (1 - x) * F.logsigmoid(-logits))
    reconstruction = errors.flatten(1).sum(dim=1)  # (batch,)
    return (reconstruction + beta * kl_divergence(mu, logvar)).mean()


class VAE(nn.Module):
    """A variational autoencoder of dense layers: one hidden layer of ReLU units on each side.

    Source:
        Kingma & Welling (2014), appendix C, with ReLU in place of tanh.
    """

    def __init__(self, pixels: int = 64, hidden: int = 128, latents: int = 2) -> None:
        super().__init__()
        self.hidden = nn.Linear(pixels, hidden)
        self.heads = nn.Linear(hidden, 2 * latents)
        self.up = nn.Linear(latents, hidden)
        self.logits = nn.Linear(hidden, pixels)

    def encode(self, x: Float[Tensor, "batch pixels"]) -> tuple[Float[Tensor, "batch latents"], ...]:
        """Mean and log-variance of q(z|x)."""
        mu, logvar = self.heads(F.relu(self.hidden(x))).chunk(2, dim=-1)
        return mu, logvar

    def decode(self, z: Float[Tensor, "batch latents"]) -> Float[Tensor, "batch pixels"]:
        """Logits of the pixels; sigmoid makes grey values of them."""
        logits: Tensor = self.logits(F.relu(self.up(z)))
        return logits


def new_vae(seed: int, pixels: int = 64, hidden: int = 128, latents: int = 2) -> VAE:
    """A `VAE` in float64 whose weights are drawn from `seed`, as torch draws them."""
    with seeded(seed):
        return VAE(pixels, hidden, latents).double()


def vae_step(
    vae: VAE,
    optimizer: torch.optim.Optimizer,
    x: Float[Tensor, "batch pixels"],
    beta: float,
    generator: torch.Generator,
) -> float:
    """One step of training on one batch: encode, draw one z for each sample, decode, descend the negative ELBO.

    Args:
        vae: has `encode(x) -> (mu, logvar)` and `decode(z) -> logits`; changed in place.
        optimizer: made for the parameters of `vae`.
        x: pixels from 0 to 1.
        beta: weight of the divergence.
        generator: of the noise in z.

    Returns:
        The loss before the step.

    Source:
        Kingma & Welling (2014), algorithm 1.
    """
    mu, logvar = vae.encode(x)
    loss = elbo_loss(vae.decode(reparameterize(mu, logvar, generator)), x, mu, logvar, beta)
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return loss.item()


def interpolate(a: Float[Tensor, "*shape"], b: Float[Tensor, "*shape"], steps: int) -> Float[Tensor, "steps *shape"]:
    """`steps` points at equal distances on the straight line from `a` to `b`, both ends among them.

    Raises:
        ValueError: fewer than two steps, or ends of different shapes.
    """
    if steps < 2 or a.shape != b.shape:
        raise ValueError(f"two steps or more between equal shapes; got {steps}, {tuple(a.shape)}, {tuple(b.shape)}")
    t = torch.linspace(0, 1, steps, dtype=a.dtype, device=a.device).reshape(-1, *[1] * a.ndim)
    return (1 - t) * a + t * b


# The same in torch: torch.distributions.Normal(mu, sigma).rsample(); torch.distributions.kl_divergence of it and of
# Normal(0, 1), summed; F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x); torch.lerp(a, b, t).
