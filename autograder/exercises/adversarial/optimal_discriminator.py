"""The best discriminator between two densities."""

from autograder.spec import Case, Question
from autograder.spec.comparison import near


def zeros_among(draw, *shape):
    """Densities of which some are 0: there only generated samples fall, there only real ones, there none."""
    p, q = draw.uniform(0.1, 2, *shape), draw.uniform(0.1, 2, *shape)
    p[..., 0], q[..., 1] = 0, 0
    p[..., 2], q[..., 2] = 0, 0
    return p, q


question = Question(
    cases=lambda draw: [
        (draw.uniform(0.1, 2, 7), draw.uniform(0.1, 2, 7)),
        (draw.uniform(0.1, 2, 3, 4), draw.uniform(0.1, 2, 3, 4)),
        Case((draw.uniform(1, 9, 1), draw.uniform(0.1, 0.9, 1)), note="a single point"),
    ],
    extremes=lambda draw: [
        Case(zeros_among(draw, 6), note="places where one density is 0, or both"),
        Case(
            (1e-30 * draw.uniform(0.1, 1, 4), 1e-30 * draw.uniform(0.1, 1, 4)),
            compare=near(1e-4),  # through logarithms is a right way: those of 1e-30 magnify rounding seventyfold
            note="far out in both tails",
        ),
    ],
    bears="densities of 1e-30 and places where one of them is 0, or both are",
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from gradschool.adversarial import game

exercise = Exercise(question, game.optimal_discriminator, points=2)


@exercise.misconception(
    "says how likely a sample is to be generated", "Where q is 0 every sample is real. What should D say there?"
)
def of_the_other(p, q):
    return torch.where(p + q > 0, q / (p + q), 0.5)


@exercise.misconception(
    "is not a number where neither density has anything",
    "What is 0/0 in floating point?",
    "Where no sample ever falls, any D is optimal. Which one does the task ask for?",
)
def nothing_by_nothing(p, q):
    return p / (p + q)


@exercise.misconception(
    "adds a small number to the denominator",
    "What does your answer give where p and q are both 1e-30? Which one is the more likely there should decide.",
)
def epsilon(p, q):
    return p / (p + q + 1e-8)


@exercise.misconception(
    "is the ratio of the densities, not a probability", "Can a probability be above 1? Where is p / q?"
)
def ratio(p, q):
    return torch.where(q > 0, p / q, 0.5)


@exercise.misconception(
    "decides, where it should say how sure it is",
    "Where p is twice q, which share of the samples is real? What does a D of 1 cost there?",
)
def hard(p, q):
    return torch.where(p == q, 0.5, (p > q).to(p.dtype))


@exercise.misconception(
    "says 0 where neither density has anything",
    "The task says what D is where it has nothing to go by. Is it 0?",
)
def zero_for_nothing(p, q):
    return torch.nan_to_num(p / (p + q), nan=0.0)


@exercise.alternative
def nan_replaced(p, q):
    return torch.nan_to_num(p / (p + q), nan=0.5)


@exercise.alternative
def one_over(p, q):
    both = (p == 0) & (q == 0)
    return torch.where(both, torch.full_like(p, 0.5), 1 / (1 + q / p))


@exercise.alternative
def sigmoid_of_the_log_ratio(p, q):
    logit = p.log() - q.log()
    return torch.sigmoid(torch.where(logit.isnan(), torch.zeros_like(logit), logit))


@exercise.alternative
def indexed(p, q):
    d = torch.full_like(p, 0.5)
    some = (p + q) > 0
    d[some] = p[some] / (p[some] + q[some])
    return d
