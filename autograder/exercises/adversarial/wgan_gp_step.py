"""One step of a Wasserstein critic with gradient penalty: what it moves, and what it leaves alone."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import Duel, Stage, discriminator_state, generator_state, training_step


def stage(generator, critic, real, z, eps, lam, rate):
    duel = Duel(generator, critic, normalised=False)
    networks = {"critic": duel.discriminator, "generator": duel.generator}
    optimizer = torch.optim.SGD(duel.discriminator.parameters(), lr=rate)
    arguments = (duel.discriminator, duel.generator, optimizer, real, z, eps)
    return Stage(arguments if lam is None else (*arguments, lam), networks, duel.seen)


def case(draw, batch, latent, features, lam, note=""):
    states = generator_state(draw, latent, 4, features), discriminator_state(draw, features, 5)
    real, z, eps = draw.normal(batch, features) + 1, draw.normal(batch, latent), draw.uniform(0, 1, batch, 1)
    return Case((*states, real, z, eps, lam, 0.02), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 6, 3, 2, 10.0),
        case(draw, 4, 2, 3, 1.0, "a small λ"),
        case(draw, 2, 1, 1, 0.0, "no penalty at all"),
    ],
    defaults=lambda draw: [case(draw, 5, 2, 2, None, "`lam` left out")],
    returns=("loss",),
    gives="the loss: a number, or a tensor without axes and without a graph",
    probe=training_step(stage, "generator's state", "critic's state", "real", "z", "eps", "lam", "learning rate"),
    uses=("critic_loss", "gradient_penalty"),
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes import made_in
from autograder.spec.mistakes import training_steps as t
from autograder.spec.mistakes.training_steps import in_training, step
from autograder.spec.mistakes.two_networks import REACHES_THE_GENERATOR
from gradschool.adversarial import wasserstein
from gradschool.adversarial.wasserstein import critic_loss, gradient_penalty

exercise = Exercise(
    question,
    wasserstein.wgan_gp_step,
    points=5,
    beside=["generator"],
    shares={"critic": 3, "generator": 1, "gradients reach the generator": 2, "every parameter can learn": 0.5},
    noise=1e-7,  # 1e-12 under the root of a norm is usual
)


@step
def right(critic, generator, real, z, eps, lam=10.0):
    fake = generator(z).detach()
    return critic_loss(critic(real), critic(fake)) + lam * gradient_penalty(critic, real, fake, eps)


exercise.mistakes(made_in(right, t.NEVER_CLEARED, t.NOTHING_MOVES, t.MODE_AS_FOUND))


@exercise.mistake(REACHES_THE_GENERATOR.told(loser="critic"))
@step
def fake_not_detached(critic, generator, real, z, eps, lam=10.0):
    fake = generator(z)
    return critic_loss(critic(real), critic(fake)) + lam * gradient_penalty(critic, real, fake, eps)


@exercise.misconception("leaves the penalty out", "Where does λ enter your loss?")
@step
def no_penalty(critic, generator, real, z, eps, lam=10.0):
    return critic_loss(critic(real), critic(generator(z).detach()))


@exercise.misconception(
    "takes the penalty with weight 1, whatever λ", "Call your function with λ = 0 and with λ = 100. What changes?"
)
def lam_forgotten(critic, generator, optimizer, real, z, eps, lam=10.0):
    return right(critic, generator, optimizer, real, z, eps, 1.0)


@exercise.misconception(
    "subtracts the penalty", "What does your loss give the critic for a slope of length 100: a price or a prize?"
)
def subtracted(critic, generator, optimizer, real, z, eps, lam=10.0):
    return right(critic, generator, optimizer, real, z, eps, -lam)


@exercise.misconception(
    "pushes the scores apart in the wrong direction: the generator's side of the game",
    "Take many of your steps. Which samples get the higher scores?",
)
@step
def sides_exchanged(critic, generator, real, z, eps, lam=10.0):
    fake = generator(z).detach()
    return critic_loss(critic(fake), critic(real)) + lam * gradient_penalty(critic, real, fake, eps)


@exercise.alternative
def without_a_graph(critic, generator, optimizer, real, z, eps, lam=10.0):
    generator.train()
    critic.train()
    with torch.no_grad():
        fake = generator(z)
    critic.zero_grad()
    loss = critic(fake).mean() - critic(real).mean()
    x = (eps * real + (1 - eps) * fake).requires_grad_()
    slope = torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]
    loss = loss + lam * (slope.norm(dim=1) - 1).pow(2).mean()
    loss.backward()
    optimizer.step()
    return float(loss)


@exercise.alternative
def part_by_part(critic, generator, optimizer, real, z, eps, lam=10.0):
    in_training(generator, critic)
    fake = generator(z).detach()
    optimizer.zero_grad(set_to_none=False)
    scores = critic_loss(critic(real), critic(fake))
    scores.backward()
    penalty = lam * gradient_penalty(critic, real, fake, eps)
    penalty.backward()
    optimizer.step()
    return (scores + penalty).detach()


@exercise.alternative
def gradients_by_name(critic, generator, optimizer, real, z, eps, lam=10.0):
    in_training(critic, generator)
    fake = generator(z).detach()
    loss = critic_loss(critic(real), critic(fake)) + lam * gradient_penalty(critic, real, fake, eps)
    parameters = list(critic.parameters())
    for p, g in zip(parameters, torch.autograd.grad(loss, parameters, allow_unused=True), strict=True):
        p.grad = torch.zeros_like(p) if g is None else g
    optimizer.step()
    return loss.detach()
