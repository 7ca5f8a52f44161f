"""One step of the generator: through the discriminator, which stays as it is."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import Duel, Stage, discriminator_state, generator_state, training_step


def stage(generator, discriminator, noise, rate):
    duel = Duel(generator, discriminator)
    optimizer = torch.optim.SGD(duel.generator.parameters(), lr=rate)
    return Stage((duel.generator, duel.discriminator, optimizer, noise), duel.networks, duel.seen)


def case(draw, fakes, latent, features, note):
    states = generator_state(draw, latent, 5, features), discriminator_state(draw, features, 6)
    return Case((*states, draw.normal(fakes, latent), 0.4), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 6, 3, 2, "two features"),
        case(draw, 9, 2, 3, "three features"),
        case(draw, 2, 1, 1, "one feature"),
    ],
    returns=("loss",),
    gives="the loss: a number, or a tensor without axes and without a graph",
    probe=training_step(stage, "generator's state", "discriminator's state", "noise", "learning rate"),
    uses=("generator_loss",),
)

# %% what is right, and what is wrong
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes import made_in
from autograder.spec.mistakes import training_steps as t
from autograder.spec.mistakes import two_networks as two
from autograder.spec.mistakes.training_steps import descend, in_training, step
from gradschool.adversarial import steps

exercise = Exercise(
    question,
    steps.generator_step,
    points=6,
    beside=["discriminator"],
    shares={"generator": 4, "discriminator": 1, "every parameter can learn": 0.5, "gradients reach the generator": 0.5},
)


@step
def right(generator, discriminator, noise):
    return F.softplus(-discriminator(generator(noise))).mean()


stale = t.CLEARED_AFTERWARDS.told(network="generator")
exercise.mistakes(made_in(right, stale, t.NEVER_CLEARED, t.NOTHING_MOVES, t.MODE_AS_FOUND, t.LOSS_AFTERWARDS))


@exercise.mistake(two.GENERATOR_CUT_OFF)
@step
def fake_detached(generator, discriminator, noise):
    return F.softplus(-discriminator(generator(noise).detach())).mean()


@exercise.misconception(
    "teaches the generator to be seen through",
    "After many of your steps, does the discriminator find it easier or harder to tell the samples?",
    "Which label does the generator want its samples to get?",
)
@step
def discriminators_label(generator, discriminator, noise):
    return F.softplus(discriminator(generator(noise))).mean()


@exercise.misconception(
    "minimises the loss that saturates",
    "What gradient does your generator get while the discriminator sees through it?",
    "Which of the two forms does the task ask for?",
)
@step
def saturating(generator, discriminator, noise):
    return -F.softplus(discriminator(generator(noise))).mean()


@exercise.mistake(two.OTHER_EVALUATES.told(network="discriminator"))
@step
def discriminator_evaluated(generator, discriminator, noise):
    return F.softplus(-discriminator.eval()(generator(noise))).mean()


@exercise.mistake(two.FROZEN_FOR_GOOD.told(network="discriminator"))
@step
def frozen_for_good(generator, discriminator, noise):
    return F.softplus(-discriminator.requires_grad_(False)(generator(noise))).mean()


@exercise.alternative
def cross_entropy_with_ones(generator, discriminator, optimizer, noise):
    discriminator.train()
    generator.train()
    optimizer.zero_grad()
    logits = discriminator(generator(noise))
    loss = F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))
    loss.backward()
    optimizer.step()
    return loss.detach()


@exercise.alternative
def frozen_for_a_while(generator, discriminator, optimizer, noise):
    in_training(generator, discriminator)
    discriminator.requires_grad_(False)
    loss = -F.logsigmoid(discriminator(generator(noise))).mean()
    descend(loss, optimizer)
    discriminator.requires_grad_(True)
    return loss.item()


@exercise.alternative
def asked_for_by_name(generator, discriminator, optimizer, noise):
    in_training(generator, discriminator)
    parameters = list(generator.parameters())
    loss = torch.log1p(torch.exp(-discriminator(generator(noise)))).mean()
    for p, g in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        p.grad = g
    optimizer.step()
    return float(loss)


@exercise.alternative
def in_two_stages(generator, discriminator, optimizer, noise):
    """What reaches the samples first, then what that does to the generator."""
    in_training(generator, discriminator)
    generator.zero_grad()
    fake = generator(noise)
    seen = fake.detach().requires_grad_()
    loss = F.softplus(-discriminator(seen)).mean()
    loss.backward()
    discriminator.zero_grad()
    fake.backward(seen.grad)
    optimizer.step()
    return loss.item()
