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
    probe=training_step(stage, "generator's state", "discriminator's state", "noise", "learning rate"),
    uses=("generator_loss",),
)

# %% what is right, and what is wrong
import torch.nn.functional as F

from autograder.spec import Exercise
from gradschool.adversarial import steps

exercise = Exercise(
    question,
    steps.generator_step,
    points=6,
    shares={"generator": 4, "discriminator": 1, "every parameter can learn": 0.5, "gradients reach the generator": 0.5},
)


def in_training(*networks):
    for network in networks:
        network.train()


def descend(loss, optimizer):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@exercise.misconception(
    "cuts the generated samples off, so that the generator learns nothing",
    "Compare the generator's weights before and after your step.",
    "In whose step are generated samples cut off from the generator, and why there?",
)
def fake_detached(generator, discriminator, optimizer, noise):
    in_training(generator, discriminator)
    return descend(F.softplus(-discriminator(generator(noise).detach())).mean(), optimizer)


@exercise.misconception(
    "teaches the generator to be seen through",
    "After many of your steps, does the discriminator find it easier or harder to tell the samples?",
    "Which label does the generator want its samples to get?",
)
def discriminators_label(generator, discriminator, optimizer, noise):
    in_training(generator, discriminator)
    return descend(F.softplus(discriminator(generator(noise))).mean(), optimizer)


@exercise.misconception(
    "minimises the loss that saturates",
    "What gradient does your generator get while the discriminator sees through it?",
    "Which of the two forms does the task ask for?",
)
def saturating(generator, discriminator, optimizer, noise):
    in_training(generator, discriminator)
    return descend(-F.softplus(discriminator(generator(noise))).mean(), optimizer)


@exercise.misconception(
    "adds to the gradients that an earlier step has left in the generator",
    "What does `backward` do with what is in `.grad` already?",
    "At which moment must `.grad` be empty: when your function ends, or when it goes backward?",
)
def stale_gradients(generator, discriminator, optimizer, noise):
    in_training(generator, discriminator)
    loss = F.softplus(-discriminator(generator(noise))).mean()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


@exercise.misconception(
    "never clears the gradients",
    "After your second step, how many gradients are added up in `.grad`?",
)
def never_cleared(generator, discriminator, optimizer, noise):
    in_training(generator, discriminator)
    loss = F.softplus(-discriminator(generator(noise))).mean()
    loss.backward()
    optimizer.step()
    return loss.item()


@exercise.misconception(
    "leaves the networks in the mode in which it finds them",
    "Somebody has drawn samples before, in evaluation mode. Which statistics does your generator normalise with then?",
)
def mode_as_found(generator, discriminator, optimizer, noise):
    return descend(F.softplus(-discriminator(generator(noise))).mean(), optimizer)


@exercise.misconception(
    "puts the discriminator into evaluation mode",
    "In its own step the discriminator judges in training mode. Should the generator learn from another judge?",
    "In which mode does the next discriminator's step find the network?",
)
def discriminator_evaluated(generator, discriminator, optimizer, noise):
    generator.train()
    discriminator.eval()
    return descend(F.softplus(-discriminator(generator(noise))).mean(), optimizer)


@exercise.misconception(
    "freezes the discriminator and leaves it frozen",
    "Call the discriminator's step after yours. Which of its parameters still ask for a gradient?",
    "What decides which weights move: where gradients lie, or for whose parameters the optimizer was made?",
)
def frozen_for_good(generator, discriminator, optimizer, noise):
    in_training(generator, discriminator)
    discriminator.requires_grad_(False)
    return descend(F.softplus(-discriminator(generator(noise))).mean(), optimizer)


@exercise.misconception(
    "computes the loss and its gradients, but moves nothing",
    "Which call changes the weights?",
    "Is it still there in your function, and does it come after `backward`?",
)
def step_too_early(generator, discriminator, optimizer, noise):
    in_training(generator, discriminator)
    loss = F.softplus(-discriminator(generator(noise))).mean()
    optimizer.zero_grad()
    optimizer.step()
    loss.backward()
    return loss.item()


@exercise.misconception(
    "returns the loss after the step, not before it",
    "With which weights is the number that you return computed? Which does the task ask for?",
)
def loss_afterwards(generator, discriminator, optimizer, noise):
    in_training(generator, discriminator)
    descend(F.softplus(-discriminator(generator(noise))).mean(), optimizer)
    return F.softplus(-discriminator(generator(noise))).mean().item()


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
    return loss


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
