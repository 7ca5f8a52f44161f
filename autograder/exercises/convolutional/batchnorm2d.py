"""Batch normalisation of feature maps: statistics of a channel over batch and positions."""

from autograder.spec import Case, Question


def case(draw, shape, train, note, momentum=0.1, eps=1e-5):
    channels = shape[1]
    x = draw.normal(*shape) * draw.uniform(0.5, 3, channels, 1, 1) + draw.normal(channels, 1, 1)
    x = x + draw.normal(shape[0], 1, 1, 1)  # images differ
    running = draw.normal(channels), draw.uniform(0.5, 2, channels)
    return Case((x, draw.normal(channels), draw.normal(channels), *running, train, momentum, eps), note=note)


def faint(draw, shape, note, *momentum):
    """Channels that vary so little that eps shows."""
    c = shape[1]
    x = 3e-3 * draw.normal(*shape)
    return Case(
        (x, draw.normal(c), draw.normal(c), draw.normal(c), draw.uniform(0.5, 2, c), True, *momentum), note=note
    )


question = Question(
    cases=lambda draw: [
        case(draw, (4, 3, 2, 5), True, "training"),
        case(draw, (4, 3, 2, 5), False, "evaluation"),
        case(draw, (3, 3, 3, 3), True, "training, all axes of length three", momentum=0.3),
        case(draw, (1, 2, 3, 4), True, "training on a single image"),
        case(draw, (2, 2, 3, 2), True, "training, a large eps", eps=0.1),
        case(draw, (1, 4, 1, 2), False, "evaluation of a single image"),
        case(draw, (3, 5, 2, 2), False, "evaluation with a large eps", eps=0.2),
    ],
    defaults=lambda draw: [
        faint(draw, (3, 2, 2, 4), "no momentum, no eps"),
        faint(draw, (3, 2, 2, 4), "no eps", 0.4),
    ],
    returns=("out", "mean", "var"),
    forbids=["batch_norm"],
    uses=("batchnorm_forward",),
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes.batchnorm import UNBIASED_IN_THE_BATCH, of_batchnorm
from gradschool.convolutional import normalisation

exercise = Exercise(question, normalisation.batchnorm2d, points=5, shares={"out": 4, "mean": 1, "var": 1})


def column(t):
    return t[:, None, None]


def normalised(x, mean, var, gamma, beta, eps):
    return column(gamma) * (x - column(mean)) / (column(var) + eps).sqrt() + column(beta)


def moved(old, new, momentum):
    return (1 - momentum) * old + momentum * new


AXES = (0, 2, 3)


def variance(x, correction=1):
    return x.var(dim=AXES, correction=correction)


def right(
    x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5, always=False, learns=False, kept=variance,
    statistics=lambda x: (x.mean(dim=AXES), variance(x, correction=0)),
    inverse_std=lambda var, eps: 1 / (var + eps).sqrt(),
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    centre, spread = statistics(x) if train or always else (mean, var)
    if centre.ndim == 1:
        centre, spread = column(centre), column(spread)
    out = column(gamma) * (x - centre) * inverse_std(spread, eps) + column(beta)
    if train or learns:
        mean, var = moved(mean, moments(x, statistics), momentum), moved(var, kept(x), momentum)
    return out, mean, var


def moments(x, statistics):
    """The mean to be kept: that of each channel, where the statistics are of something finer."""
    mean = statistics(x)[0]
    return mean if mean.ndim == 1 else x.mean(dim=AXES)


exercise.mistakes(of_batchnorm(right, variance, "channels"))


@exercise.misconception(
    "has a mean and a variance for each position of a channel",
    "A kernel slides over all positions. Should it matter to the normalisation where it stands?",
    "Which axes are left in mean and var? Over which ones must the batch's statistics be taken?",
)
def for_each_position(*args):
    return right(*args, statistics=lambda x: (x.mean(dim=0), x.var(dim=0, correction=0)))


@exercise.misconception(
    "normalises each image by itself",
    "Change one image of the batch. Should the output for the others change in training?",
)
def for_each_image(*args):
    def of_each(x):
        return x.mean(dim=(2, 3), keepdim=True), x.var(dim=(2, 3), correction=0, keepdim=True)

    return right(*args, statistics=of_each)


@exercise.mistake(UNBIASED_IN_THE_BATCH)
def unbiased_in_the_batch(*args):
    return right(*args, statistics=lambda x: (x.mean(dim=AXES), variance(x)))


@exercise.misconception(
    "counts images, not pixels, when it makes the running variance unbiased",
    "How many numbers of the batch went into one channel's variance?",
)
def counts_images(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    out, new_mean, new_var = right(x, gamma, beta, mean, var, train, momentum, eps)
    if train:
        batch = len(x)
        new_var = moved(var, x.var(dim=AXES, correction=0) * batch / max(batch - 1, 1), momentum)
    return out, new_mean, new_var


@exercise.misconception(
    "adds γ and β along the columns, not along the channels",
    "With which axis does a vector meet a tensor of four axes?",
    "Which shape must γ have, to meet axis 1?",
)
def along_columns(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    one, zero = gamma * 0 + 1, beta * 0
    x_hat, new_mean, new_var = right(x, one, zero, mean, var, train, momentum, eps)
    return gamma * x_hat + beta, new_mean, new_var


@exercise.misconception(
    "normalises with the running statistics in training, too",
    "In training, whose mean is taken from the batch, so that the result has mean β?",
)
def running_statistics_in_training(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    _, mean, var = right(x, gamma, beta, mean, var, train, momentum, eps)
    return normalised(x, mean, var, gamma, beta, eps), mean, var


@exercise.alternative
def pixels_as_samples(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    rows = x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])
    m, v = (rows.mean(0), rows.var(0, correction=0)) if train else (mean, var)
    out = gamma * ((rows - m) / (v + eps).sqrt()) + beta
    if train:
        mean = mean + momentum * (m - mean)
        var = var + momentum * (rows.var(0) - var)
    return out.reshape(x.shape[0], *x.shape[2:], -1).permute(0, 3, 1, 2), mean, var


@exercise.alternative
def channel_by_channel(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    maps, means, variances = [], [], []
    for c in range(x.shape[1]):
        m, v = (x[:, c].mean(), ((x[:, c] - x[:, c].mean()) ** 2).mean()) if train else (mean[c], var[c])
        maps.append(gamma[c] * (x[:, c] - m) * (v + eps) ** -0.5 + beta[c])
        n = x[:, c].numel()
        means.append(moved(mean[c], m, momentum) if train else m)
        variances.append(moved(var[c], v * n / (n - 1), momentum) if train else v)
    return torch.stack(maps, dim=1), torch.stack(means), torch.stack(variances)


@exercise.alternative
def scale_and_shift(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    m, v = mean, var
    if train:
        n = x.numel() / x.shape[1]
        m = x.sum(dim=AXES) / n
        v = (x - column(m)).square().sum(dim=AXES) / n
        mean, var = moved(mean, m, momentum), moved(var, v * (n / (n - 1)), momentum)
    scale = gamma * (v + eps).rsqrt()
    return x * scale.view(1, -1, 1, 1) + (beta - m * scale).view(1, -1, 1, 1), mean, var
