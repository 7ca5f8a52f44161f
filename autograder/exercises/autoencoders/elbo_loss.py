"""The negative evidence lower bound of a variational autoencoder, from the decoder's logits."""

from autograder.spec import Case, Question


def case(draw, batch, pixels, latents, beta, scale=2.0, gap=0.0, note=""):
    """Grey pixels, some of them quite black or white."""
    x = (1.6 * draw.uniform(0, 1, batch, *pixels) - 0.3).clamp(0, 1)
    posterior = draw.normal(batch, latents), draw.uniform(-2, 1, batch, latents)
    return Case((scale * draw.away_from_zero(batch, *pixels, gap=gap), x, *posterior, beta), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 4, (6,), 3, 1.0),
        case(draw, 5, (5,), 5, 0.3, note="beta 0.3"),
        case(draw, 3, (1, 4, 6), 2, 4.0, note="images with a channel, beta 4"),
        case(draw, 1, (7,), 1, 2.0, note="one sample, one latent"),
        case(draw, 3, (4,), 2, 0.0, note="beta 0"),
    ],
    extremes=lambda draw: [case(draw, 3, (5,), 2, 1.0, scale=1e4, gap=1.0, note="logits of ten thousand")],
    defaults=lambda draw: [Case(case(draw, 4, (6,), 3, 1.0).args[:4], note="beta left out")],
    bears="logits of ±10,000, in value and in gradient",
    gradients=("logits", "mu", "logvar"),
    arguments=("logits", "x", "mu", "logvar", "beta"),
    forbids=["binary_cross_entropy"],
    uses=("kl_divergence",),
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes.losses import FACTOR_FORGOTTEN, MEAN_FOR_SUM, averaged, of_logits
from gradschool.autoencoders import variational

exercise = Exercise(
    question,
    variational.elbo_loss,
    points=5,
    noise=3e-11,  # logits of ten thousand through logarithms and back: float64 keeps twelve digits of the gradient
)


def bce(logits, x):
    """Binary cross-entropy of each pixel."""
    return F.softplus(logits) - logits * x


def kl(mu, logvar):
    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar)


def loss(logits, x, mu, logvar, beta=1.0, mean=torch.mean, log_sigmoid=F.logsigmoid):
    pixels = -x * log_sigmoid(logits) - (1 - x) * log_sigmoid(-logits)
    return mean(pixels.flatten(1).sum(1) + beta * kl(mu, logvar).sum(1))


exercise.mistakes(averaged(loss) + of_logits(loss))


@exercise.mistake(FACTOR_FORGOTTEN.told(factor="`beta`"))
def without_beta(logits, x, mu, logvar, beta=1.0):
    return loss(logits, x, mu, logvar)


@exercise.misconception(
    "subtracts the divergence, and so rewards codes that are far from the prior",
    "The bound is the reconstruction's log-likelihood minus the divergence. What is the negative of that?",
)
def divergence_subtracted(logits, x, mu, logvar, beta=1.0):
    return loss(logits, x, mu, logvar, -beta)


@exercise.misconception(
    "takes black for white: the loss is least for the negative of the image",
    "What is your loss for a white pixel with a large logit? And for a black one?",
    "Which of log p and log(1 - p) belongs to x?",
)
def black_for_white(logits, x, mu, logvar, beta=1.0):
    return loss(logits, 1 - x, mu, logvar, beta)


@exercise.mistake(MEAN_FOR_SUM.told(parts="pixels"))
def averaged_over_pixels(logits, x, mu, logvar, beta=1.0):
    return bce(logits, x).mean() + beta * kl(mu, logvar).sum(1).mean()


@exercise.mistake(MEAN_FOR_SUM.told(parts="latents"))
def averaged_over_latents(logits, x, mu, logvar, beta=1.0):
    return bce(logits, x).flatten(1).sum(1).mean() + beta * kl(mu, logvar).mean()


@exercise.misconception(
    "weighs the reconstruction with beta, not the divergence",
    "Which of the two terms should beta = 0 switch off?",
)
def beta_on_the_reconstruction(logits, x, mu, logvar, beta=1.0):
    return (beta * bce(logits, x).flatten(1).sum(1) + kl(mu, logvar).sum(1)).mean()


@exercise.misconception(
    "overflows for large logits",
    "What is exp(1000)? Which function of torch.nn.functional is log(1 + exp(a)) without that?",
)
def exp_overflows(logits, x, mu, logvar, beta=1.0):
    pixels = torch.log(1 + torch.exp(logits)) - logits * x
    return (pixels.flatten(1).sum(1) + beta * kl(mu, logvar).sum(1)).mean()


@exercise.misconception(
    "measures the squared error of the pixels, where their cross-entropy is asked for",
    "Which distribution does the decoder give each pixel in this notebook?",
)
def squared_error(logits, x, mu, logvar, beta=1.0):
    return ((logits.sigmoid() - x).square().flatten(1).sum(1) + beta * kl(mu, logvar).sum(1)).mean()


@exercise.misconception(
    "puts logits through two sigmoids",
    "What does `logits` hold: any real numbers, or probabilities? How often may a sigmoid come over them?",
)
def two_sigmoids(logits, x, mu, logvar, beta=1.0):
    return (bce(logits.sigmoid(), x).flatten(1).sum(1) + beta * kl(mu, logvar).sum(1)).mean()


@exercise.misconception(
    "sums over axis 1 alone, and averages over height and width of an image",
    "Which axes has an image with a channel? Which of your sums goes over all of them?",
)
def one_axis_of_pixels(logits, x, mu, logvar, beta=1.0):
    return bce(logits, x).sum(dim=1).mean() + beta * kl(mu, logvar).sum(1).mean()


@exercise.misconception(
    "leaves the divergence out of the graph",
    "Which gradient do mu and logvar get from the divergence?",
)
def divergence_detached(logits, x, mu, logvar, beta=1.0):
    return (bce(logits, x).flatten(1).sum(1) + beta * kl(mu, logvar).sum(1).detach()).mean()


@exercise.alternative
def two_sums_over_the_batch_size(logits, x, mu, logvar, beta=1.0):
    return (bce(logits, x).sum() + beta * kl_divergence(mu, logvar).sum()) / len(x)


@exercise.alternative
def with_logsigmoid(logits, x, mu, logvar, beta=1.0):
    likelihood = x * F.logsigmoid(logits) + (1 - x) * F.logsigmoid(-logits)
    return -likelihood.flatten(1).sum(dim=1).mean() + beta * kl(mu, logvar).sum(dim=1).mean()


@exercise.alternative
def by_logaddexp(logits, x, mu, logvar, beta=1.0):
    pixels = torch.logaddexp(logits, torch.zeros_like(logits)) - x * logits
    return pixels.reshape(len(x), -1).sum(-1).mean() - beta * 0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(-1).mean()


@exercise.alternative
def with_the_largest_taken_out(logits, x, mu, logvar, beta=1.0):
    pixels = torch.relu(logits) - logits * x + torch.log1p(torch.exp(-logits.abs()))
    total = 0
    for sample, m, v in zip(pixels, mu, logvar, strict=True):
        total = total + sample.sum() + beta * kl(m, v).sum()
    return total / len(x)
