"""What the generator minimises, from logits, in both forms."""

import torch

from autograder.spec import Case, Question
from autograder.spec.comparison import close

question = Question(
    cases=lambda draw: [
        Case((2 * draw.normal(6), False), note="the form that does not saturate"),
        Case((2 * draw.normal(6), True), note="the saturating form"),
        Case((2 * draw.normal(5, 1), False), note="logits of shape (batch, 1)"),
        Case((2 * draw.normal(3, 4), True), note="saturating, several games at once"),
        Case((draw.normal(1) - 1, False), note="a batch of one"),
        Case((torch.zeros(3).double(), True), compare=close, note="saturating, all logits 0"),
        Case((torch.zeros(2, 2).double(), False), compare=close, note="all logits 0"),
    ],
    extremes=lambda draw: [
        Case((-1e4 * draw.uniform(1, 2, 5), False), note="every sample is seen through"),
        Case((1e4 * draw.uniform(1, 2, 5), False), note="every sample deceives"),
        Case((-1e4 * draw.uniform(1, 2, 5), True), note="saturating, every sample is seen through"),
        Case((1e4 * draw.uniform(1, 2, 5), True), note="saturating, every sample deceives"),
        Case((torch.cat([-30 + draw.normal(4), draw.normal(1)]), True), note="saturating, D near 0"),
    ],
    defaults=lambda draw: [Case((2 * draw.normal(5),), note="`saturating` left out")],
    bears="logits of ±10,000",
    gradients=["fake_logits"],
    arguments=("fake_logits", "saturating"),
    gives="one number, a tensor without axes",
    forbids=["binary_cross_entropy"],
)

# %% what is right, and what is wrong
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes.losses import averaged, of_logits
from gradschool.adversarial import game

exercise = Exercise(question, game.generator_loss, points=4)


def loss(fake_logits, saturating=False, mean=torch.mean, log_sigmoid=F.logsigmoid):
    return mean(log_sigmoid(-fake_logits)) if saturating else -mean(log_sigmoid(fake_logits))


exercise.mistakes(averaged(loss) + of_logits(loss))


@exercise.misconception(
    "has the two forms exchanged",
    "Which of the two forms has no slope left where D is near 0? What is it called?",
)
def exchanged(fake_logits, saturating=False):
    return loss(fake_logits, not saturating)


@exercise.misconception(
    "has the wrong sign in the saturating form: it teaches the generator to be seen through",
    "The generator minimises. Should log(1 - D) grow or fall as D rises?",
    "By which sign does softplus(z) differ from log(1 - σ(z))?",
)
def saturating_sign(fake_logits, saturating=False):
    return F.softplus(fake_logits).mean() if saturating else F.softplus(-fake_logits).mean()


@exercise.misconception(
    "ignores `saturating`",
    "Call your function with the same logits and both values of `saturating`. What should differ?",
)
def one_form(fake_logits, saturating=False):
    return F.softplus(-fake_logits).mean()


@exercise.misconception(
    "minimises the discriminator's own loss on generated samples",
    "Whose side is the generator on: should σ(logit) rise or fall?",
    "Which label does the generator want its samples to get?",
)
def discriminators_label(fake_logits, saturating=False):
    return loss(-fake_logits, saturating)


@exercise.misconception(
    "takes the logarithm of the mean, not the mean of the logarithms",
    "Is the log of an average the average of the logs? Try two samples with D = 0.1 and D = 0.9.",
)
def log_of_the_mean(fake_logits, saturating=False):
    p = torch.sigmoid(fake_logits).mean()
    return (1 - p).log() if saturating else -p.log()


@exercise.misconception(
    "has lost the minus of the form that does not saturate",
    "Can log D be positive? Which way does an optimizer move D that minimises it?",
)
def lost_minus(fake_logits, saturating=False):
    return -F.softplus(fake_logits).mean() if saturating else -F.softplus(-fake_logits).mean()


@exercise.alternative
def log_sigmoids(fake_logits, saturating=False):
    if saturating:
        return F.logsigmoid(-fake_logits).mean()
    return -F.logsigmoid(fake_logits).mean()


@exercise.alternative
def one_sign(fake_logits, saturating=False):
    sign = 1.0 if saturating else -1.0
    return -sign * F.softplus(sign * fake_logits).mean()


@exercise.alternative
def by_hand(fake_logits, saturating=False):
    z = fake_logits if saturating else -fake_logits
    loss = (z.clamp(min=0) + torch.log1p(torch.exp(-z.abs()))).mean()
    return -loss if saturating else loss


@exercise.alternative
def log_add_exp(fake_logits, saturating=False):
    zero = torch.zeros_like(fake_logits)
    terms = -torch.logaddexp(zero, fake_logits) if saturating else torch.logaddexp(zero, -fake_logits)
    return terms.sum() / terms.numel()
