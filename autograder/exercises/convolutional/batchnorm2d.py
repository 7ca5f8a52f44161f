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
from autograder.spec.mistakes import normalisation as kinds
from autograder.spec.mistakes.common import same
from autograder.spec.mistakes.normalisation import AXES, column
from gradschool.convolutional import normalisation

exercise = Exercise(
    question,
    normalisation.batchnorm2d,
    points=5,
    shares={"out": 4, "mean": 1, "var": 1},
)


def moved(old, new, momentum):
    return (1 - momentum) * old + momentum * new


def right(
    x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5, *, axes=AXES, correction=0, root=lambda v, eps: (v + eps).sqrt(),
    by_the_batch=same, moves=same, share=same, kept=lambda x: (x.mean(dim=AXES), x.var(dim=AXES)), shaped=column,
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    m, v = column(mean), column(var)
    if by_the_batch(train):
        m, v = x.mean(dim=axes, keepdim=True), x.var(dim=axes, correction=correction, keepdim=True)
    out = shaped(gamma) * (x - m) / root(v, eps) + shaped(beta)
    if moves(train):
        mean, var = (moved(old, new, share(momentum)) for old, new in zip((mean, var), kept(x), strict=True))
    return out, mean, var


wrong = exercise.variants(right)
wrong(kinds.EACH_POSITION_BY_ITSELF, axes=0)
wrong(kinds.EACH_IMAGE_BY_ITSELF, axes=(2, 3))
wrong(kinds.CHANNELS_TOGETHER, axes=(0, 1, 2, 3), kept=lambda x: (x.mean(), x.var()))
wrong(
    "uses the batch's statistics in evaluation, too",
    "Should what the network says of one image depend on which images stand beside it?",
    by_the_batch=lambda train: True,
)
wrong(
    kinds.UNBIASED_VARIANCE.hinted(
        "Two variances are used here, one for the batch and one kept for later. Which of them is an estimate?"
    ),
    correction=1,
)
wrong(
    "keeps the biased variance for evaluation",
    "The running variance estimates that of all data from a sample. By what is the sum of squares divided then?",
    kept=lambda x: (x.mean(dim=AXES), x.var(dim=AXES, correction=0)),
)
wrong(
    "counts images, not pixels, when it makes the running variance unbiased",
    "How many numbers of the batch went into one channel's variance?",
    kept=lambda x: (x.mean(dim=AXES), x.var(dim=AXES, correction=0) * len(x) / max(len(x) - 1, 1)),
)
wrong(
    "has the momentum the wrong way round",
    "With a momentum of 0.1, is it the old or the new value that weighs nine tenths?",
    share=lambda momentum: 1 - momentum,
)
wrong(
    "adds γ and β along the columns, not along the channels",
    "With which axis does a vector meet a tensor of four axes?",
    "Which shape must γ have, to meet axis 1?",
    shaped=same,
)
wrong("adds ε outside the root", "What stands under the root in the formula?", root=lambda v, eps: v.sqrt() + eps)
wrong(
    "moves the running statistics in evaluation, too",
    "Should the network that is evaluated be another one after the first test image?",
    moves=lambda train: True,
)
wrong(kinds.BY_THE_VARIANCE, root=lambda v, eps: v + eps)


@exercise.misconception(
    "normalises with the running statistics in training, too",
    "In training, whose mean is taken from the batch, so that the result has mean β?",
)
def running_statistics_in_training(x, gamma, beta, mean, var, train, *settings):
    _, mean, var = right(x, gamma, beta, mean, var, train, *settings)
    return right(x, gamma, beta, mean, var, False, *settings)


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
