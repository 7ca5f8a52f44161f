"""Local response normalisation over neighbouring channels, in torch's form."""

from autograder.spec import Case, Question


def case(draw, shape, size, alpha, beta, k, note=""):
    return Case((3 * draw.normal(*shape), size, alpha, beta, k), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, (2, 8, 3, 4), 5, 0.5, 0.75, 2.0, "five neighbours of eight"),
        case(draw, (1, 6, 2, 3), 3, 1.0, 0.5, 1.0, "three neighbours"),
        case(draw, (2, 7, 2, 2), 4, 0.8, 1.0, 1.5, "an even size"),
        case(draw, (1, 3, 3, 2), 5, 2.0, 0.75, 1.0, "more neighbours than channels"),
        case(draw, (2, 4, 1, 3), 1, 0.3, 0.6, 1.0, "each channel alone"),
        case(draw, (2, 1, 2, 3), 3, 0.9, 0.75, 1.2, "a single channel"),
        case(draw, (1, 9, 2, 2), 7, 0.6, 0.75, 0.5, "seven neighbours of nine"),
    ],
    defaults=lambda draw: [
        Case((200 * draw.normal(2, 6, 2, 3), 3), note="no alpha, no beta, no k"),
        Case((3 * draw.normal(1, 6, 2, 3), 3, 0.7), note="no beta, no k"),
        Case((3 * draw.normal(1, 6, 2, 3), 3, 0.7, 0.5), note="no k"),
    ],
    gradients=True,
    forbids=["local_response_norm"],
)

# %% what is right, and what is wrong
import torch
import torch.nn.functional as F

from autograder.spec import Exercise
from gradschool.convolutional import normalisation

exercise = Exercise(
    question,
    normalisation.local_response_norm,
    points=4,
)


def sums(x, size, before=None):
    before = size // 2 if before is None else before
    return F.pad(x, (0, 0, 0, 0, before, size - 1 - before)).unfold(1, size, 1).sum(dim=-1)


def right(
    x, size, alpha=1e-4, beta=0.75, k=1.0, *, mean=lambda x, size: sums(x**2, size) / size,
    power=lambda bracket, beta: bracket**beta, divide=torch.div,
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    return divide(x, power(k + alpha * mean(x, size), beta))


wrong = exercise.variants(right)
wrong(
    "multiplies α by the sum of squares, as in the paper, not by their mean",
    "The paper's form and torch's are both in print. Which does the task ask for?",
    "What becomes of the denominator when size is doubled and all channels are alike?",
    mean=lambda x, size: sums(x**2, size),
)
wrong(
    "divides by the neighbours that exist, at the first and last channels too",
    "By what does the task divide where some neighbours are missing?",
    mean=lambda x, size: sums(x**2, size) / sums(torch.ones_like(x), size),
)
wrong(
    "looks at the channels before, and at none after",
    "On which sides does a channel have neighbours?",
    mean=lambda x, size: sums(x**2, size, size - 1) / size,
)
wrong(
    "has one neighbour too few before and one too many after, where size is even",
    "Of an even number of channels with the own one among them, how many stand before it, says the task?",
    mean=lambda x, size: sums(x**2, size, (size - 1) // 2) / size,
)
wrong(
    "sums the channels, not their squares",
    "Can the denominator of your answer be negative?",
    mean=lambda x, size: sums(x, size) / size,
    power=lambda bracket, beta: bracket.abs() ** beta,
)
wrong(
    "multiplies by β, where it is a power",
    "With β = 1/2, what should the denominator be of its bracket?",
    power=lambda bracket, beta: bracket * beta,
)
wrong(
    "leaves the channel itself out of the sum",
    "Is a channel a neighbour of itself, in the sum of the task?",
    mean=lambda x, size: (sums(x**2, size) - x**2) / size,
)
wrong(
    "averages over all channels, not over the neighbours",
    "How many channels does the sum of the task have?",
    mean=lambda x, size: (x**2).mean(dim=1, keepdim=True),
)
wrong(
    "takes as many channels after as before, where size is even",
    "How many numbers does your sum have for size 4?",
    mean=lambda x, size: sums(x**2, 2 * (size // 2) + 1) / size,
)
wrong(
    "multiplies by the bracket, where it should divide",
    "Do loud neighbours make your channel quieter, or louder?",
    divide=torch.mul,
)


@exercise.misconception(
    "takes neighbours in the image, where neighbouring channels are meant",
    "Along which axis do the neighbours stand?",
)
def over_positions(x, size, *settings):
    wide = F.pad(x**2, (size // 2, (size - 1) // 2, size // 2, (size - 1) // 2))
    return right(x, size, *settings, mean=lambda x, size: wide.unfold(2, size, 1).unfold(3, size, 1).mean(dim=(4, 5)))


@exercise.misconception(
    "takes the power of the squares' mean alone, without k and α",
    "Which terms stand in the bracket that is raised to β?",
)
def power_of_a_part(x, size, alpha=1e-4, beta=0.75, k=1.0):
    return x / (k + alpha * (sums(x**2, size) / size) ** beta)


@exercise.alternative
def channel_by_channel(x, size, alpha=1e-4, beta=0.75, k=1.0):
    maps = []
    for c in range(x.shape[1]):
        near = x[:, max(0, c - size // 2) : c + (size - 1) // 2 + 1]
        maps.append(x[:, c] / (k + alpha * (near**2).sum(dim=1) / size) ** beta)
    return torch.stack(maps, dim=1)


@exercise.alternative
def with_running_sums(x, size, alpha=1e-4, beta=0.75, k=1.0):
    running = F.pad(x**2, (0, 0, 0, 0, size // 2 + 1, (size - 1) // 2)).cumsum(dim=1)
    total = running[:, size:] - running[:, :-size]
    return x * (k + alpha / size * total).pow(-beta)


@exercise.alternative
def a_band_of_ones(x, size, alpha=1e-4, beta=0.75, k=1.0):
    c = torch.arange(x.shape[1], device=x.device)
    apart = c[None, :] - c[:, None]  # how far after
    band = ((apart >= -(size // 2)) & (apart <= (size - 1) // 2)).to(x.dtype)
    return x / (k + alpha * torch.einsum("cd,bdhw->bchw", band, x * x) / size) ** beta
