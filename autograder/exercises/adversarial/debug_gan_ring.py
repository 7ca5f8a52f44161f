"""A script in which the discriminator seems to win: the generator is cut off from its own loss."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import Duel, Stage, discriminator_state, generator_state, mended, training_step


def stage(generator, discriminator, real, noise, rates):
    duel = Duel(generator, discriminator, normalised=False)  # as in the script: how often samples are made is free
    for network in duel.networks.values():
        network.train()
    g_optimizer = torch.optim.SGD(duel.generator.parameters(), lr=rates[0])
    d_optimizer = torch.optim.SGD(duel.discriminator.parameters(), lr=rates[1])
    arguments = (duel.generator, duel.discriminator, g_optimizer, d_optimizer, real, noise)
    return Stage(arguments, duel.networks)


def case(draw, real, fakes, latent, features, note):
    states = generator_state(draw, latent, 4, features), discriminator_state(draw, features, 5)
    return Case((*states, draw.normal(real, features) + 1, draw.normal(fakes, latent), [0.3, 0.2]), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 6, 6, 3, 2, "as many real as generated"),
        case(draw, 4, 7, 2, 2, "fewer real than generated"),
    ],
    returns=("d_loss", "g_loss"),
    probe=mended(training_step(stage, "generator's state", "discriminator's state", "real", "noise", "learning rates")),
    gives="the letter and the mended function, in this order",
    uses=("discriminator_loss", "generator_loss", "discriminator_step", "generator_step"),
)

# %% what is right, and what is wrong
import torch.nn.functional as F

from autograder.spec import Exercise
from gradschool.adversarial.game import discriminator_loss, generator_loss


def right_round(generator, discriminator, g_optimizer, d_optimizer, real, noise):
    fake = generator(noise)
    d_loss = F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(fake.detach())).mean()
    d_optimizer.zero_grad()
    d_loss.backward()
    d_optimizer.step()
    g_loss = F.softplus(-discriminator(fake)).mean()
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()
    return d_loss.item(), g_loss.item()


def reference():
    return "C", right_round


exercise = Exercise(
    question,
    reference,
    points=5,
    shares={"fault": 6, "generator in training mode": 0.1, "discriminator in training mode": 0.1},
)


def still_cut_off(generator, discriminator, g_optimizer, d_optimizer, real, noise):
    with torch.no_grad():
        fake = generator(noise)
    d_loss = F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(fake)).mean()
    d_optimizer.zero_grad()
    d_loss.backward()
    d_optimizer.step()
    g_loss = F.softplus(-discriminator(fake)).mean()
    g_optimizer.zero_grad()
    g_loss.backward()
    g_optimizer.step()
    return d_loss.item(), g_loss.item()


def nothing_detached(generator, discriminator, g_optimizer, d_optimizer, real, noise):
    g_optimizer.zero_grad()
    d_optimizer.zero_grad()
    fake = generator(noise)
    d_loss = F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(fake)).mean()
    d_loss.backward(retain_graph=True)
    d_optimizer.step()
    g_loss = F.softplus(-discriminator(fake)).mean()
    g_loss.backward()
    g_optimizer.step()
    return d_loss.item(), g_loss.item()


def both_at_once(generator, discriminator, g_optimizer, d_optimizer, real, noise):
    fake = generator(noise)
    d_loss = F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(fake.detach())).mean()
    g_loss = F.softplus(-discriminator(fake)).mean()
    d_grads = torch.autograd.grad(d_loss, list(discriminator.parameters()))
    g_grads = torch.autograd.grad(g_loss, list(generator.parameters()))
    for network, grads, optimizer in ((discriminator, d_grads, d_optimizer), (generator, g_grads, g_optimizer)):
        for p, g in zip(network.parameters(), grads, strict=True):
            p.grad = g
        optimizer.step()
    return d_loss.item(), g_loss.item()


def stale(generator, discriminator, g_optimizer, d_optimizer, real, noise):
    fake = generator(noise)
    d_loss = F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(fake.detach())).mean()
    d_loss.backward()
    d_optimizer.step()
    d_optimizer.zero_grad()
    g_loss = F.softplus(-discriminator(fake)).mean()
    g_loss.backward()
    g_optimizer.step()
    g_optimizer.zero_grad()
    return d_loss.item(), g_loss.item()


exercise.blames(
    right_round,
    {
        "A": (
            "a discriminator that learns too fast",
            "A generator that loses still moves. Divide the discriminator's learning rate by a hundred: does this one move then?",
        ),
        "B": ("swapped labels", "The discriminator's loss falls to 0. What does that say about its labels?"),
        "D": (
            "gradients that are not cleared",
            "For each of the two optimizers: what lies in `.grad` when its network's backward pass begins?",
        ),
        "E": (
            "the form of the generator's loss",
            "What is the slope of softplus(-z) at z = -10? Does that form saturate where the generator loses?",
        ),
    },
)


@exercise.misconception(
    "leaves the fault in: the generator still does not move",
    "After the generator's backward pass, what stands in the `.grad` of its weights?",
)
def named_only():
    return "C", still_cut_off


@exercise.misconception(
    "cuts off nothing any more: now the discriminator's loss moves the generator, too",
    "What does the discriminator's backward pass leave in the generator's `.grad`? What does that ask of the generator?",
)
def detach_removed():
    return "C", nothing_detached


@exercise.misconception(
    "takes both steps against the networks of before",
    "In the script, against which discriminator does the generator play: that of before the discriminator's step, or of after it?",
)
def simultaneous():
    return "C", both_at_once


@exercise.misconception(
    "clears each network's gradients after its step, where the other's backward pass fills them again",
    "The generator's loss goes backward through the discriminator. Who clears that before the next round?",
)
def cleared_too_early():
    return "C", stale


@exercise.alternative
def made_twice():
    def one_round(generator, discriminator, g_optimizer, d_optimizer, real, noise):
        fake = generator(noise).detach()
        d_loss = F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(fake)).mean()
        d_optimizer.zero_grad()
        d_loss.backward()
        d_optimizer.step()
        g_loss = -F.logsigmoid(discriminator(generator(noise))).mean()
        g_optimizer.zero_grad()
        g_loss.backward()
        g_optimizer.step()
        return d_loss.detach(), g_loss.detach()

    return "C", one_round


@exercise.alternative
def from_the_parts():
    def one_round(generator, discriminator, g_optimizer, d_optimizer, real, noise):
        generator.train()
        discriminator.train()
        with torch.no_grad():
            fake = generator(noise)
        d_loss = discriminator_loss(discriminator(real), discriminator(fake))
        d_optimizer.zero_grad()
        d_loss.backward()
        d_optimizer.step()
        g_loss = generator_loss(discriminator(generator(noise)))
        generator.zero_grad()
        g_loss.backward()
        g_optimizer.step()
        return d_loss.item(), g_loss.item()

    return "c", one_round


@exercise.alternative
def wasteful_but_right():
    """The discriminator's gradient reaches the generator and is cleared before it can harm."""

    def one_round(generator, discriminator, g_optimizer, d_optimizer, real, noise):
        fake = generator(noise)
        d_loss = F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(fake)).mean()
        d_optimizer.zero_grad()
        d_loss.backward(retain_graph=True)
        d_optimizer.step()
        g_optimizer.zero_grad()
        g_loss = F.softplus(-discriminator(fake)).mean()
        g_loss.backward()
        g_optimizer.step()
        return d_loss.item(), g_loss.item()

    return "C: the generator is cut off", one_round
