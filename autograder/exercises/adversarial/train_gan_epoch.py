"""One epoch of the game: two optimizers, two kinds of label, fresh noise, and the losses that were met on the way."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import Duel, Stage, discriminator_state, generator_state, training_step


def stage(generator, discriminator, batches, target, rates):
    duel = Duel(generator, discriminator)
    g_optimizer = torch.optim.SGD(duel.generator.parameters(), lr=rates[0])
    d_optimizer = torch.optim.SGD(duel.discriminator.parameters(), lr=rates[1])
    arguments = (duel.generator, duel.discriminator, g_optimizer, d_optimizer, batches, target)
    return Stage(arguments, duel.networks, lambda: {k: v for k, v in duel.seen().items() if k.startswith("every")})


def case(draw, sizes, target, note, latent=3, features=2):
    states = generator_state(draw, latent, 4, features), discriminator_state(draw, features, 5)
    batches = [(draw.normal(n, features) + 1, draw.normal(n + 1, latent), draw.normal(n, latent)) for n in sizes]
    return Case((*states, batches, target, [0.2, 0.3]), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, [4, 4, 3], 0.9, "labels of 0.9, the last batch is shorter"),
        case(draw, [5, 5], 0.7, "labels of 0.7", latent=2, features=3),
        case(draw, [4, 2], 1.0, "no smoothing"),
        case(draw, [3], 0.8, "a single batch", latent=1, features=1),
    ],
    returns=("d_loss", "g_loss"),
    probe=training_step(stage, "generator's state", "discriminator's state", "batches", "target", "learning rates"),
    uses=("discriminator_loss", "generator_loss", "discriminator_step", "generator_step"),
    seconds=10,
)

# %% what is right, and what is wrong
import torch.nn.functional as F

from autograder.spec import Exercise
from gradschool.adversarial import steps

exercise = Exercise(
    question,
    steps.train_gan_epoch,
    points=6,
    shares={"every parameter can learn": 0.5},
    noise=3e-5,  # three steps of a game can make much of one rounding
)


def descend(loss, optimizer):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def smooth(logits, label):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def epoch(
    generator, discriminator, g_optimizer, d_optimizer, batches, target, *, fake_label=0.0, g_label=1.0, again=False,
    modes=True,
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    if modes:
        generator.train()
        discriminator.train()
    losses = []
    for real, d_noise, g_noise in batches:
        fake = generator(d_noise).detach()
        d_loss = descend(smooth(discriminator(real), target) + smooth(discriminator(fake), fake_label), d_optimizer)
        made = generator(d_noise if again else g_noise)
        losses.append((d_loss, descend(smooth(discriminator(made), g_label), g_optimizer)))
    return tuple(sum(part) / len(losses) for part in zip(*losses, strict=True))


@exercise.misconception(
    "moves each network by the other's optimizer",
    "Which network changes in the discriminator's step of your epoch? Print a weight of each before and after.",
)
def optimizers_exchanged(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    return epoch(generator, discriminator, d_optimizer, g_optimizer, batches, target)


@exercise.misconception(
    "moves the discriminator in the generator's step, too",
    "What does the generator's loss ask of the discriminator, if it may move? Is that what the discriminator wants?",
    "How many optimizers take a step for one loss?",
)
def both_step(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    class Both:
        def zero_grad(self):
            g_optimizer.zero_grad()
            d_optimizer.zero_grad()

        def step(self):
            g_optimizer.step()
            d_optimizer.step()

    return epoch(generator, discriminator, Both(), d_optimizer, batches, target)


@exercise.misconception(
    "lets the discriminator's gradient add to the generator's",
    "What stands in the generator's `.grad` when its own backward pass begins?",
    "In whose step are generated samples cut off from the generator?",
)
def fake_not_detached(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    generator.train()
    discriminator.train()
    losses = []
    for real, d_noise, g_noise in batches:
        g_optimizer.zero_grad()
        d_optimizer.zero_grad()
        d_loss = smooth(discriminator(real), target) + smooth(discriminator(generator(d_noise)), 0.0)
        d_loss.backward()
        d_optimizer.step()
        g_loss = smooth(discriminator(generator(g_noise)), 1.0)
        g_loss.backward()
        g_optimizer.step()
        losses.append((d_loss.item(), g_loss.item()))
    return tuple(sum(part) / len(losses) for part in zip(*losses, strict=True))


@exercise.misconception(
    "lets the generator's backward pass add to the discriminator's next gradient",
    "The generator's loss goes backward through the discriminator. Where is that gradient when the next batch comes?",
    "At which moment must `.grad` be empty: after the step, or before the backward pass?",
)
def stale_gradients(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    class ClearsAfterwards:
        def __init__(self, optimizer):
            self.optimizer = optimizer

        def zero_grad(self):
            pass

        def step(self):
            self.optimizer.step()
            self.optimizer.zero_grad()

    return epoch(
        generator, discriminator, ClearsAfterwards(g_optimizer), ClearsAfterwards(d_optimizer), batches, target
    )


@exercise.misconception(
    "cuts the samples off in the generator's step, so that the generator learns nothing",
    "Compare the generator's weights before and after your epoch.",
)
def fake_detached(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    generator.train()
    discriminator.train()
    losses = []
    for real, d_noise, g_noise in batches:
        fake = generator(d_noise).detach()
        d_loss = descend(smooth(discriminator(real), target) + smooth(discriminator(fake), 0.0), d_optimizer)
        made = generator(g_noise).detach()
        losses.append((d_loss, descend(smooth(discriminator(made), 1.0), g_optimizer)))
    return tuple(sum(part) / len(losses) for part in zip(*losses, strict=True))


@exercise.misconception(
    "smooths the label of generated samples, too",
    "On how many sides is one-sided smoothing? Which label do generated samples have in the task?",
)
def two_sided(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    return epoch(generator, discriminator, g_optimizer, d_optimizer, batches, target, fake_label=1 - target)


@exercise.misconception(
    "smooths the label that the generator aims at",
    "Whose step is smoothed? Should a generator stop when it is believed with a probability of 0.9?",
)
def generator_smoothed(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    return epoch(generator, discriminator, g_optimizer, d_optimizer, batches, target, g_label=target)


@exercise.misconception(
    "does not smooth at all",
    "Where does `target` enter your discriminator's loss?",
)
def target_ignored(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    return epoch(generator, discriminator, g_optimizer, d_optimizer, batches, 1.0)


@exercise.misconception(
    "weighs the loss of real samples, where it should move their label",
    "With a label of 0.9, which logit has the smallest cross-entropy? And which has the smallest loss in your answer?",
    "Write the cross-entropy of a label t and a probability D. How many terms does it have?",
)
def target_as_weight(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    generator.train()
    discriminator.train()
    losses = []
    for real, d_noise, g_noise in batches:
        fake = generator(d_noise).detach()
        d_loss = target * F.softplus(-discriminator(real)).mean() + F.softplus(discriminator(fake)).mean()
        d_loss = descend(d_loss, d_optimizer)
        losses.append((d_loss, descend(smooth(discriminator(generator(g_noise)), 1.0), g_optimizer)))
    return tuple(sum(part) / len(losses) for part in zip(*losses, strict=True))


@exercise.misconception(
    "makes the generator's samples from the discriminator's noise",
    "Each batch brings two kinds of noise. Which did you use where?",
)
def same_noise(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    return epoch(generator, discriminator, g_optimizer, d_optimizer, batches, target, again=True)


@exercise.misconception(
    "leaves the networks in the mode in which it finds them",
    "Between two epochs samples are drawn in evaluation mode. In which mode does your second epoch train?",
)
def mode_as_found(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    return epoch(generator, discriminator, g_optimizer, d_optimizer, batches, target, modes=False)


@exercise.misconception(
    "lets the generator move first",
    "Whom does the task name first in each batch? Against which discriminator should the generator's step be taken?",
)
def generator_first(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    generator.train()
    discriminator.train()
    losses = []
    for real, d_noise, g_noise in batches:
        g_loss = descend(smooth(discriminator(generator(g_noise)), 1.0), g_optimizer)
        fake = generator(d_noise).detach()
        d_loss = descend(smooth(discriminator(real), target) + smooth(discriminator(fake), 0.0), d_optimizer)
        losses.append((d_loss, g_loss))
    return tuple(sum(part) / len(losses) for part in zip(*losses, strict=True))


@exercise.misconception(
    "ends after the first batch", "How far is your `return` indented? How many batches has it seen by then?"
)
def first_batch_only(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    return epoch(generator, discriminator, g_optimizer, d_optimizer, batches[:1], target)


@exercise.misconception(
    "returns the losses of the last batch, not their means",
    "A curve of your numbers is noisy. What does one point stand for?",
)
def last_losses(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    epoch(generator, discriminator, g_optimizer, d_optimizer, batches[:-1], target)
    return epoch(generator, discriminator, g_optimizer, d_optimizer, batches[-1:], target)


@exercise.misconception(
    "returns sums over the batches, not means",
    "Cut the same data into twice as many batches. What becomes of your losses?",
)
def summed(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    means = epoch(generator, discriminator, g_optimizer, d_optimizer, batches, target)
    return tuple(len(batches) * m for m in means)


@exercise.misconception("returns the generator's loss first", "In which order does the task name the two losses?")
def losses_exchanged(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    return epoch(generator, discriminator, g_optimizer, d_optimizer, batches, target)[::-1]


@exercise.alternative
def by_the_formula(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    discriminator.train()
    generator.train()
    d_sum = g_sum = 0.0
    for real, d_noise, g_noise in batches:
        with torch.no_grad():
            fake = generator(d_noise)
        d_optimizer.zero_grad()
        z = discriminator(real)
        d_loss = -(target * F.logsigmoid(z) + (1 - target) * F.logsigmoid(-z)).mean()
        d_loss = d_loss - F.logsigmoid(-discriminator(fake)).mean()
        d_loss.backward()
        d_optimizer.step()
        g_optimizer.zero_grad()
        g_loss = F.softplus(-discriminator(generator(g_noise))).mean()
        g_loss.backward()
        g_optimizer.step()
        d_sum, g_sum = d_sum + d_loss.detach(), g_sum + g_loss.detach()
    return d_sum / len(batches), g_sum / len(batches)


@exercise.alternative
def settings_as_they_should_be(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    return epoch(generator, discriminator, g_optimizer, d_optimizer, batches, target)


@exercise.alternative
def frozen_in_turn(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    d_losses, g_losses = [], []
    for real, d_noise, g_noise in batches:
        discriminator.train().requires_grad_(True)
        generator.train().requires_grad_(False)
        d_loss = smooth(discriminator(real), target) + smooth(discriminator(generator(d_noise)), 0.0)
        d_losses.append(descend(d_loss, d_optimizer))
        generator.requires_grad_(True)
        discriminator.requires_grad_(False)
        g_losses.append(descend(smooth(discriminator(generator(g_noise)), 1.0), g_optimizer))
    discriminator.requires_grad_(True)
    return torch.tensor(d_losses).mean(), torch.tensor(g_losses).mean()
