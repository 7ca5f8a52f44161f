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
    probe=training_step(stage, "generator's state", "discriminator's state", "real", "noise", "learning rate"),
    uses=("discriminator_loss",),
)

# %% what is right, and what is wrong
import torch.nn.functional as F

from autograder.spec import Exercise
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


def in_training(*networks):
    for network in networks:
        network.train()


def descend(loss, optimizer):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@exercise.misconception(
    "sends gradients into the generator",
    "After `loss.backward()`, what stands in the `.grad` of the generator's weights?",
    "Who is to learn in this step? Where on the way from the noise to the loss can the others be cut off?",
)
def fake_not_detached(generator, discriminator, optimizer, real, noise):
    in_training(generator, discriminator)
    return descend(loss_of(discriminator, real, generator(noise)), optimizer)


@exercise.misconception(
    "adds to the gradients that the generator's step has left in the discriminator",
    "The generator's loss went backward through the discriminator. Where is that gradient now?",
    "At which moment must `.grad` be empty: when your function ends, or when it goes backward?",
)
def stale_gradients(generator, discriminator, optimizer, real, noise):
    in_training(generator, discriminator)
    loss = loss_of(discriminator, real, generator(noise).detach())
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


@exercise.misconception(
    "never clears the gradients",
    "What does `backward` do with what is in `.grad` already?",
    "After your second step, how many gradients are added up there?",
)
def never_cleared(generator, discriminator, optimizer, real, noise):
    in_training(generator, discriminator)
    loss = loss_of(discriminator, real, generator(noise).detach())
    loss.backward()
    optimizer.step()
    return loss.item()


@exercise.misconception(
    "has the labels swapped: it learns to call real samples generated",
    "Take many of your steps. Towards which sign do the logits of real samples go?",
)
def labels_swapped(generator, discriminator, optimizer, real, noise):
    in_training(generator, discriminator)
    fake = generator(noise).detach()
    return descend(F.softplus(discriminator(real)).mean() + F.softplus(-discriminator(fake)).mean(), optimizer)


@exercise.misconception(
    "leaves the networks in the mode in which it finds them",
    "Somebody has drawn samples before, in evaluation mode. Which statistics do your batches meet then?",
    "Which method of a module says that it is being trained?",
)
def mode_as_found(generator, discriminator, optimizer, real, noise):
    return descend(loss_of(discriminator, real, generator(noise).detach()), optimizer)


@exercise.misconception(
    "makes its samples with the generator in evaluation mode",
    "In its own step the generator normalises with the batch's statistics. Are the samples here made as they are there?",
    "How many networks are there whose mode somebody may have changed before your step?",
)
def generator_evaluated(generator, discriminator, optimizer, real, noise):
    generator.eval()
    discriminator.train()
    return descend(loss_of(discriminator, real, generator(noise).detach()), optimizer)


@exercise.misconception(
    "sends real and generated samples through the discriminator as one batch",
    "The discriminator may normalise over its batch. What does a real sample's score depend on then?",
    "How many batches does the task say?",
)
def one_batch(generator, discriminator, optimizer, real, noise):
    in_training(generator, discriminator)
    logits = discriminator(torch.cat([real, generator(noise).detach()]))
    return descend(F.softplus(-logits[: len(real)]).mean() + F.softplus(logits[len(real) :]).mean(), optimizer)


@exercise.misconception(
    "computes the loss and its gradients, but moves nothing",
    "Compare the discriminator's weights before and after your step. Which call changes them?",
)
def no_step(generator, discriminator, optimizer, real, noise):
    in_training(generator, discriminator)
    loss = loss_of(discriminator, real, generator(noise).detach())
    optimizer.zero_grad()
    loss.backward()
    return loss.item()


@exercise.misconception(
    "freezes the generator and leaves it frozen",
    "Call the generator's step after yours. Which of its parameters still ask for a gradient?",
    "Is there a way to cut the generator off that changes nothing about the generator?",
)
def frozen_for_good(generator, discriminator, optimizer, real, noise):
    in_training(generator, discriminator)
    generator.requires_grad_(False)
    return descend(loss_of(discriminator, real, generator(noise)), optimizer)


@exercise.misconception(
    "learns from generated samples only",
    "Which discriminator has the smallest loss of yours, whatever the data look like?",
)
def without_real(generator, discriminator, optimizer, real, noise):
    in_training(generator, discriminator)
    return descend(F.softplus(discriminator(generator(noise).detach())).mean(), optimizer)


@exercise.misconception(
    "returns the loss after the step, not before it",
    "With which weights is the number that you return computed? Which does the task ask for?",
)
def loss_afterwards(generator, discriminator, optimizer, real, noise):
    in_training(generator, discriminator)
    fake = generator(noise).detach()
    descend(loss_of(discriminator, real, fake), optimizer)
    return loss_of(discriminator, real, fake).item()


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
    return real_part + fake_part


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
