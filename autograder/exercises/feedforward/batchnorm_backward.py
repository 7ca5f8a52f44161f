"""Batch normalisation backward: mean and variance depend on every sample."""

from autograder.spec import Case, Question


def case(draw, batch, features, note=""):
    x = draw.uniform(0.2, 3, features) * draw.normal(batch, features) + draw.normal(features)
    inverse_std = (x.var(0, correction=0) + 1e-5).rsqrt()
    x_hat = (x - x.mean(0)) * inverse_std
    return Case((draw.normal(batch, features), (x_hat, inverse_std, draw.away_from_zero(features, gap=0.3))), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 8, 3),
        case(draw, 5, 6, "more features than samples"),
        case(draw, 20, 2),
        case(draw, 3, 1, "one feature"),
    ],
    returns=("dx", "dgamma", "dbeta"),
    forbids=["autograd", "batch_norm"],
)

# %% what is right, and what is wrong
import torch

from autograder.spec import Exercise
from autograder.spec.mistakes.layers import BIAS_AVERAGED, in_order
from gradschool.feedforward import normalisation

exercise = Exercise(question, normalisation.batchnorm_backward, points=6)


def right(dout, cache):
    x_hat, inverse_std, gamma = cache
    d = dout * gamma
    return inverse_std * (d - d.mean(0) - x_hat * (d * x_hat).mean(0)), (dout * x_hat).sum(0), dout.sum(0)


exercise.mistakes([in_order(right, 0, 2, 1)])


@exercise.mistake(BIAS_AVERAGED)
def averaged(dout, cache):
    dx, dgamma, dbeta = right(dout, cache)
    return dx, dgamma / len(dout), dbeta / len(dout)


@exercise.misconception(
    "holds mean and variance constant",
    "Raise one sample by 1. Does only its own output change?",
    "Through which three ways does x reach the output?",
)
def statistics_constant(dout, cache):
    x_hat, inverse_std, gamma = cache
    return dout * gamma * inverse_std, (dout * x_hat).sum(0), dout.sum(0)


@exercise.misconception("holds the variance constant", "The mean is accounted for. What else depends on every sample?")
def variance_constant(dout, cache):
    x_hat, inverse_std, gamma = cache
    d = dout * gamma
    return inverse_std * (d - d.mean(0)), (dout * x_hat).sum(0), dout.sum(0)


@exercise.misconception(
    "adds what the variance takes away",
    "Push every sample outwards, along x̂. Does x̂ grow?",
    "Which sign has the derivative of 1/√σ² with respect to σ²?",
)
def sign_of_the_variance(dout, cache):
    x_hat, inverse_std, gamma = cache
    d = dout * gamma
    dx = inverse_std * (d - d.mean(0) + x_hat * (d * x_hat).mean(0))
    return dx, (dout * x_hat).sum(0), dout.sum(0)


@exercise.misconception("holds the mean constant", "The variance is accounted for. What else depends on every sample?")
def mean_constant(dout, cache):
    x_hat, inverse_std, gamma = cache
    d = dout * gamma
    return inverse_std * (d - x_hat * (d * x_hat).mean(0)), (dout * x_hat).sum(0), dout.sum(0)


@exercise.misconception(
    "forgets γ on the way to x",
    "If γ is doubled, what becomes of the output, and so of the gradient with respect to x?",
)
def without_gamma(dout, cache):
    x_hat, inverse_std, gamma = cache
    return right(dout, (x_hat, inverse_std, torch.ones_like(gamma)))


@exercise.misconception(
    "sums over the batch where it should average",
    "The mean divides by the batch's size. So what does its derivative hold?",
)
def sums_for_means(dout, cache):
    x_hat, inverse_std, gamma = cache
    d = dout * gamma
    return inverse_std * (d - d.sum(0) - x_hat * (d * x_hat).sum(0)), (dout * x_hat).sum(0), dout.sum(0)


@exercise.misconception(
    "multiplies by the standard deviation where it should divide",
    "Is x̂ steeper in x when the features vary much or little?",
)
def upside_down(dout, cache):
    x_hat, inverse_std, gamma = cache
    d = dout * gamma
    return (d - d.mean(0) - x_hat * (d * x_hat).mean(0)) / inverse_std, (dout * x_hat).sum(0), dout.sum(0)


@exercise.alternative
def as_in_the_paper(dout, cache):
    x_hat, inverse_std, gamma = cache
    n = dout.shape[0]
    centred = x_hat / inverse_std
    d_hat = dout * gamma
    d_var = (d_hat * centred * -0.5 * inverse_std**3).sum(0)
    d_mean = -(d_hat * inverse_std).sum(0) + d_var * (-2 * centred).mean(0)
    dx = d_hat * inverse_std + d_var * 2 * centred / n + d_mean / n
    return dx, (dout * x_hat).sum(0), dout.sum(0)


@exercise.alternative
def with_the_jacobian(dout, cache):
    x_hat, inverse_std, gamma = cache
    n, features = dout.shape
    eye, ones = torch.eye(n).to(dout), torch.ones(n, n).to(dout)
    columns = []
    for j in range(features):
        h = x_hat[:, j]
        jacobian = inverse_std[j] * (eye - ones / n - torch.outer(h, h) / n)
        columns.append(jacobian @ (gamma[j] * dout[:, j]))
    return torch.stack(columns, dim=1), torch.einsum("nf,nf->f", dout, x_hat), torch.einsum("nf->f", dout)


@exercise.alternative
def collected(dout, cache):
    x_hat, inverse_std, gamma = cache
    n = dout.shape[0]
    dgamma, dbeta = (dout * x_hat).sum(dim=0), dout.sum(dim=0)
    dx = gamma * inverse_std / n * (n * dout - dbeta - x_hat * dgamma)
    return dx, dgamma, dbeta
