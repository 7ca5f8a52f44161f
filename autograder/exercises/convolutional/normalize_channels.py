"""Every channel with mean 0 and deviation 1 over all pixels of all images."""

import torch

from autograder.spec import Case, Question


def images(draw, batch, channels, height, width, note=""):
    """Channels of different means and spreads, and images of different brightness."""
    x = draw.normal(batch, channels, height, width) * draw.uniform(0.2, 3, channels, 1, 1)
    return Case((x + draw.normal(channels, 1, 1) + draw.normal(batch, 1, 1, 1),), note=note)


def faint(draw, batch, height, width, *eps):
    """A channel that varies, one whose deviation lies below eps, and one that never changes."""
    spread = torch.tensor([1.0, 2e-6, 0.0]).double()[:, None, None]
    return draw.normal(batch, 3, height, width) * spread + torch.tensor([0.3, 0.0, 0.5]).double()[:, None, None], *eps


question = Question(
    cases=lambda draw: [
        images(draw, 4, 3, 5, 6, "four images of three channels"),
        images(draw, 2, 2, 4, 4, "square images"),
        images(draw, 1, 3, 3, 5, "a single image"),
        images(draw, 5, 1, 2, 3, "one channel"),
        images(draw, 3, 3, 3, 3, "as many images as channels, rows and columns"),
    ],
    extremes=lambda draw: [
        Case(
            (torch.cat([draw.normal(3, 1, 4, 5), torch.full((3, 1, 4, 5), 0.5).double()], dim=1),),
            note="the second channel never changes",
        ),
        Case(faint(draw, 3, 4, 5, 1e-5), note="the second channel hardly changes, the third never"),
        Case(faint(draw, 2, 5, 3, 0.02), note="another eps"),
    ],
    defaults=lambda draw: [Case(faint(draw, 3, 4, 5), note="no eps")],
    bears="channels that never change, or hardly",
    returns=("normalised", "mean", "std"),
    forbids=["batch_norm", "normalisation_of_images"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.batchnorm import VARIANCE_FOR_DEVIATION
from autograder.spec.mistakes.common import ZERO_BY_ZERO
from autograder.spec.mistakes.reductions import CHANNELS_LAST
from gradschool.convolutional import normalisation

exercise = Exercise(
    question,
    normalisation.normalize_channels,
    points=4,
    noise=1e-7,  # an eps of 1e-5 may come as float32
    shares={"normalised": 4, "mean": 1, "std": 1},
)

AXES = (0, 2, 3)  # batch and positions: what is left are the channels


def column(of_channels):
    """One number for each channel, shaped to meet axis 1 of (batch, channels, height, width)."""
    return of_channels[:, None, None]


def right(
    images, eps=1e-5, *, axes=AXES, correction=0, middle=None, spread=torch.Tensor.std,
    safe=lambda std, eps: std.clamp(min=eps), told=lambda std, eps: std,
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    mean = images.mean(dim=axes, keepdim=True)
    std = spread(images, dim=axes, correction=correction, keepdim=True)
    out = (images - (mean if middle is None else middle(images))) / safe(std, eps)
    return out, *(t.expand(*t.shape[:1], images.shape[1], *t.shape[2:]).mean(dim=AXES) for t in (mean, told(std, eps)))


wrong = exercise.variants(right)
wrong(
    "takes one mean and one deviation for all channels together",
    "What is the mean of each channel of your result? What should it be?",
    axes=(0, 1, 2, 3),
)
wrong(
    "normalises each image by itself",
    "After your function, can a network still tell a dark photograph from a bright one?",
    "How many means are there for three channels? How many does your function work out?",
    axes=(2, 3),
)
wrong(
    "has a mean for each position, not for each channel",
    "Which shape should the mean have? Which axes are left when those of batch, height and width are gone?",
    "A kernel slides over all positions. Should it matter to the normalisation where it stands?",
    axes=0,
)
wrong(VARIANCE_FOR_DEVIATION, spread=torch.Tensor.var)
wrong(
    "divides the squares that it normalises with by one less than the number of pixels",
    "Is the deviation asked here an estimate from a sample, or that of the pixels at hand?",
    "Which argument of std and var decides this?",
    correction=1,
)
wrong(ZERO_BY_ZERO.told(where="a channel never changes"), safe=lambda std, eps: std)
wrong(
    "adds eps to every deviation, also where nothing is about to be divided by zero",
    "For which deviations does the task want something else than the deviation itself?",
    safe=lambda std, eps: std + eps,
)
wrong(
    "divides by the deviation, and does not take the mean away",
    "What is the mean of a channel of your result?",
    middle=lambda images: 0,
)
wrong(
    "takes away each image's own mean",
    "After your function, can a network still tell a dark photograph from a bright one?",
    middle=lambda images: images.mean(dim=(2, 3), keepdim=True),
)
wrong(
    "returns eps as the deviation of a channel that never changes",
    "The task asks for two things: what is divided by, and what is returned. Are they the same where a channel never changes?",
    told=lambda std, eps: std.clamp(min=eps),
)


@exercise.misconception(
    "stretches each channel from 0 to 1",
    "What is the mean of a channel of your result?",
    "What does a single white pixel do to the least and the greatest value, and what to mean and deviation?",
)
def min_max(images, eps=1e-5):
    low, high = images.amin(dim=AXES), images.amax(dim=AXES)
    return (images - column(low)) / column((high - low).clamp(min=eps)), low, high - low


@exercise.mistake(CHANNELS_LAST)
def channels_last(images, eps=1e-5):
    mean, std = images.mean(dim=(0, 1, 2)), images.std(dim=(0, 1, 2), correction=0)
    return (images - mean) / std.clamp(min=eps), mean, std


@exercise.alternative
def channel_by_channel(images, eps=1e-5):
    out, means, stds = torch.empty_like(images), [], []
    for c in range(images.shape[1]):
        channel = images[:, c]
        mean = channel.mean()
        std = ((channel - mean) ** 2).mean().sqrt()
        out[:, c] = (channel - mean) / max(std, torch.tensor(eps).to(std))
        means.append(mean)
        stds.append(std)
    return out, torch.stack(means), torch.stack(stds)


@exercise.alternative
def pixels_in_rows(images, eps=1e-5):
    rows = images.transpose(0, 1).reshape(images.shape[1], -1)
    std, mean = torch.std_mean(rows, dim=1, correction=0)
    safe = torch.where(std > eps, std, eps)
    return (images - mean.view(1, -1, 1, 1)) / safe.view(1, -1, 1, 1), mean, std


@exercise.alternative
def in_numpy(images, eps=1e-5):
    x = images.numpy()
    mean, std = x.mean(axis=(0, 2, 3), keepdims=True), x.std(axis=(0, 2, 3), keepdims=True)
    out = (x - mean) / std.clip(min=eps)
    return torch.from_numpy(out), torch.from_numpy(mean.ravel()), torch.from_numpy(std.ravel())
