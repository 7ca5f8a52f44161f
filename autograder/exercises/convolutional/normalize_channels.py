"""Every channel with mean 0 and deviation 1 over all pixels of all images."""

import torch

from autograder.spec import Case, Question


def images(draw, batch, channels, height, width, note=""):
    """Channels of different means and spreads, and images of different brightness."""
    x = draw.normal(batch, channels, height, width) * draw.uniform(0.2, 3, channels, 1, 1)
    return Case((x + draw.normal(channels, 1, 1) + draw.normal(batch, 1, 1, 1),), note=note)


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
    ],
    returns=("normalised", "mean", "std"),
    forbids=["batch_norm", "normalisation_of_images"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.convolutional import normalisation

exercise = Exercise(
    question,
    normalisation.normalize_channels,
    points=4,
    shares={"normalised": 4, "mean": 1, "std": 1},
)


def by(images, mean, std, eps):
    return (images - mean[:, None, None]) / std.clamp(min=eps)[:, None, None], mean, std


@exercise.misconception(
    "takes one mean and one deviation for all channels together",
    "What is the mean of the red channel of your result? And of the blue one?",
)
def over_everything(images, eps=1e-5):
    channels = images.shape[1]
    return by(images, images.mean().expand(channels), images.std(correction=0).expand(channels), eps)


@exercise.misconception(
    "normalises each image by itself",
    "After your function, can a network still tell a dark photograph from a bright one?",
    "How many means are there for three channels? How many does your function work out?",
)
def per_image(images, eps=1e-5):
    mean, std = images.mean(dim=(2, 3), keepdim=True), images.std(dim=(2, 3), correction=0, keepdim=True)
    return (images - mean) / std.clamp(min=eps), mean.mean(dim=(0, 2, 3)), std.mean(dim=(0, 2, 3))


@exercise.misconception(
    "has a mean for each pixel, not for each channel",
    "Which shape should mean have? Which axes are left when those of batch, height and width are gone?",
)
def per_pixel(images, eps=1e-5):
    mean, std = images.mean(dim=0), images.std(dim=0, correction=0)
    return (images - mean) / std.clamp(min=eps), mean.mean(dim=(1, 2)), std.mean(dim=(1, 2))


@exercise.misconception(
    "divides by the variance, not by the deviation",
    "What is the standard deviation of a channel of your result? What should it be?",
)
def by_the_variance(images, eps=1e-5):
    mean, var = images.mean(dim=(0, 2, 3)), images.var(dim=(0, 2, 3), correction=0)
    return by(images, mean, var, eps)


@exercise.misconception(
    "divides the squares by one less than the number of pixels",
    "Is the deviation asked here an estimate from a sample, or that of the pixels at hand?",
    "Which argument of std and var decides this?",
)
def unbiased(images, eps=1e-5):
    return by(images, images.mean(dim=(0, 2, 3)), images.std(dim=(0, 2, 3)), eps)


@exercise.misconception(
    "stretches each channel from 0 to 1",
    "What is the mean of a channel of your result?",
    "What does a single white pixel do to the least and the greatest value, and what to mean and deviation?",
)
def min_max(images, eps=1e-5):
    low, high = images.amin(dim=(0, 2, 3)), images.amax(dim=(0, 2, 3))
    return by(images, low, high - low, eps)


@exercise.misconception(
    "takes the channels for the last axis",
    "In which order do the axes of an image batch stand in this course: where are the channels?",
    "With which shape does a vector of three numbers meet axis 1 of four?",
)
def channels_last(images, eps=1e-5):
    mean, std = images.mean(dim=(0, 1, 2)), images.std(dim=(0, 1, 2), correction=0)
    return (images - mean) / std.clamp(min=eps), mean, std


@exercise.misconception(
    "divides by zero where a channel never changes",
    "What is the deviation of a channel that is the same everywhere? What do you divide 0 by?",
)
def zero_by_zero(images, eps=1e-5):
    mean, std = images.mean(dim=(0, 2, 3)), images.std(dim=(0, 2, 3), correction=0)
    return (images - mean[:, None, None]) / std[:, None, None], mean, std


@exercise.misconception(
    "adds eps to every deviation, also where nothing is about to be divided by zero",
    "For which deviations does the task want something else than the deviation itself?",
)
def eps_always(images, eps=1e-5):
    mean, std = images.mean(dim=(0, 2, 3)), images.std(dim=(0, 2, 3), correction=0)
    return (images - mean[:, None, None]) / (std + eps)[:, None, None], mean, std


@exercise.misconception(
    "divides by the deviation, and does not take the mean away", "What is the mean of a channel of your result?"
)
def not_centred(images, eps=1e-5):
    mean, std = images.mean(dim=(0, 2, 3)), images.std(dim=(0, 2, 3), correction=0)
    return images / std.clamp(min=eps)[:, None, None], mean, std


@exercise.misconception(
    "takes away each image's own mean",
    "After your function, can a network still tell a dark photograph from a bright one?",
)
def own_mean(images, eps=1e-5):
    mean, std = images.mean(dim=(0, 2, 3)), images.std(dim=(0, 2, 3), correction=0)
    return (images - images.mean(dim=(2, 3), keepdim=True)) / std.clamp(min=eps)[:, None, None], mean, std


@exercise.misconception(
    "returns eps as the deviation of a channel that never changes",
    "The task asks for two things: what is divided by, and what is returned. Are they the same where a channel never changes?",
)
def returns_what_it_divides_by(images, eps=1e-5):
    mean, std = images.mean(dim=(0, 2, 3)), images.std(dim=(0, 2, 3), correction=0).clamp(min=eps)
    return by(images, mean, std, eps)


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
