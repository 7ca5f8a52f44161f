"""Squared error or binary cross-entropy of images, summed over pixels, mean over the batch."""

import torch

from autograder.spec import Case, Question


def case(draw, kind, *shape, note=""):
    return Case((1.5 * draw.normal(*shape), draw.uniform(0.02, 0.98, *shape), kind), note=note)


def sure(draw, kind):
    """Logits of ten thousand, some of them on the wrong side."""
    signs = torch.tensor([[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]]).double()
    x = torch.tensor([[1.0, 0.0, 0.0], [1.0, 0.0, 0.75]]).double()
    return Case((1e4 * signs, x, kind), note="logits of ten thousand")


question = Question(
    cases=lambda draw: [
        case(draw, "mse", 5, 7),
        case(draw, "bce", 5, 7),
        case(draw, "mse", 4, 1, 3, 2, note="images with a channel"),
        case(draw, "bce", 4, 1, 3, 2, note="images with a channel"),
        case(draw, "mse", 1, 6, note="a batch of one"),
        case(draw, "bce", 1, 6, note="a batch of one"),
        case(draw, "bce", 3, 1, note="one pixel"),
    ],
    extremes=lambda draw: [
        sure(draw, "bce"),
        Case((50 * draw.normal(3, 4), draw.uniform(0, 1, 3, 4), "bce"), note="logits of fifty"),
    ],
    defaults=lambda draw: [Case(case(draw, "mse", 4, 5).args[:2], note="kind left out")],
    bears="logits of ±10,000",
    gradients=["output"],
    arguments=("output", "x", "kind"),
    forbids=["mse_loss", "binary_cross_entropy"],
)

# %% what is right, and what is wrong
import torch.nn.functional as F

from autograder.spec import Exercise
from autograder.spec.mistakes.losses import LOG_OF_ZERO, MEAN_FOR_SUM, averaged
from gradschool.autoencoders import reconstruction

exercise = Exercise(
    question,
    reconstruction.reconstruction_loss,
    points=4,
    noise=1e-6,  # F.softplus(z) is z from 20 on; a small constant in the logarithm shows at the extremes
)


def errors(output, x, kind):
    return (output - x) ** 2 if kind == "mse" else F.softplus(output) - x * output


def loss(output, x, kind="mse", mean=torch.mean):
    return mean(errors(output, x, kind).flatten(1).sum(1))


def of_probabilities(p, x):
    return -(x * p.log() + (1 - x) * (1 - p).log()).flatten(1).sum(1).mean()


exercise.mistakes(averaged(loss))


@exercise.mistake(LOG_OF_ZERO)
def log_of_the_sigmoid(output, x, kind="mse"):
    return loss(output, x) if kind == "mse" else of_probabilities(1 / (1 + torch.exp(-output)), x)


@exercise.mistake(MEAN_FOR_SUM.told(parts="pixels"))
def mean_over_everything(output, x, kind="mse"):
    return errors(output, x, kind).mean()


@exercise.misconception(
    "sums over the axis behind the batch alone",
    "How many axes have images with a channel, and which of them are left when you take the mean?",
)
def one_axis_alone(output, x, kind="mse"):
    return errors(output, x, kind).sum(dim=1).mean()


@exercise.misconception(
    "takes the logits for probabilities",
    "Between which numbers does `output` lie for bce? Between which do probabilities?",
    "What turns the one into the other?",
)
def logits_for_probabilities(output, x, kind="mse"):
    return loss(output, x) if kind == "mse" else of_probabilities(output.clamp(1e-6, 1 - 1e-6), x)


@exercise.misconception(
    "passes the output through a sigmoid for the squared error, too",
    "The task calls the output of `mse` the reconstruction itself. Which values can yours not reach?",
)
def sigmoid_for_both(output, x, kind="mse"):
    return loss(torch.sigmoid(output) if kind == "mse" else output, x, kind)


@exercise.misconception(
    "leaves out the term of the dark part, (1 - x) log(1 - p)",
    "What does your loss say when a black pixel is reconstructed as white?",
)
def second_term_dropped(output, x, kind="mse"):
    each = (output - x) ** 2 if kind == "mse" else -x * F.logsigmoid(output)
    return each.flatten(1).sum(1).mean()


@exercise.misconception(
    "has no minus in the cross-entropy", "Should a better reconstruction make the number larger or smaller?"
)
def no_minus(output, x, kind="mse"):
    each = (output - x) ** 2 if kind == "mse" else x * output - F.softplus(output)
    return each.flatten(1).sum(1).mean()


@exercise.misconception("halves the squared error", "Is there a half in the formula of the task?")
def half(output, x, kind="mse"):
    return loss(output, x, kind) / (2 if kind == "mse" else 1)


@exercise.misconception(
    "takes the root of the summed squares", "Is the error of an image its length, or the length's square?"
)
def root(output, x, kind="mse"):
    each = errors(output, x, kind).flatten(1).sum(1)
    return (each.sqrt() if kind == "mse" else each).mean()


@exercise.misconception("computes the squared error whatever the kind", "Where in your function is `kind` looked at?")
def kind_ignored(output, x, kind="mse"):
    return loss(output, x)


@exercise.alternative
def by_log_sigmoids(output, x, kind="mse"):
    if kind == "mse":
        return (output - x).square().sum() / output.shape[0]
    return -(x * F.logsigmoid(output) + (1 - x) * F.logsigmoid(-output)).sum() / output.shape[0]


@exercise.alternative
def by_the_formula_of_the_manual(output, x, kind="mse"):
    """max(z, 0) - z x + log(1 + e^-|z|)"""
    if kind == "bce":
        each = output.clamp(min=0) - output * x + torch.log1p(torch.exp(-output.abs()))
    else:
        each = torch.pow(x - output, 2)
    return each.reshape(len(x), -1).sum(-1).mean()


@exercise.alternative
def image_by_image(output, x, kind="mse"):
    total = 0.0
    for z, image in zip(output, x, strict=True):
        total = total + (((z - image) ** 2).sum() if kind == "mse" else (torch.logaddexp(z, 0 * z) - image * z).sum())
    return total / len(x)


@exercise.alternative
def by_einsum(output, x, kind="mse"):
    z, t = output.flatten(1), x.flatten(1)
    if kind == "mse":
        return torch.einsum("bp,bp->b", z - t, z - t).mean()
    return (F.softplus(z).sum(1) - torch.einsum("bp,bp->b", z, t)).mean()
