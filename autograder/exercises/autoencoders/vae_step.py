"""One step of training of a variational autoencoder, seen by the weights that it leaves."""

import torch
from torch import nn

from autograder.spec import Case, Question
from autograder.spec.probes import Stage, training_step
from gradschool.training import seeded

HIDDEN, LATENTS = 10, 3


class SmallVAE(nn.Module):
    """Encoder, decoder and what the task says of them: nothing of a step of training."""

    def __init__(self, pixels):
        super().__init__()
        self.hidden, self.heads = nn.Linear(pixels, HIDDEN), nn.Linear(HIDDEN, 2 * LATENTS)
        self.up, self.logits = nn.Linear(LATENTS, HIDDEN), nn.Linear(HIDDEN, pixels)

    def encode(self, x):
        return self.heads(self.hidden(x).relu()).chunk(2, dim=-1)

    def decode(self, z):
        return self.logits(self.up(z).relu())


def stage(state, x, lr, beta, seed):
    """A small network, plain gradient descent, and a generator; in float32, in which every precision draws alike."""
    vae = SmallVAE(x.shape[1])
    vae.load_state_dict(state)
    optimizer = torch.optim.SGD(vae.parameters(), lr=lr)
    chance = torch.Generator().manual_seed(seed)
    return Stage((vae, optimizer, x.float(), beta, chance), {"vae": vae})


def case(draw, batch, pixels, lr, beta, note=""):
    with seeded(draw.integer(0, 10**6)):
        vae = SmallVAE(pixels).double()
    state = {name: 1.5 * p.detach() for name, p in vae.state_dict().items()}
    return Case((state, draw.uniform(0, 1, batch, pixels), lr, beta, draw.integer(0, 10**6)), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 6, 8, 0.05, 1.0),
        case(draw, 9, 5, 0.1, 0.3, "beta 0.3"),
        case(draw, 1, 6, 0.05, 4.0, "a batch of one, beta 4"),
    ],
    returns=("loss",),
    probe=training_step(stage).but(random=True),
    uses=("reparameterize", "elbo_loss"),
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes import IGNORES_THE_GENERATOR, made_in
from autograder.spec.mistakes import training_steps as t
from autograder.spec.mistakes.training_steps import descend, step
from gradschool.autoencoders import variational

exercise = Exercise(
    question,
    variational.vae_step,
    points=4,
    shares={"vae": 6, "loss": 2, "vae in training mode": 0.3, "vae ran in evaluation mode": 0.3},
)

reparameterize, elbo_loss = variational.reparameterize, variational.elbo_loss


@step
def right(vae, x, beta, generator):
    mu, logvar = vae.encode(x)
    return elbo_loss(vae.decode(reparameterize(mu, logvar, generator)), x, mu, logvar, beta)


exercise.mistakes(made_in(right, t.NEVER_CLEARED, t.NOTHING_MOVES))


@exercise.misconception(
    "decodes the mean, and draws nothing",
    "Where does your code use the log-variance, besides the divergence?",
    "What would keep σ from shrinking or growing as the divergence likes, if the decoder never sees it?",
)
@step
def mean_decoded(vae, x, beta, generator):
    mu, logvar = vae.encode(x)
    return elbo_loss(vae.decode(mu), x, mu, logvar, beta)


@exercise.misconception("leaves beta at 1", "Which argument of your function is never used?")
def beta_forgotten(vae, optimizer, x, beta, generator):
    return right(vae, optimizer, x, 1.0, generator)


@exercise.mistake(t.PROBABILITIES_TO_THE_LOSS.told(loss="elbo_loss"))
@step
def sigmoid_too_many(vae, x, beta, generator):
    mu, logvar = vae.encode(x)
    pixels = vae.decode(reparameterize(mu, logvar, generator)).sigmoid()
    return elbo_loss(pixels, x, mu, logvar, beta)


@exercise.misconception(
    "cuts the code from the graph: the encoder learns from the divergence alone",
    "Which of the two terms of the loss should tell the encoder what to keep of an image?",
    "Does a gradient of the reconstruction reach the encoder's weights?",
)
@step
def code_detached(vae, x, beta, generator):
    mu, logvar = vae.encode(x)
    z = reparameterize(mu, logvar, generator).detach()
    return elbo_loss(vae.decode(z), x, mu, logvar, beta)


@exercise.misconception(
    "lets the divergence count in the loss, but not in the step",
    "Which gradient of the divergence reaches the encoder's weights? Is it in the loss that you differentiate?",
    "What keeps the codes near the prior while you train?",
)
@step
def divergence_detached(vae, x, beta, generator):
    mu, logvar = vae.encode(x)
    z = reparameterize(mu, logvar, generator)
    return elbo_loss(vae.decode(z), x, mu.detach(), logvar.detach(), beta)


@exercise.misconception(
    "climbs: it follows the bound's negative upwards",
    "Does the loss fall when you call your function many times?",
    "Is `elbo_loss` the bound, or its negative? What does the optimizer do with it?",
)
def climbs(vae, optimizer, x, beta, generator):
    mu, logvar = vae.encode(x)
    loss = elbo_loss(vae.decode(reparameterize(mu, logvar, generator)), x, mu, logvar, beta)
    return -descend(-loss, optimizer)


@exercise.mistake(t.SWAPPED_IN_THE_LOSS.told(loss="elbo_loss"))
@step
def arguments_exchanged(vae, x, beta, generator):
    mu, logvar = vae.encode(x)
    return elbo_loss(x, vae.decode(reparameterize(mu, logvar, generator)), mu, logvar, beta)


@exercise.misconception(
    "hands σ to functions that take the log-variance",
    "What does `vae.encode` return as its second value, and what do `reparameterize` and `elbo_loss` take?",
)
@step
def deviation_handed_on(vae, x, beta, generator):
    mu, logvar = vae.encode(x)
    sigma = (logvar / 2).exp()
    return elbo_loss(vae.decode(reparameterize(mu, sigma, generator)), x, mu, sigma, beta)


@exercise.mistake(t.SAME_NOISE_EACH_STEP)
def always_the_same_noise(vae, optimizer, x, beta, generator):
    return right(vae, optimizer, x, beta, generator.manual_seed(generator.initial_seed()))


@exercise.mistake(IGNORES_THE_GENERATOR)
@step
def global_chance(vae, x, beta, generator):
    mu, logvar = vae.encode(x)
    return elbo_loss(vae.decode(mu + (logvar / 2).exp() * torch.randn_like(mu)), x, mu, logvar, beta)


@exercise.alternative
def line_by_line(vae, optimizer, x, beta, generator):
    optimizer.zero_grad()
    mu, logvar = vae.encode(x)
    z = reparameterize(mu, logvar, generator)
    loss = elbo_loss(vae.decode(z), x, mu, logvar, beta)
    loss.backward()
    optimizer.step()
    return loss.detach()


@exercise.alternative
def cleared_at_the_end(vae, optimizer, x, beta, generator):
    mu, logvar = vae.encode(x)
    noise = torch.empty_like(mu).normal_(generator=generator)
    logits = vae.decode(mu + logvar.mul(0.5).exp() * noise)
    loss = elbo_loss(logits, x, mu, logvar, beta)
    loss.backward()
    optimizer.step()
    for p in vae.parameters():
        p.grad = None
    return loss.detach()


@exercise.alternative
def gradients_by_hand(vae, optimizer, x, beta, generator):
    parameters = list(vae.parameters())
    mu, logvar = vae.encode(x)
    noise = torch.randn(mu.shape, generator=generator, dtype=mu.dtype)
    logits = vae.decode(mu + torch.exp(logvar).sqrt() * noise)
    pixels = torch.nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    loss = (pixels - beta / 2 * (1 + logvar - mu**2 - logvar.exp()).sum()) / len(x)
    for p, g in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        p.grad = g
    optimizer.step()
    return float(loss)
