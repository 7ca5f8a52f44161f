"""GloVe's weighted squared error on the logarithms of counts."""

import torch

from autograder.spec import Case, Question


def case(draw, words, contexts, d, x_max, alpha, empty=0.4, most=60.0, note=""):
    """Counts between 0.2 and `most`, a share of them 0."""
    counts = torch.exp(draw.uniform(-1.6, float(torch.tensor(most).log()), words, contexts))
    counts = counts.masked_fill(draw.uniform(0, 1, words, contexts) < empty, 0)
    counts[0, 0] = most
    vectors = draw.normal(words, d), draw.normal(contexts, d), draw.normal(words), draw.normal(contexts)
    return Case((*vectors, counts, x_max, alpha), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 5, 5, 3, 20.0, 0.75),
        case(draw, 4, 6, 2, 10.0, 0.5, note="more contexts than words"),
        case(draw, 4, 4, 4, 100.0, 0.75, empty=0.0, note="every pair occurs"),
        case(draw, 3, 3, 2, 30.0, 1.0, empty=0.8, note="most pairs never occur"),
        case(draw, 1, 1, 3, 5.0, 0.75, empty=0.0, note="one pair"),
    ],
    gradients=["w", "c", "b_w", "b_c"],
    arguments=("w", "c", "b_w", "b_c", "counts", "x_max", "alpha"),
)

# %% what is right, and what is wrong
import math

from autograder.spec import Exercise
from autograder.spec.mistakes.layers import NO_BIAS
from autograder.spec.mistakes.losses import MEAN_FOR_SUM
from gradschool.recurrent import word_vectors

exercise = Exercise(question, word_vectors.glove_loss, points=4, noise=1e-9)  # a small number in the logarithm


def error_of(w, c, b_w, b_c, counts):
    return w @ c.T + b_w[:, None] + b_c - torch.where(counts > 0, counts, 1).log()


def weight_of(counts, x_max, alpha):
    return torch.where(counts < x_max, (counts / x_max) ** alpha, 1)


@exercise.misconception(
    "takes the logarithm of counts that are 0",
    "What is log 0, and what is 0 times that?",
    "Over which pairs does the sum run?",
)
def log_of_zero(w, c, b_w, b_c, counts, x_max, alpha):
    error = w @ c.T + b_w[:, None] + b_c - counts.log()
    return (weight_of(counts, x_max, alpha) * error**2).sum()


@exercise.misconception(
    "adds 1 to every count before the logarithm",
    "Which number should w · c + b come near where two words were seen together 20 times?",
)
def log_of_one_more(w, c, b_w, b_c, counts, x_max, alpha):
    error = w @ c.T + b_w[:, None] + b_c - (counts + 1).log()
    return (weight_of(counts, x_max, alpha) * error**2).sum()


@exercise.misconception("lets the weight grow beyond 1", "What is f(x) for a pair that occurs more often than x_max?")
def no_ceiling(w, c, b_w, b_c, counts, x_max, alpha):
    return ((counts / x_max) ** alpha * error_of(w, c, b_w, b_c, counts) ** 2).sum()


@exercise.misconception("gives every pair the same weight", "Where does f stand in your formula?")
def unweighted(w, c, b_w, b_c, counts, x_max, alpha):
    return (error_of(w, c, b_w, b_c, counts) ** 2)[counts > 0].sum()


@exercise.mistake(MEAN_FOR_SUM.told(parts="pairs"))
def averaged(w, c, b_w, b_c, counts, x_max, alpha):
    return (weight_of(counts, x_max, alpha) * error_of(w, c, b_w, b_c, counts) ** 2)[counts > 0].mean()


@exercise.misconception(
    "averages over the whole table", "Does the formula divide by anything? Over which pairs does its sum run?"
)
def averaged_over_all(w, c, b_w, b_c, counts, x_max, alpha):
    return (weight_of(counts, x_max, alpha) * error_of(w, c, b_w, b_c, counts) ** 2).mean()


@exercise.misconception(
    "leaves out pairs that never occur after their logarithm has been taken, and its gradient is not a number",
    "`torch.where` throws the infinite error away. What does the way back multiply it with?",
    "What can stand in the place of 0 before the logarithm is taken?",
)
def left_out_too_late(w, c, b_w, b_c, counts, x_max, alpha):
    error = w @ c.T + b_w[:, None] + b_c - counts.log()
    return torch.where(counts > 0, weight_of(counts, x_max, alpha) * error**2, 0).sum()


@exercise.misconception(
    "squares the weight together with the error", "Which part of the formula does the square belong to?"
)
def weight_squared(w, c, b_w, b_c, counts, x_max, alpha):
    return ((weight_of(counts, x_max, alpha) * error_of(w, c, b_w, b_c, counts)) ** 2).sum()


@exercise.misconception("does not raise to the power α", "What is f(x) at x = x_max / 2 and α = 0.5?")
def no_power(w, c, b_w, b_c, counts, x_max, alpha):
    return (weight_of(counts, x_max, 1) * error_of(w, c, b_w, b_c, counts) ** 2).sum()


@exercise.mistake(NO_BIAS)
def no_biases(w, c, b_w, b_c, counts, x_max, alpha):
    error = error_of(w, c, 0 * b_w, 0 * b_c, counts)
    return (weight_of(counts, x_max, alpha) * error**2).sum()


@exercise.misconception(
    "exchanges the biases of words and contexts",
    "Row i of the counts belongs to a word. Along which axis must b_w run?",
)
def biases_exchanged(w, c, b_w, b_c, counts, x_max, alpha):
    if len(b_w) != len(b_c):
        raise RuntimeError("the biases do not fit the table of counts")
    return (weight_of(counts, x_max, alpha) * error_of(w, c, b_c, b_w, counts) ** 2).sum()


@exercise.misconception(
    "compares with the count, not with its logarithm",
    "How large would w · c have to be for a pair that occurs 10,000 times?",
)
def count_itself(w, c, b_w, b_c, counts, x_max, alpha):
    error = w @ c.T + b_w[:, None] + b_c - counts
    return (weight_of(counts, x_max, alpha) * error**2).sum()


@exercise.alternative
def pairs_that_occur(w, c, b_w, b_c, counts, x_max, alpha):
    i, j = counts.nonzero(as_tuple=True)
    x = counts[i, j]
    error = (w[i] * c[j]).sum(1) + b_w[i] + b_c[j] - x.log()
    return (((x / x_max) ** alpha).clamp(max=1) * error.square()).sum()


@exercise.alternative
def pair_by_pair(w, c, b_w, b_c, counts, x_max, alpha):
    total = w.new_zeros(())
    for i, row in enumerate(counts.tolist()):
        for j, x in enumerate(row):
            if x > 0:
                f = (x / x_max) ** alpha if x < x_max else 1.0
                total = total + f * (w[i] @ c[j] + b_w[i] + b_c[j] - math.log(x)) ** 2
    return total


@exercise.alternative
def biases_as_components(w, c, b_w, b_c, counts, x_max, alpha):
    one_w, one_c = torch.ones_like(b_w)[:, None], torch.ones_like(b_c)[:, None]
    fitted = torch.cat([w, b_w[:, None], one_w], 1) @ torch.cat([c, one_c, b_c[:, None]], 1).T
    logs = counts.clamp(min=1e-30).log()
    f = torch.minimum((counts / x_max).pow(alpha), torch.ones_like(counts))
    return torch.einsum("ij,ij->", f, (fitted - logs) ** 2)
