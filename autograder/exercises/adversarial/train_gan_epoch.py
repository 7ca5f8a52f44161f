"""One epoch of the game: two optimizers, two kinds of label, fresh noise, and the losses that were met on the way."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import Duel, Stage, discriminator_state, generator_state, training_step


def stage(generator, discriminator, batches, target, rates):
    duel = Duel(generator, discriminator)
    g_optimizer = torch.optim.SGD(duel.generator.parameters(), lr=rates[0])
    d_optimizer = torch.optim.SGD(duel.discriminator.parameters(), lr=rates[1])
    arguments = (duel.generator, duel.discriminator, g_optimizer, d_optimizer, batches)
    given = arguments if target is None else (*arguments, target)
    return Stage(given, duel.networks, lambda: {k: v for k, v in duel.seen().items() if k.startswith("every")})


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
    defaults=lambda draw: [case(draw, [4, 3], None, "`target` left out")],
    returns=("d_loss", "g_loss"),
    gives="`d_loss` and `g_loss`, in this order: numbers, or tensors without axes and without a graph",
    probe=training_step(stage, "generator's state", "discriminator's state", "batches", "target", "learning rates"),
    uses=("discriminator_loss", "generator_loss", "discriminator_step", "generator_step"),
    seconds=10,
)

# %% what is right, and what is wrong
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes import made_in
from autograder.spec.mistakes import training_steps as t
from autograder.spec.mistakes import two_networks as two
from autograder.spec.mistakes.training_steps import descend, in_training
from gradschool.adversarial import steps

exercise = Exercise(
    question,
    steps.train_gan_epoch,
    points=6,
    shares={"every parameter can learn": 0.5},
    noise=3e-5,  # three steps of a game can make much of one rounding
)


def smooth(logits, label):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def mean(losses):
    return sum(losses) / len(losses)


def cut(made):
    return made.detach()


def epoch(
    generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9, *, real_loss=smooth, fake_label=0.0,
    g_label=1.0, again=False, modes=True, d_sees=cut, g_shows=lambda made: made, order="dg", mean=mean, **habits,
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    if modes:
        in_training(generator, discriminator)
    losses = {"d": [], "g": []}
    for real, d_noise, g_noise in batches:
        for who in order:
            if who == "d":
                fake = d_sees(generator(d_noise))
                loss = real_loss(discriminator(real), target) + smooth(discriminator(fake), fake_label)
                losses["d"].append(descend(loss, d_optimizer, **habits))
            else:
                made = g_shows(generator(d_noise if again else g_noise))
                losses["g"].append(descend(smooth(discriminator(made), g_label), g_optimizer, **habits))
    return mean(losses["d"]), mean(losses["g"])


def parts(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    """Networks and optimizers, the batches, and the label: what an epoch is called with."""
    return (generator, discriminator, g_optimizer, d_optimizer), batches, target


wrong = exercise.variants(epoch)
wrong(two.GENERATOR_CUT_OFF, g_shows=cut)
wrong(
    "weighs the loss of real samples, where it should move their label",
    "With a label of 0.9, which logit has the smallest cross-entropy? And which has the smallest loss in your answer?",
    "Write the cross-entropy of a label t and a probability D. How many terms does it have?",
    real_loss=lambda logits, target: target * F.softplus(-logits).mean(),
)
wrong(
    "makes the generator's samples from the discriminator's noise",
    "Each batch brings two kinds of noise. Which did you use where?",
    again=True,
)
wrong(
    "lets the generator move first",
    "Whom does the task name first in each batch? Against which discriminator should the generator's step be taken?",
    order="gd",
)
wrong(t.LAST_BATCH, mean=lambda losses: losses[-1])
wrong(t.SUMMED_OVER_BATCHES, mean=sum)
exercise.mistakes(made_in(epoch, t.CLEARED_AFTERWARDS.told(network="discriminator"), t.MODE_AS_FOUND))


@exercise.misconception(
    "moves each network by the other's optimizer",
    "Which network changes in the discriminator's step of your epoch? Print a weight of each before and after.",
)
def optimizers_exchanged(generator, discriminator, g_optimizer, d_optimizer, *rest):
    return epoch(generator, discriminator, d_optimizer, g_optimizer, *rest)


class Both:
    """Two optimizers as one."""

    def __init__(self, *optimizers):
        self.optimizers = optimizers

    def zero_grad(self):
        for optimizer in self.optimizers:
            optimizer.zero_grad()

    def step(self):
        for optimizer in self.optimizers:
            optimizer.step()


@exercise.misconception(
    "moves the discriminator in the generator's step, too",
    "What does the generator's loss ask of the discriminator, if it may move? Is that what the discriminator wants?",
    "How many optimizers take a step for one loss?",
)
def both_step(generator, discriminator, g_optimizer, d_optimizer, *rest):
    return epoch(generator, discriminator, Both(g_optimizer, d_optimizer), d_optimizer, *rest)


@exercise.mistake(two.REACHES_THE_GENERATOR.told(loser="discriminator"))
def fake_not_detached(generator, discriminator, g_optimizer, d_optimizer, batches, target=0.9):
    class ClearedByTheOther:  # both are cleared before the discriminator's step, and not between the two
        step, zero_grad = g_optimizer.step, lambda self: None

    class ClearsBoth:
        step, zero_grad = d_optimizer.step, Both(g_optimizer, d_optimizer).zero_grad

    return epoch(generator, discriminator, ClearedByTheOther(), ClearsBoth(), batches, target, d_sees=lambda made: made)


@exercise.misconception(
    "smooths the label of generated samples, too",
    "On how many sides is one-sided smoothing? Which label do generated samples have in the task?",
)
def two_sided(*args):
    players, batches, target = parts(*args)
    return epoch(*players, batches, target, fake_label=1 - target)


@exercise.misconception(
    "smooths the label that the generator aims at",
    "Whose step is smoothed? Should a generator stop when it is believed with a probability of 0.9?",
)
def generator_smoothed(*args):
    players, batches, target = parts(*args)
    return epoch(*players, batches, target, g_label=target)


@exercise.misconception("does not smooth at all", "Where does `target` enter your discriminator's loss?")
def target_ignored(*args):
    players, batches, _ = parts(*args)
    return epoch(*players, batches, 1.0)


@exercise.misconception(
    "ends after the first batch", "How far is your `return` indented? How many batches has it seen by then?"
)
def first_batch_only(*args):
    players, batches, target = parts(*args)
    return epoch(*players, batches[:1], target)


@exercise.misconception("returns the generator's loss first", "In which order does the task name the two losses?")
def losses_exchanged(*args):
    return epoch(*args)[::-1]


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
