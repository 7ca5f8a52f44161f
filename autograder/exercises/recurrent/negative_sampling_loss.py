"""Skip-gram with negative sampling: true neighbours against words drawn at random."""

from autograder.spec import Case, Question


def case(draw, batch, k, d, note="", scale=1.0):
    return Case((scale * draw.normal(batch, d), draw.normal(batch, d), draw.normal(batch, k, d)), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 5, 3, 4),
        case(draw, 4, 4, 4, note="all sizes equal"),
        case(draw, 3, 7, 2),
        case(draw, 6, 1, 3, note="one negative"),
        case(draw, 1, 5, 3, note="a single pair"),
    ],
    extremes=lambda draw: [
        case(draw, 4, 3, 5, note="products of ten thousand", scale=1e4),
    ],
    bears="products of ten thousand, gradients too",
    gradients=True,
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes.losses import averaged, of_logits
from gradschool.recurrent import word_vectors

exercise = Exercise(
    question, word_vectors.negative_sampling_loss, points=4, noise=1e-8
)  # a small number in the logarithm


def products(centre, neighbour, negatives):
    return (centre * neighbour).sum(-1), (negatives @ centre.unsqueeze(-1)).squeeze(-1)


def loss(centre, neighbour, negatives, mean=torch.mean, log_sigmoid=F.logsigmoid):
    true, false = products(centre, neighbour, negatives)
    return -mean(log_sigmoid(true) + log_sigmoid(-false).sum(-1))


exercise.mistakes(averaged(loss) + of_logits(loss, epsilon=1e-9))


@exercise.misconception(
    "wants the drawn words to be near as well",
    "For a word drawn at random, should σ(n · v) be near 0 or near 1?",
    "Which sign has the product in the second term of the formula?",
)
def sign_of_the_negatives(centre, neighbour, negatives):
    true, false = products(centre, neighbour, negatives)
    return -(F.logsigmoid(true) + F.logsigmoid(false).sum(-1)).mean()


@exercise.misconception(
    "averages over the drawn words where the formula adds up", "With k = 5 drawn words, how many terms has the sum?"
)
def mean_over_the_drawn(centre, neighbour, negatives):
    true, false = products(centre, neighbour, negatives)
    return -(F.logsigmoid(true) + F.logsigmoid(-false).mean(-1)).mean()


@exercise.misconception(
    "multiplies the drawn words with the neighbour, not with the centre",
    "Whose neighbours are being told from words drawn at random?",
)
def against_the_neighbour(centre, neighbour, negatives):
    true, _ = products(centre, neighbour, negatives)
    _, false = products(neighbour, centre, negatives)
    return -(F.logsigmoid(true) + F.logsigmoid(-false).sum(-1)).mean()


@exercise.misconception("leaves out the drawn words", "Which vectors would make your loss 0?")
def without_negatives(centre, neighbour, negatives):
    return -F.logsigmoid((centre * neighbour).sum(-1)).mean() + 0 * negatives.sum()


@exercise.alternative
def with_softplus(centre, neighbour, negatives):
    true, false = products(centre, neighbour, negatives)
    return (F.softplus(-true) + F.softplus(false).sum(-1)).mean()


@exercise.alternative
def as_binary_classification(centre, neighbour, negatives):
    words = torch.cat([neighbour.unsqueeze(1), negatives], dim=1)  # (batch, 1 + k, d)
    scores = torch.einsum("bwd,bd->bw", words, centre)
    truth = torch.zeros_like(scores)
    truth[:, 0] = 1
    return F.binary_cross_entropy_with_logits(scores, truth, reduction="sum") / len(centre)


@exercise.alternative
def pair_by_pair(centre, neighbour, negatives):
    total = 0
    for v, u, others in zip(centre, neighbour, negatives, strict=True):
        total = total + torch.logaddexp(torch.zeros_like(v @ u), -(v @ u))
        for n in others:
            total = total + torch.logaddexp(torch.zeros_like(v @ n), n @ v)
    return total / len(centre)
