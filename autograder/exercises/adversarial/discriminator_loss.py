"""What the discriminator minimises, from logits."""

import torch

from autograder.spec import Case, Question
from autograder.spec.comparison import close

question = Question(
    cases=lambda draw: [
        Case((2 * draw.normal(6), 2 * draw.normal(6)), note="as many real as generated"),
        Case((2 * draw.normal(3), 2 * draw.normal(8)), note="fewer real than generated"),
        Case((2 * draw.normal(5, 1), 2 * draw.normal(4, 1)), note="logits of shape (batch, 1)"),
        Case((draw.normal(1) + 1, draw.normal(1) - 1), note="a batch of one"),
        Case((2 * draw.normal(2, 3), 2 * draw.normal(4)), note="logits of different shapes"),
        Case((torch.zeros(3).double(), torch.zeros(2).double()), compare=close, note="all logits 0: it only guesses"),
    ],
    extremes=lambda draw: [
        Case((1e4 * draw.uniform(1, 2, 4), -1e4 * draw.uniform(1, 2, 3)), note="certain, and right"),
        Case((-1e4 * draw.uniform(1, 2, 4), 1e4 * draw.uniform(1, 2, 3)), note="certain, and wrong"),
        Case((torch.cat([30 + draw.normal(4), draw.normal(1)]), -30 + draw.normal(4)), note="almost certain"),
    ],
    bears="logits of ±10,000",
    gradients=True,
    gives="one number, a tensor without axes",
    forbids=["binary_cross_entropy"],
)

# %% what is right, and what is wrong
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes.losses import averaged, of_logits
from gradschool.adversarial import game

exercise = Exercise(question, game.discriminator_loss, points=4)


def loss(real_logits, fake_logits, mean=torch.mean, log_sigmoid=F.logsigmoid):
    return -mean(log_sigmoid(real_logits)) - mean(log_sigmoid(-fake_logits))


exercise.mistakes(averaged(loss) + of_logits(loss))


@exercise.misconception(
    "has the labels swapped: it rewards calling real samples generated",
    "What is your loss when all real logits are 10 and all generated ones -10? What should it be?",
)
def labels_swapped(real_logits, fake_logits):
    return loss(-real_logits, -fake_logits)


@exercise.misconception(
    "averages over real and generated samples together",
    "With 3 real and 8 generated samples, what weight do the real ones have in your loss?",
    "How many expectations does the formula hold?",
)
def one_mean_for_all(real_logits, fake_logits):
    return 2 * torch.cat([F.softplus(-real_logits), F.softplus(fake_logits)]).mean()


@exercise.misconception(
    "looks at the real samples only",
    "Which discriminator has the smallest loss of yours, whatever the generated samples?",
)
def real_only(real_logits, fake_logits):
    return F.softplus(-real_logits).mean() + 0 * fake_logits.sum()


@exercise.misconception(
    "pulls generated samples towards the label of real ones, too",
    "Which sign does the logit of a generated sample have when the discriminator is right about it?",
)
def both_real(real_logits, fake_logits):
    return loss(real_logits, -fake_logits)


@exercise.alternative
def log_sigmoids(real_logits, fake_logits):
    return -F.logsigmoid(real_logits).mean() - F.logsigmoid(-fake_logits).mean()


@exercise.alternative
def cross_entropy_of_logits(real_logits, fake_logits):
    def term(z, label):
        return (z.clamp(min=0) - z * label + torch.log1p(torch.exp(-z.abs()))).mean()

    return term(real_logits, 1.0) + term(fake_logits, 0.0)


@exercise.alternative
def log_add_exp(real_logits, fake_logits):
    real = torch.logaddexp(torch.zeros_like(real_logits), -real_logits)
    fake = torch.logaddexp(torch.zeros_like(fake_logits), fake_logits)
    return real.sum() / real.numel() + fake.sum() / fake.numel()


@exercise.alternative
def sample_by_sample(real_logits, fake_logits):
    real = torch.stack([F.softplus(-z) for z in real_logits.flatten()])
    fake = torch.stack([F.softplus(z) for z in fake_logits.flatten()])
    return torch.mean(real) + torch.mean(fake)
