"""Batch normalisation forward: training and evaluation, and the running statistics."""

import torch

from autograder.spec import Case, Question


def case(draw, batch, features, train, note, momentum=0.1, eps=1e-5):
    x = draw.uniform(0.5, 3, features) * draw.normal(batch, features) + draw.normal(features)
    running = draw.normal(features), draw.uniform(0.5, 2, features)
    return Case((x, draw.normal(features), draw.normal(features), *running, train, momentum, eps), note=note)


def changed(example, x):
    """The same case with other samples."""
    return Case((x, *example.args[1:]), note=example.note)


def constant_feature(draw):
    example = case(draw, 6, 3, True, "the second feature is the same in all samples")
    return changed(example, example.args[0] * torch.tensor([1.0, 0.0, 1.0]).double())


def large_mean(draw):
    example = case(draw, 8, 3, True, "features of a large mean")
    return changed(example, example.args[0] + 10_000)


question = Question(
    cases=lambda draw: [
        case(draw, 8, 3, True, "training"),
        case(draw, 8, 3, False, "evaluation"),
        case(draw, 5, 4, True, "training, another momentum", momentum=0.3),
        case(draw, 4, 2, True, "training, a large eps", eps=0.1),
        case(draw, 2, 1, True, "two samples, one feature"),
        case(draw, 1, 3, False, "evaluation of a single sample"),
    ],
    extremes=lambda draw: [constant_feature(draw), large_mean(draw)],
    defaults=lambda draw: [
        Case(case(draw, 6, 3, True, "").args[:6], note="momentum and eps left out"),
        Case((0.01 * (e := case(draw, 6, 3, True, "").args)[0], *e[1:6], 0.3), note="eps left out, a small variance"),
    ],
    bears="a feature that is the same in all samples, and for features with a mean of ten thousand",
    returns=("out", "x_hat", "inverse_std", "gamma", "mean", "var"),
    forbids=["batch_norm"],
    gives="`(out, cache, mean, var)`",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes import writes_into
from autograder.spec.mistakes.batchnorm import UNBIASED_IN_THE_BATCH, of_batchnorm
from gradschool.feedforward import normalisation

exercise = Exercise(
    question, normalisation.batchnorm_forward, points=5, beside=["gamma"], shares={"out": 3, "gamma": 0.2}
)


def moved(old, new, momentum):
    return (1 - momentum) * old + momentum * new


def variance(x, correction=1):
    return x.var(0, correction=min(correction, len(x) - 1))


def batchnorm(
    x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5, always=False, learns=False, kept=variance,
    statistics=lambda x: (x.mean(0), variance(x, correction=0)), inverse_std=lambda var, eps: 1 / torch.sqrt(var + eps),
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    batch = statistics(x)
    used = batch if train or always else (mean, var)
    scale = inverse_std(used[1], eps)
    x_hat = (x - used[0]) * scale
    if train or learns:
        mean, var = moved(mean, batch[0], momentum), moved(var, kept(x), momentum) if len(x) > 1 else var
    return gamma * x_hat + beta, (x_hat, scale, gamma), mean, var


exercise.mistakes(of_batchnorm(batchnorm, variance, "features"))


@exercise.mistake(UNBIASED_IN_THE_BATCH)
def unbiased_in_the_batch(*args):
    return batchnorm(*args, statistics=lambda x: (x.mean(0), variance(x)))


@exercise.misconception(
    "loses the variance of features with a large mean",
    "Take mean(x²) - mean(x)² for numbers near 10,000 that differ by 1. How many digits are left?",
    "Which order of subtracting and squaring loses none?",
)
def difference_of_squares(*args):
    def spread(x):
        return (x * x).sum(0) / len(x) - (x.sum(0) / len(x)) ** 2

    return batchnorm(
        *args, statistics=lambda x: (x.mean(0), spread(x)), kept=lambda x: spread(x) * len(x) / (len(x) - 1)
    )


@exercise.mistake(writes_into("running statistics", "mean"))
def in_place(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    out, cache, new_mean, new_var = batchnorm(x, gamma, beta, mean, var, train, momentum, eps)
    return out, cache, mean.copy_(new_mean), var.copy_(new_var)


@exercise.alternative
def step_by_step(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    if train:
        n = x.shape[0]
        mu = x.sum(0) / n
        centred = x - mu
        sigma2 = (centred**2).sum(0) / n
        new_mean = mean + momentum * (mu - mean)
        new_var = var + momentum * (sigma2 * n / (n - 1) - var)
    else:
        mu, sigma2, new_mean, new_var = mean, var, mean, var
        centred = x - mu
    inverse_std = (sigma2 + eps) ** -0.5
    x_hat = centred * inverse_std
    return x_hat * gamma + beta, (x_hat, inverse_std, gamma), new_mean, new_var


@exercise.alternative
def feature_by_feature(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    x_hat, out, inverse_std = torch.empty_like(x), torch.empty_like(x), torch.empty_like(gamma)
    mean, var = mean.clone(), var.clone()
    for j in range(x.shape[1]):
        column = x[:, j]
        m, v = (column.mean(), column.var(unbiased=False)) if train else (mean[j].clone(), var[j].clone())
        inverse_std[j] = 1 / torch.sqrt(v + eps)
        x_hat[:, j] = (column - m) * inverse_std[j]
        out[:, j] = gamma[j] * x_hat[:, j] + beta[j]
        if train:
            mean[j] = (1 - momentum) * mean[j] + momentum * m
            var[j] = (1 - momentum) * var[j] + momentum * column.var()
    return out, (x_hat, inverse_std, gamma), mean, var


@exercise.alternative
def with_lerp(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    if train:
        batch_var, batch_mean = torch.var_mean(x, dim=0, correction=0)
        mean = torch.lerp(mean, batch_mean, momentum)
        var = torch.lerp(var, torch.var(x, dim=0), momentum)
    else:
        batch_var, batch_mean = var, mean
    inverse_std = torch.rsqrt(batch_var + eps)
    x_hat = (x - batch_mean) * inverse_std
    return torch.addcmul(beta, gamma, x_hat), [x_hat, inverse_std, gamma], mean, var
