"""Perplexity of a text from the mean losses of its batches."""

import math

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import function, probe


@probe(device=False)
def observed(answer, args, returns, gradients):
    """A tensor with one number, of whatever shape."""
    found = function.run(answer, args, returns, gradients)
    alone = found["result"]
    single = isinstance(alone, torch.Tensor) and alone.numel() == 1
    return {"result": alone.reshape(()) if single else alone}


def case(draw, batches, note=""):
    return Case((draw.uniform(0.5, 4, batches), draw.integers(1, 40, batches)), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 5),
        Case((draw.uniform(1, 3, 4), torch.tensor([32, 32, 32, 3])), note="a last batch that is short"),
        Case((draw.uniform(0.5, 4, 1), torch.tensor([17])), note="one batch"),
        Case((torch.tensor([0.0, 0.0]).double(), torch.tensor([4, 9])), note="a model that is always right"),
        Case(
            (torch.tensor([math.log(27.0), math.log(27.0)]).double(), torch.tensor([3, 8])),
            note="27 equally likely signs",
        ),
    ],
    probe=observed,
    gives="a number, or a tensor with one number",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.recurrent import losses

exercise = Exercise(
    question,
    losses.perplexity,
    points=2,
)


def weighted(losses, counts):
    return (losses * counts).sum() / counts.sum()


@exercise.misconception(
    "gives every batch the same weight, however many tokens it held",
    "A batch of 1,000 tokens and one of 3: which of the two losses says more about the text?",
)
def unweighted(losses, counts):
    return losses.mean().exp()


@exercise.misconception(
    "averages the perplexities of the batches, not their losses",
    "Is the mean of exponentials the exponential of the mean? Which of the two is the perplexity of the whole text?",
)
def mean_of_perplexities(losses, counts):
    return weighted(losses.exp(), counts)


@exercise.misconception(
    "raises 2, not e, to the loss", "In which unit are the losses? What would be the base if they were in bits?"
)
def two_to_the(losses, counts):
    return 2 ** weighted(losses, counts)


@exercise.misconception(
    "returns the mean loss itself", "A model that picks among 27 equally likely signs: what is its perplexity?"
)
def no_exponential(losses, counts):
    return weighted(losses, counts)


@exercise.misconception(
    "adds the losses of the batches up before the exponential",
    "What happens to your result when the same text is cut into twice as many batches?",
)
def of_the_sum(losses, counts):
    return losses.sum().exp()


@exercise.misconception(
    "multiplies by the counts and divides by the number of batches",
    "By what must a sum over tokens be divided, to be a mean over tokens?",
)
def divided_by_batches(losses, counts):
    return ((losses * counts).sum() / (len(losses) * counts.max())).exp()


@exercise.misconception(
    "gives the inverse: the mean probability of a token", "Is a perplexity greater or smaller than one?"
)
def inverse(losses, counts):
    return (-weighted(losses, counts)).exp()


@exercise.alternative
def as_a_dot_product(losses, counts):
    n = counts.to(losses.dtype)
    return torch.exp(losses @ n / n.sum())


@exercise.alternative
def as_a_product_of_powers(losses, counts):
    n = counts.to(losses.dtype)
    return torch.prod(losses.exp() ** (n / n.sum()))


@exercise.alternative
def token_by_token(losses, counts):
    return losses.repeat_interleave(counts).mean().exp()


@exercise.alternative
def in_a_loop(losses, counts):
    total, tokens = losses.new_zeros(()), 0
    for loss, n in zip(losses, counts.tolist(), strict=True):
        total, tokens = total + n * loss, tokens + n
    return (total / tokens).exp()
