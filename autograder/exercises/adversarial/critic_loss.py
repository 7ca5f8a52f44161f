"""What a Wasserstein critic minimises."""

from autograder.spec import Case, Question

question = Question(
    cases=lambda draw: [
        (draw.normal(5) + 1, draw.normal(5) - 1),
        Case((draw.normal(4), draw.normal(9)), note="more generated samples than real ones"),
        Case((draw.uniform(-2, -1, 3, 1), draw.uniform(1, 2, 3, 1)), note="columns of scores, the real ones lower"),
        (draw.normal(1), draw.normal(1)),
        Case((draw.normal(2, 1, 3), draw.normal(4)), note="scores of different shapes"),
    ],
    extremes=lambda draw: [
        Case((1e4 * (1 + draw.uniform(0, 1, 3)), -1e4 * (1 + draw.uniform(0, 1, 4))), note="scores of ten thousand")
    ],
    bears="scores of ±10,000",
    gradients=True,
    gives="one number, a tensor without axes",
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes.losses import averaged
from gradschool.adversarial import wasserstein

exercise = Exercise(question, wasserstein.critic_loss, points=2)


def loss(real_scores, fake_scores, mean=torch.mean):
    return mean(fake_scores) - mean(real_scores)


exercise.mistakes(averaged(loss))


@exercise.misconception(
    "takes the scores for logits, as an ordinary discriminator's loss does",
    "Is a critic's score a probability, or becomes one by a sigmoid?",
    "Add 1 to every score. Should the critic's loss change?",
)
def cross_entropy(real_scores, fake_scores):
    return F.softplus(-real_scores).mean() + F.softplus(fake_scores).mean()


@exercise.misconception(
    "takes the distance between the means, whichever is larger",
    "A critic that has the two exactly the wrong way round: what is its loss, in your formula and in the task's?",
)
def absolute(real_scores, fake_scores):
    return -(real_scores.mean() - fake_scores.mean()).abs()


@exercise.misconception(
    "adds the two means", "What does the critic gain, in your loss, from telling the two kinds apart?"
)
def added(real_scores, fake_scores):
    return fake_scores.mean() + real_scores.mean()


@exercise.alternative
def weighted(real_scores, fake_scores):
    scores = torch.cat([fake_scores.flatten(), real_scores.flatten()])
    n, m = fake_scores.numel(), real_scores.numel()
    weights = torch.cat([scores.new_full((n,), 1 / n), scores.new_full((m,), -1 / m)])
    return scores @ weights


@exercise.alternative
def by_hand(real_scores, fake_scores):
    return torch.sum(fake_scores) / fake_scores.numel() - torch.sum(real_scores) / real_scores.numel()


@exercise.alternative
def two_terms(real_scores, fake_scores):
    loss_on_real = -torch.mean(real_scores)
    loss_on_fake = torch.mean(fake_scores)
    return loss_on_real + loss_on_fake
