"""Drawing from a Gaussian so that gradients reach its mean and its variance; judged by what every draw has in common."""

import torch

from autograder.spec import Case, Question
from autograder.spec.chance import related, related_calls
from autograder.spec.errors import Unusable
from autograder.spec.outputs import gradient
from autograder.spec.probes import draws, function

BY_MU, BY_LOGVAR = gradient("mu"), gradient("logvar, less (z - mu) / 2")


def sure(logvar):
    """Whether nothing is left to chance."""
    return bool(logvar.max() < -40)


def look(results, args):
    """The noise that was drawn, from z = mean + deviation · noise, and what no draw changes."""
    (mu, logvar, _), z = args, results["z"]
    if not isinstance(z, torch.Tensor) or z.shape != mu.shape:
        raise Unusable("shape", f"z should be a tensor of the shape of mu, {tuple(mu.shape)}.")
    if sure(logvar):
        return {"z": z}
    noise = ((z - mu) / (logvar / 2).exp()).detach()
    alike = (noise - noise[:1]).abs() < 1e-2  # rounding apart, for deviations down to a tenth
    return {
        "noise, as z shows it": noise,
        "samples with one and the same noise": alike[1:].all(dim=1).sum(),
        "samples whose latents share one noise": ((noise - noise[:, :1]).abs() < 1e-2).all(dim=1).sum(),
        "samples know of each other": related(noise),
        "latents know of each other": related(noise.T),
    }


def look_at_calls(several, args):
    """Whether calls repeat each other's noise."""
    mu, logvar, _ = args
    return {} if sure(logvar) else {"calls know of each other": related_calls([r["z"] - mu for r in several])}


noise_drawn = draws(look, calls=look_at_calls)


def observed(answer, args, returns, gradients):
    """The draw, or how it moves with mean and log-variance."""
    if not gradients:
        return noise_drawn.run(answer, args, returns, False)
    mu, logvar, generator = args
    generator.manual_seed(generator.initial_seed())
    mu, logvar = mu.requires_grad_(), logvar.requires_grad_()
    z = function.run(answer, (mu, logvar, generator), returns, False)["z"]
    by_mu = by_logvar = None
    if z.requires_grad:
        by_mu, by_logvar = torch.autograd.grad(z.sum(), (mu, logvar), allow_unused=True)
    excess = None if by_logvar is None else by_logvar - (z - mu).detach() / 2
    return {BY_MU: by_mu, BY_LOGVAR: excess}


question = Question(
    cases=lambda draw: [
        Case((draw.normal(1000, 20), draw.uniform(-4, -2, 1000, 20), draw.chance()), note="small variances"),
        Case((draw.normal(500, 30), draw.uniform(1, 2, 500, 30), draw.chance()), note="large variances"),
        Case((draw.normal(40, 10), draw.uniform(-1, 1, 40, 10), draw.chance()), note="many small batches"),
        Case((draw.normal(3, 4), torch.full((3, 4), -50.0).double(), draw.chance()), note="almost no variance"),
        Case((draw.normal(1, 1), torch.full((1, 1), -50.0).double(), draw.chance()), note="one sample, one latent"),
    ],
    glimpse=lambda draw: Case((draw.normal(4, 3), draw.uniform(-1, 1, 4, 3), draw.chance())),
    returns=("z",),
    probe=noise_drawn.but(run=observed),
    gradients=True,
    forbids=["gaussian_distribution"],
    gives="a tensor of the shape of `mu`",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.comparison import near, same_distribution
from autograder.spec.mistakes import chance
from autograder.spec.mistakes.common import same
from gradschool.autoencoders import variational

exercise = Exercise(
    question,
    variational.reparameterize,
    points=4,
    beside=["samples with one and the same noise", "samples whose latents share one noise", "z"],
    compare={
        "noise, as z shows it": same_distribution(
            "(z - mu) / σ should be standard normal; its distribution is another."
        ),
        "z": near(1e-5),
        BY_MU: near(1e-4),
        BY_LOGVAR: near(1e-3),
    },
    shares={
        "generator_used": 0.5,
        "samples with one and the same noise": 0.5,
        "samples whose latents share one noise": 0.5,
        "samples know of each other": 0.3,
        "latents know of each other": 0.3,
        "calls know of each other": 0.5,
    },
)


def right(
    mu, logvar, generator, *, drawn=lambda mu: mu.shape, number=torch.randn, deviation=lambda logvar: (logvar / 2).exp(),
    mean=same, scaled=same,
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    return mean(mu) + scaled(deviation(logvar) * number(drawn(mu), generator=generator))


exercise.mistakes([chance.global_chance(right)])
wrong = exercise.variants(right)
wrong(
    chance.VARIANCE_FOR_DEVIATION.hinted(
        "logvar is log σ². What is exp(log σ²)?", "If logvar is 2 log σ, what must stand in your exp to get σ?"
    ),
    deviation=torch.exp,
)
wrong(
    "multiplies the noise by the log-variance itself",
    "Can a standard deviation be negative? Can logvar?",
    deviation=same,
)
wrong(
    chance.ONE_FOR_THE_BATCH.told(all_alike="every sample gets the same noise").hinted(
        "How many numbers must be drawn for 1000 samples with 20 latents?",
        "What could the encoder do with a noise that is the same for all samples?",
    ),
    drawn=chance.for_the_batch,
)
wrong(
    chance.ONE_FOR_THE_SAMPLE.told(all_alike="all of its latents get the same noise").hinted(
        "The latents are independent under q(z|x). Are yours, given μ and σ?"
    ),
    drawn=chance.for_the_sample,
)
wrong("leaves the mean out", "Where do your draws gather: around mu, or around 0?", mean=lambda mu: 0)
wrong(
    "cuts the mean from the graph",
    "By how much does z move when mu moves by 1? And what does autograd say of your z?",
    "How should the encoder learn where its codes belong, if no gradient reaches mu?",
    mean=torch.detach,
)
wrong(
    "cuts the deviation from the graph",
    "Which of your lines runs outside the graph? Which of the encoder's outputs does it take with it?",
    scaled=torch.detach,
)
wrong(
    "draws z itself at random, so that no gradient can pass",
    "What is the derivative of a random draw with respect to the mean it was drawn with?",
    "Can the chance be drawn first, from a distribution that has no parameters?",
    mean=torch.detach,
    scaled=torch.detach,
)
wrong(chance.UNIFORM_FOR_NORMAL, number=torch.rand)


@exercise.alternative
def root_of_the_variance(mu, logvar, generator):
    noise = torch.empty_like(mu).normal_(generator=generator)
    return mu + torch.sqrt(torch.exp(logvar)) * noise


@exercise.alternative
def scaled_in_place(mu, logvar, generator):
    z = torch.randn(*mu.shape, generator=generator, dtype=mu.dtype)
    return torch.addcmul(mu, torch.exp(0.5 * logvar), z)


@exercise.alternative
def sample_by_sample(mu, logvar, generator):
    rows = []
    for m, v in zip(mu, logvar, strict=True):
        rows.append(m + v.mul(0.5).exp() * torch.randn(len(m), generator=generator))
    return torch.stack(rows)


@exercise.alternative
def by_torch_normal(mu, logvar, generator):
    noise = torch.normal(0.0, 1.0, tuple(mu.shape), generator=generator)
    return torch.exp(logvar).pow(0.5) * noise + mu
