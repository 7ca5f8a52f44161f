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
    returns=("out", "x_hat", "inverse_std", "gamma", "mean", "var"),
    forbids=["batch_norm"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.feedforward import normalisation

exercise = Exercise(
    question,
    normalisation.batchnorm_forward,
    points=5,
    shares={"out": 3, "gamma": 0.2},
)


def normalised(x, mean, var, gamma, beta, eps):
    inverse_std = 1 / torch.sqrt(var + eps)
    x_hat = (x - mean) * inverse_std
    return gamma * x_hat + beta, (x_hat, inverse_std, gamma)


def moved(old, new, momentum):
    return (1 - momentum) * old + momentum * new


@exercise.misconception(
    "uses the batch's statistics in evaluation, too",
    "Evaluate one sample by itself. What is its distance from the mean of its batch?",
    "Should what the network says of one image depend on which images stand beside it?",
)
def batch_statistics_always(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    batch_mean, batch_var = x.mean(0), x.var(0, correction=0)
    out, cache = normalised(x, batch_mean, batch_var, gamma, beta, eps)
    if train:
        mean = moved(mean, batch_mean, momentum)
        var = moved(var, x.var(0), momentum)
    return out, cache, mean, var


@exercise.misconception(
    "divides the variance it normalises with by one less than the batch's size",
    "Two variances are used here, one for the batch and one kept for later. Which of them is an estimate?",
)
def unbiased_in_the_batch(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    if not train:
        return *normalised(x, mean, var, gamma, beta, eps), mean, var
    out, cache = normalised(x, x.mean(0), x.var(0), gamma, beta, eps)
    return out, cache, moved(mean, x.mean(0), momentum), moved(var, x.var(0), momentum)


@exercise.misconception(
    "keeps the biased variance for evaluation",
    "The running variance estimates that of all data from a small sample. By what is the sum of squares divided then?",
)
def biased_running_variance(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    if not train:
        return *normalised(x, mean, var, gamma, beta, eps), mean, var
    batch_mean, batch_var = x.mean(0), x.var(0, correction=0)
    out, cache = normalised(x, batch_mean, batch_var, gamma, beta, eps)
    return out, cache, moved(mean, batch_mean, momentum), moved(var, batch_var, momentum)


@exercise.misconception(
    "has the momentum the wrong way round",
    "With a momentum of 0.1, is it the old or the new value that weighs nine tenths?",
)
def momentum_of_the_old(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    if not train:
        return *normalised(x, mean, var, gamma, beta, eps), mean, var
    out, cache = normalised(x, x.mean(0), x.var(0, correction=0), gamma, beta, eps)
    return out, cache, moved(mean, x.mean(0), 1 - momentum), moved(var, x.var(0), 1 - momentum)


@exercise.misconception(
    "takes one mean and one variance for all features together",
    "What is the mean of each column of your x̂? What should it be?",
)
def over_everything(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    if not train:
        return *normalised(x, mean, var, gamma, beta, eps), mean, var
    batch_mean, batch_var = x.mean().expand_as(mean), x.var(correction=0).expand_as(var)
    out, cache = normalised(x, batch_mean, batch_var, gamma, beta, eps)
    return out, cache, moved(mean, batch_mean, momentum), moved(var, x.var().expand_as(var), momentum)


@exercise.misconception(
    "adds ε outside the root", "What stands under the root in the formula?", "Does it matter to a constant feature?"
)
def eps_outside(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    batch_mean, batch_var = (x.mean(0), x.var(0, correction=0)) if train else (mean, var)
    inverse_std = 1 / (batch_var.sqrt() + eps)
    x_hat = (x - batch_mean) * inverse_std
    if train:
        mean, var = moved(mean, batch_mean, momentum), moved(var, x.var(0), momentum)
    return gamma * x_hat + beta, (x_hat, inverse_std, gamma), mean, var


@exercise.misconception(
    "divides by the variance, not by its root", "What variance does x̂ have in your answer? What should it have?"
)
def divided_by_the_variance(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    batch_mean, batch_var = (x.mean(0), x.var(0, correction=0)) if train else (mean, var)
    inverse_std = 1 / (batch_var + eps)
    x_hat = (x - batch_mean) * inverse_std
    if train:
        mean, var = moved(mean, batch_mean, momentum), moved(var, x.var(0), momentum)
    return gamma * x_hat + beta, (x_hat, inverse_std, gamma), mean, var


@exercise.misconception(
    "goes on learning the running statistics in evaluation",
    "May looking at the test set change the network?",
)
def learns_in_evaluation(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    if train:
        out, cache = normalised(x, x.mean(0), x.var(0, correction=0), gamma, beta, eps)
    else:
        out, cache = normalised(x, mean, var, gamma, beta, eps)
    if len(x) > 1:
        var = moved(var, x.var(0), momentum)
    return out, cache, moved(mean, x.mean(0), momentum), var


@exercise.misconception(
    "loses the variance of features with a large mean",
    "Take mean(x²) - mean(x)² for numbers near 10,000 that differ by 1. How many digits are left?",
    "Which order of subtracting and squaring loses none?",
)
def difference_of_squares(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    if not train:
        return *normalised(x, mean, var, gamma, beta, eps), mean, var
    n = len(x)
    batch_mean = x.sum(0) / n
    batch_var = (x * x).sum(0) / n - batch_mean * batch_mean
    out, cache = normalised(x, batch_mean, batch_var, gamma, beta, eps)
    return out, cache, moved(mean, batch_mean, momentum), moved(var, batch_var * n / (n - 1), momentum)


@exercise.misconception(
    "writes the running statistics into the caller's tensors",
    "What is the difference between `mean *= 0.9` and `mean = 0.9 * mean` for a tensor?",
)
def in_place(x, gamma, beta, mean, var, train, momentum=0.1, eps=1e-5):
    if not train:
        return *normalised(x, mean, var, gamma, beta, eps), mean, var
    out, cache = normalised(x, x.mean(0), x.var(0, correction=0), gamma, beta, eps)
    mean.mul_(1 - momentum).add_(momentum * x.mean(0))
    var.mul_(1 - momentum).add_(momentum * x.var(0))
    return out, cache, mean, var


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
