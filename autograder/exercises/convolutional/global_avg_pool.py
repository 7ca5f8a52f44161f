"""One number for each channel: its mean over all positions."""

from autograder.spec import Case, Question

question = Question(
    cases=lambda draw: [
        draw.normal(2, 3, 4, 5),
        draw.normal(3, 3, 3, 3),
        Case((draw.normal(1, 2, 5, 2),), note="a batch of one"),
        Case((draw.normal(4, 1, 2, 3),), note="one channel"),
        Case((draw.normal(2, 3, 1, 1),), note="one pixel"),
    ],
    gradients=True,
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes.pooling import TAKES_THE_LARGEST
from autograder.spec.mistakes.reductions import CHANNELS_LAST, SUMS_FOR_MEAN
from gradschool.convolutional import pooling

exercise = Exercise(
    question,
    pooling.global_avg_pool,
    points=2,
)

wrong = exercise.variants(torch.mean)
wrong(
    "keeps two axes of length one",
    "Which shape does the task ask for? What would a dense layer expect?",
    dim=(2, 3),
    keepdim=True,
)
wrong(
    "averages over the channels too", "How many numbers should be left of one image with three channels?", dim=(1, 2, 3)
)
wrong("averages over the batch too", "Should the answer for one image depend on the other images?", dim=(0, 2, 3))
wrong("averages over one axis only", "Which axes hold the positions? How many are they?", dim=3)
wrong(CHANNELS_LAST, dim=(1, 2))
wrong = exercise.variants(torch.sum)
wrong(SUMS_FOR_MEAN.told(of="the positions", example="a channel of ones"), dim=(2, 3))
wrong = exercise.variants(torch.amax)
wrong(TAKES_THE_LARGEST.told(window="channel"), dim=(2, 3))


@exercise.alternative
def flattened(x):
    return x.flatten(2).mean(dim=-1)


@exercise.alternative
def with_einsum(x):
    return torch.einsum("bchw->bc", x) / (x.shape[2] * x.shape[3])


@exercise.alternative
def two_steps(x):
    return x.mean(-1).mean(-1)


@exercise.alternative
def image_by_image(x):
    return torch.stack([torch.stack([channel.sum() / channel.numel() for channel in image]) for image in x])
