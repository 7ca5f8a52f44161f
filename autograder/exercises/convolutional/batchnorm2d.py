"""Batch normalisation of feature maps: statistics of a channel over batch and positions."""

from autograder.spec import Case, Question


def case(draw, shape, train, note, momentum=0.1, eps=1e-5):
    channels = shape[1]
    x = draw.normal(*shape) * draw.uniform(0.5, 3, channels, 1, 1) + draw.normal(channels, 1, 1)
    x = x + draw.normal(shape[0], 1, 1, 1)  # images differ
    running = draw.normal(channels), draw.uniform(0.5, 2, channels)
    return Case((x, draw.normal(channels), draw.normal(channels), *running, train, momentum, eps), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, (4, 3, 2, 5), True, "training"),
        case(draw, (4, 3, 2, 5), False, "evaluation"),
        case(draw, (3, 3, 3, 3), True, "training, all axes of length three", momentum=0.3),
        case(draw, (1, 2, 3, 4), True, "training on a single image"),
        case(draw, (2, 2, 3, 2), True, "training, a large eps", eps=0.1),
        case(draw, (1, 4, 1, 2), False, "evaluation of a single image"),
    ],
    returns=("out", "mean", "var"),
    forbids=["batch_norm"],
    uses=("batchnorm_forward",),
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from gradschool.convolutional import normalisation

exercise = Exercise(
    question,
    normalisation.batchnorm2d,
    points=5,
    shares={"out": 4, "mean": 1, "var": 1},
)


def column(t):
    return t[:, None, None]


def normalised(x, mean, var, gamma, beta, eps):
    return column(gamma) * (x - column(mean)) / (column(var) + eps).sqrt() + column(beta)


def moved(old, new, momentum):
    return (1 - momentum) * old + momentum * new


AXES = (0, 2, 3)


def right(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    if not train:
        return normalised(x, mean, var, gamma, beta, eps), mean, var
    out = normalised(x, x.mean(dim=AXES), x.var(dim=AXES, correction=0), gamma, beta, eps)
    return out, moved(mean, x.mean(dim=AXES), momentum), moved(var, x.var(dim=AXES), momentum)


@exercise.misconception(
    "has a mean and a variance for each position of a channel",
    "A kernel slides over all positions. Should it matter to the normalisation where it stands?",
    "Which axes are left in mean and var? Over which ones must the batch's statistics be taken?",
)
def for_each_position(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    if not train:
        return normalised(x, mean, var, gamma, beta, eps), mean, var
    centred = x - x.mean(dim=0)
    out = column(gamma) * centred / (x.var(dim=0, correction=0) + eps).sqrt() + column(beta)
    return out, moved(mean, x.mean(dim=AXES), momentum), moved(var, x.var(dim=AXES), momentum)


@exercise.misconception(
    "normalises each image by itself",
    "Change one image of the batch. Should the output for the others change in training?",
)
def for_each_image(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    if not train:
        return normalised(x, mean, var, gamma, beta, eps), mean, var
    centred = x - x.mean(dim=(2, 3), keepdim=True)
    out = column(gamma) * centred / (x.var(dim=(2, 3), correction=0, keepdim=True) + eps).sqrt() + column(beta)
    return out, moved(mean, x.mean(dim=AXES), momentum), moved(var, x.var(dim=AXES), momentum)


@exercise.misconception(
    "takes one mean and one variance for all channels", "What is the mean of each channel of your x̂? What should it be?"
)
def over_everything(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    if not train:
        return normalised(x, mean, var, gamma, beta, eps), mean, var
    whole_mean, whole_var = x.mean().expand_as(mean), x.var(correction=0).expand_as(var)
    out = normalised(x, whole_mean, whole_var, gamma, beta, eps)
    return out, moved(mean, whole_mean, momentum), moved(var, x.var().expand_as(var), momentum)


@exercise.misconception(
    "uses the batch's statistics in evaluation, too",
    "Should what the network says of one image depend on which images stand beside it?",
)
def batch_statistics_always(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    out = normalised(x, x.mean(dim=AXES), x.var(dim=AXES, correction=0), gamma, beta, eps)
    return out, *right(x, gamma, beta, mean, var, train, momentum, eps)[1:]


@exercise.misconception(
    "divides the variance it normalises with by one less than the number of pixels",
    "Two variances are used here, one for the batch and one kept for later. Which of them is an estimate?",
)
def unbiased_in_the_batch(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    if not train:
        return normalised(x, mean, var, gamma, beta, eps), mean, var
    out = normalised(x, x.mean(dim=AXES), x.var(dim=AXES), gamma, beta, eps)
    return out, *right(x, gamma, beta, mean, var, train, momentum, eps)[1:]


@exercise.misconception(
    "keeps the biased variance for evaluation",
    "The running variance estimates that of all data from a sample. By what is the sum of squares divided then?",
)
def biased_running_variance(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    out, new_mean, new_var = right(x, gamma, beta, mean, var, train, momentum, eps)
    return out, new_mean, moved(var, x.var(dim=AXES, correction=0), momentum) if train else new_var


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
    "has the momentum the wrong way round",
    "With a momentum of 0.1, is it the old or the new value that weighs nine tenths?",
)
def momentum_of_the_old(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    return right(x, gamma, beta, mean, var, train, momentum, eps)[0], *right(
        x, gamma, beta, mean, var, train, 1 - momentum, eps
    )[1:]


@exercise.misconception(
    "adds γ and β along the columns, not along the channels",
    "With which axis does a vector meet a tensor of four axes?",
    "Which shape must γ have, to meet axis 1?",
)
def along_columns(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    one, zero = gamma * 0 + 1, beta * 0
    x_hat, new_mean, new_var = right(x, one, zero, mean, var, train, momentum, eps)
    return gamma * x_hat + beta, new_mean, new_var


@exercise.misconception("adds ε outside the root", "What stands under the root in the formula?")
def eps_outside(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    _, new_mean, new_var = right(x, gamma, beta, mean, var, train, momentum, eps)
    if train:
        mean, var = x.mean(dim=AXES), x.var(dim=AXES, correction=0)
    out = column(gamma) * (x - column(mean)) / (column(var).sqrt() + eps) + column(beta)
    return out, new_mean, new_var


@exercise.misconception(
    "normalises with the running statistics in training, too",
    "In training, whose mean is taken from the batch, so that the result has mean β?",
)
def running_statistics_in_training(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    _, mean, var = right(x, gamma, beta, mean, var, train, momentum, eps)
    return normalised(x, mean, var, gamma, beta, eps), mean, var


@exercise.misconception(
    "moves the running statistics in evaluation, too",
    "Should the network that is evaluated be another one after the first test image?",
)
def moves_in_evaluation(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    out = right(x, gamma, beta, mean, var, train, momentum, eps)[0]
    return out, *right(x, gamma, beta, mean, var, True, momentum, eps)[1:]


@exercise.misconception(
    "divides by the variance, not by its root", "What variance does x̂ have in your answer? What should it have?"
)
def divided_by_the_variance(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    _, new_mean, new_var = right(x, gamma, beta, mean, var, train, momentum, eps)
    if train:
        mean, var = x.mean(dim=AXES), x.var(dim=AXES, correction=0)
    return column(gamma) * (x - column(mean)) / (column(var) + eps) + column(beta), new_mean, new_var


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
