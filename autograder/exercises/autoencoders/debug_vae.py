"""A variational autoencoder whose codes are never negative and never certain: the heads end in a ReLU."""

from itertools import pairwise

from autograder.spec import Case, Question
from autograder.spec.probes import mended


def network(draw, pixels, hidden, latents, layers):
    """The encoder's parameters under the names of the notebook's script: weight and bias of each layer, first first."""
    widths = [pixels, *[hidden] * (layers - 1), 2 * latents]
    sizes = [(b, a) for a, b in pairwise(widths)]
    return {"encoder": [[draw.normal(*size), draw.normal(size[0])] for size in sizes]}


def case(draw, batch, pixels, hidden, latents, layers=3, note=""):
    return Case((draw.uniform(0, 1, batch, pixels), network(draw, pixels, hidden, latents, layers)), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 6, 8, 12, 3),
        case(draw, 5, 6, 9, 5, 2, "five latents, two layers"),
        case(draw, 1, 7, 10, 2, 3, "a single image"),
        case(draw, 4, 5, 8, 3, 5, "five layers"),
    ],
    returns=("mu", "logvar"),
    probe=mended(),
    gives="the letter and the mended function, in this order",
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F

from autograder.spec import Exercise


def chain(x, layers, between=F.relu):
    """Dense layers with a function between them, and nothing after the last."""
    for weight, bias in layers[:-1]:
        x = between(F.linear(x, weight, bias))
    return F.linear(x, *layers[-1])


def encoded(x, net):
    mu, logvar = chain(x, net["encoder"]).chunk(2, dim=1)
    return mu, logvar


def reference():
    return "E", encoded


exercise = Exercise(question, reference, points=4, shares={"fault": 7})


exercise.blames(
    encoded,
    {
        "A": (
            "the learning rate",
            "The loss falls, and then stays. What would it do with a rate that is too large, and with one that is too small?",
        ),
        "B": (
            "the weight of the divergence",
            "A divergence that weighs too much drives the codes to the prior: mean 0, deviation 1. Are these the means that you see?",
            "What is the least of all means, over 1,437 digits and two latents? How likely is that by chance?",
        ),
        "D": (
            "the noise",
            "Read the line that draws z, against the formula. Is there anything wrong with it?",
            "Which values can log σ² have here, and which should it be able to have?",
        ),
        "C": (
            "a network that is too small",
            "A plain autoencoder of the same size does better. What is between the images and the two latents in this one?",
        ),
    },
)


@exercise.misconception(
    "leaves the fault in: the heads still end in a ReLU",
    "What is the smallest mean that your mended function can return? And the smallest log-variance?",
)
def still_there():
    def mended(x, net):
        for weight, bias in net["encoder"]:
            x = F.relu(F.linear(x, weight, bias))
        return x.chunk(2, dim=1)

    return "E", mended


@exercise.misconception(
    "frees the means, but not the log-variances",
    "How certain can this encoder be of a code, if log σ² is never below 0?",
)
def means_alone():
    def mended(x, net):
        mu, logvar = encoded(x, net)
        return mu, logvar.relu()

    return "E", mended


@exercise.misconception(
    "frees the log-variances, but not the means",
    "Which half of the plane can the codes never reach?",
)
def deviations_alone():
    def mended(x, net):
        mu, logvar = encoded(x, net)
        return mu.relu(), logvar

    return "E", mended


@exercise.misconception(
    "takes out the ReLU everywhere, so that all layers together are one linear map",
    "Which of the layers need a nonlinearity behind them, and which must not have one?",
)
def linear_throughout():
    return "E", lambda x, net: chain(x, net["encoder"], between=lambda h: h).chunk(2, dim=1)


@exercise.misconception(
    "puts another bounded function in place of the last ReLU",
    "What is the largest mean that your encoder can say now? Must a code have a bound at all?",
)
def bounded():
    return "E", lambda x, net: chain(x, net["encoder"]).tanh().chunk(2, dim=1)


@exercise.misconception(
    "lets every ReLU leak, instead of taking out the one that does harm",
    "Which values does a leaky ReLU make of the means -2 and 2? Does one of them need changing?",
    "Were the ReLUs between the layers at fault?",
)
def leaky():
    def mended(x, net):
        for weight, bias in net["encoder"]:
            x = F.leaky_relu(F.linear(x, weight, bias))
        return x.chunk(2, dim=1)

    return "E", mended


@exercise.misconception(
    "exchanges means and log-variances", "Which half of the last layer's outputs are the means in the script?"
)
def halves_exchanged():
    return "E", lambda x, net: encoded(x, net)[::-1]


@exercise.misconception(
    "deals the outputs out in turn, where the script cuts them into halves",
    "Which outputs of the last layer are the means in the script: the first ones, or every other one?",
)
def every_other():
    def mended(x, net):
        h = chain(x, net["encoder"])
        return h[:, 0::2], h[:, 1::2]

    return "E", mended


@exercise.alternative
def last_layer_apart():
    def mended(x, net):
        *hidden, (weight, bias) = net["encoder"]
        for w, b in hidden:
            x = torch.relu(x @ w.T + b)
        out = x @ weight.T + bias
        latents = out.shape[1] // 2
        return out[:, :latents], out[:, latents:]

    return "E", mended


@exercise.alternative
def by_counting():
    def mended(x, net):
        for i, (weight, bias) in enumerate(net["encoder"]):
            x = F.linear(x, weight, bias)
            if i + 1 < len(net["encoder"]):
                x = F.relu(x)
        return x.chunk(2, dim=1)

    return "e", mended


@exercise.alternative
def before_each_layer():
    def mended(x, net):
        first, *others = net["encoder"]
        x = F.linear(x, *first)
        for layer in others:
            x = F.linear(x.clamp(min=0), *layer)
        mu, logvar = torch.split(x, x.shape[1] // 2, dim=1)
        return [mu, logvar]

    return "E) the heads end in an activation", mended
