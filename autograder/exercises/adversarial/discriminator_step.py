"""One step of the discriminator: what it moves, and what it must leave alone."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import Duel, Stage, discriminator_state, generator_state, training_step


def stage(generator, discriminator, real, noise, rate):
    duel = Duel(generator, discriminator)
    optimizer = torch.optim.SGD(duel.discriminator.parameters(), lr=rate)
    return Stage((duel.generator, duel.discriminator, optimizer, real, noise), duel.networks, duel.seen)


def case(draw, real, fakes, latent, features, note):
    states = generator_state(draw, latent, 5, features), discriminator_state(draw, features, 6)
    return Case((*states, draw.normal(real, features) + 1, draw.normal(fakes, latent), 0.4), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 6, 6, 3, 2, "two features"),
        case(draw, 4, 9, 2, 3, "more generated samples than real ones"),
        case(draw, 2, 2, 1, 1, "one feature"),
    ],
    returns=("loss",),
    gives="the loss: a number, or a tensor without axes and without a graph",
    probe=training_step(stage, "generator's state", "discriminator's state", "real", "noise", "learning rate"),
    uses=("discriminator_loss",),
)

# %% what is right, and what is wrong
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes import made_in
from autograder.spec.mistakes import training_steps as t
from autograder.spec.mistakes import two_networks as two
from autograder.spec.mistakes.training_steps import in_training, step
from gradschool.adversarial import steps

exercise = Exercise(
    question,
    steps.discriminator_step,
    points=6,
    shares={"discriminator": 3, "generator": 1, "gradients reach the generator": 3, "every parameter can learn": 0.5},
    noise=1e-12,  # two steps can make much of one rounding
)


def loss_of(discriminator, real, fake):
    return F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(fake)).mean()


@step
def right(generator, discriminator, real, noise):
    return loss_of(discriminator, real, generator(noise).detach())


stale = t.CLEARED_AFTERWARDS.told(network="discriminator")
exercise.mistakes(made_in(right, stale, t.NEVER_CLEARED, t.NOTHING_MOVES, t.MODE_AS_FOUND, t.LOSS_AFTERWARDS))


@exercise.mistake(two.REACHES_THE_GENERATOR.told(loser="discriminator"))
@step
def fake_not_detached(generator, discriminator, real, noise):
    return loss_of(discriminator, real, generator(noise))


@exercise.misconception(
    "has the labels swapped: it learns to call real samples generated",
    "Take many of your steps. Towards which sign do the logits of real samples go?",
)
@step
def labels_swapped(generator, discriminator, real, noise):
    return loss_of(discriminator, generator(noise).detach(), real)


@exercise.mistake(two.OTHER_EVALUATES.told(network="generator"))
@step
def generator_evaluated(generator, discriminator, real, noise):
    return loss_of(discriminator, real, generator.eval()(noise).detach())


@exercise.misconception(
    "sends real and generated samples through the discriminator as one batch",
    "The discriminator may normalise over its batch. What does a real sample's score depend on then?",
    "How many batches does the task say?",
)
@step
def one_batch(generator, discriminator, real, noise):
    logits = discriminator(torch.cat([real, generator(noise).detach()]))
    return F.softplus(-logits[: len(real)]).mean() + F.softplus(logits[len(real) :]).mean()


@exercise.mistake(two.FROZEN_FOR_GOOD.told(network="generator"))
@step
def frozen_for_good(generator, discriminator, real, noise):
    return loss_of(discriminator, real, generator.requires_grad_(False)(noise))


@exercise.misconception(
    "learns from generated samples only",
    "Which discriminator has the smallest loss of yours, whatever the data look like?",
)
@step
def without_real(generator, discriminator, real, noise):
    return F.softplus(discriminator(generator(noise).detach())).mean()


@exercise.alternative
def without_a_graph(generator, discriminator, optimizer, real, noise):
    discriminator.train()
    generator.train()
    with torch.no_grad():
        fake = generator(noise)
    optimizer.zero_grad(set_to_none=False)
    real_loss = F.binary_cross_entropy_with_logits(scores := discriminator(real), torch.ones_like(scores))
    fake_loss = F.binary_cross_entropy_with_logits(scores := discriminator(fake), torch.zeros_like(scores))
    (real_loss + fake_loss).backward()
    optimizer.step()
    return (real_loss + fake_loss).detach()


@exercise.alternative
def two_backward_passes(generator, discriminator, optimizer, real, noise):
    in_training(discriminator, generator)
    discriminator.zero_grad()
    fake_part = F.softplus(discriminator(generator(noise).detach())).mean()
    fake_part.backward()
    real_part = -F.logsigmoid(discriminator(real)).mean()
    real_part.backward()
    optimizer.step()
    return (real_part + fake_part).item()


@exercise.alternative
def asked_for_by_name(generator, discriminator, optimizer, real, noise):
    in_training(generator, discriminator)
    parameters = list(discriminator.parameters())
    loss = loss_of(discriminator, real, generator(noise))
    for p, g in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        p.grad = g
    optimizer.step()
    return float(loss)


@exercise.alternative
def frozen_for_a_while(generator, discriminator, optimizer, real, noise):
    in_training(generator, discriminator)
    generator.requires_grad_(False)
    loss = loss_of(discriminator, real, generator(noise))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    generator.requires_grad_(True)
    return loss.item()
