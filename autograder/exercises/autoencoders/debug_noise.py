"""A denoising autoencoder that has learned its noise by heart: each image was corrupted once, before training."""

import torch

from autograder.spec import Case, Question
from autograder.spec.chance import related
from autograder.spec.errors import Unusable
from autograder.spec.probes import draws, mended

SIGMA = 0.4


def look(results, args):
    """Every image has its own value in pixel 0 of the target, by which it is known again in the next epoch."""
    x, epochs = args[:2]
    try:
        found = [(noisy, clean) for noisy, clean in results["pairs"]]
        noisy, clean = (torch.cat(parts) for parts in zip(*found, strict=True))
        sizes = torch.tensor([len(clean) for _, clean in found])
    except (TypeError, ValueError, RuntimeError):
        raise Unusable(
            "pairs", "Your function should return or yield pairs (noisy images, clean images), batch by batch."
        ) from None
    seen = {"batch sizes": sizes}
    if noisy.shape != clean.shape or clean.shape != (epochs * len(x), x.shape[1]):
        return seen
    order = clean[:, 0].reshape(epochs, -1).argsort(dim=1) + len(x) * torch.arange(epochs).unsqueeze(1)
    noise = (noisy - clean)[order] / SIGMA  # (epochs, samples, pixels)
    again = (noise[1:] - noise[:1]).abs().amax(dim=(1, 2)) if epochs > 1 else torch.ones(1)
    return seen | {
        "targets, sorted": clean[order[0]],
        "noise": noise,
        "images share their noise": related(noise.flatten(0, 1)),
        "pixels share their noise": related(noise.flatten(0, 1).T),
        "epochs with the noise of the first": (again < 1e-3).sum(),
        "the order of the file": torch.equal(clean[: len(x)], x),
    }


def case(draw, n, epochs, size, note):
    x = draw.uniform(0, 1, n, 100)
    x[:, 0] = (draw.permutation(n).double() + 0.5) / n
    return Case((x, epochs, size, draw.chance()), note=note)


question = Question(
    cases=lambda draw: [
        case(draw, 200, 3, 50, "three epochs"),
        case(draw, 150, 2, 64, "a shorter batch at the end"),
        case(draw, 300, 1, 300, "one epoch, one batch"),
    ],
    returns=("pairs",),
    probe=mended(draws(look)),
    gives="the letter and the mended function, in this order",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.comparison import same_distribution
from gradschool.autoencoders.corruption import gaussian_noise


def pairs(x, epochs, size, generator):
    for _ in range(epochs):
        for rows in torch.randperm(len(x), generator=generator).split(size):
            yield gaussian_noise(x[rows], SIGMA, generator), x[rows]


def reference():
    return "A", pairs


exercise = Exercise(
    question,
    reference,
    points=4,
    beside=["batch sizes", "epochs with the noise of the first"],
    compare={"noise": same_distribution("The difference between noisy and clean images is not the script's noise.")},
    shares={
        "fault": 9,
        "epochs with the noise of the first": 3,
        "noise": 2,
        "images share their noise": 0.5,
        "pixels share their noise": 0.5,
        "batch sizes": 0.3,
        "targets, sorted": 1,
        "generator_used": 0.3,
        "the order of the file": 0.4,
    },
)


exercise.blames(
    pairs,
    {
        "C": (
            "a network that is too small",
            "How low is the loss on the training set? Could a network that is too small reach it?",
        ),
        "B": (
            "the learning rate",
            "What would the training loss look like with a rate that is too large, or too small?",
        ),
        "D": ("a noisy target", "Which two tensors does the script hand over as a pair? Is the second one clean?"),
        "E": (
            "noise that is too strong",
            "The noise on the test images is as strong as that on the training images. How far apart are the two errors?",
        ),
    },
)


def drawn_once(x, epochs, size, generator):
    noisy = gaussian_noise(x, SIGMA, generator)
    for _ in range(epochs):
        for rows in torch.randperm(len(x), generator=generator).split(size):
            yield noisy[rows], x[rows]


@exercise.misconception(
    "leaves the fault in: the noise is still the same in every epoch",
    "How often does your function draw noise for one image?",
)
def still_once():
    return "A", drawn_once


def noise_on_noise(x, epochs, size, generator):
    noisy = x
    for _ in range(epochs):
        noisy = gaussian_noise(noisy, SIGMA, generator)
        for rows in torch.randperm(len(x), generator=generator).split(size):
            yield noisy[rows], x[rows]


@exercise.misconception(
    "adds the noise of each epoch to that of the epochs before",
    "How strong is the noise in your hundredth epoch?",
)
def piles_up():
    return "A", noise_on_noise


def noisy_both(x, epochs, size, generator):
    for _ in range(epochs):
        noisy = gaussian_noise(x, SIGMA, generator)
        for rows in torch.randperm(len(x), generator=generator).split(size):
            yield noisy[rows], noisy[rows]


def in_order(x, epochs, size, generator):
    for _ in range(epochs):
        noisy = gaussian_noise(x, SIGMA, generator)
        yield from zip(noisy.split(size), x.split(size), strict=True)


@exercise.misconception(
    "draws noise anew and no longer shuffles",
    "Which images share a batch in your first epoch, and which in the second?",
)
def not_shuffled():
    return "A", in_order


@exercise.misconception("draws noise anew and gives it to the target, too", "What should the second of each pair hold?")
def noisy_target():
    return "A", noisy_both


@exercise.alternative
def once_an_epoch():
    def mended(x, epochs, size, generator):
        batches = []
        for _ in range(epochs):
            noisy = gaussian_noise(x, SIGMA, generator)
            order = torch.randperm(len(x), generator=generator)
            batches += [(noisy[rows], x[rows]) for rows in order.split(size)]
        return batches

    return "A", mended


@exercise.alternative
def batch_by_batch():
    def mended(x, epochs, size, generator):
        for _ in range(epochs):
            order = torch.randperm(len(x), generator=generator)
            for start in range(0, len(x), size):
                clean = x[order[start : start + size]]
                yield clean + SIGMA * torch.randn(clean.shape, generator=generator), clean

    return "a", mended


@exercise.alternative
def shuffled_before():
    def mended(x, epochs, size, generator):
        for _ in range(epochs):
            x = x[torch.randperm(len(x), generator=generator)]
            noisy = x + torch.normal(0.0, SIGMA, tuple(x.shape), generator=generator)
            yield from zip(noisy.split(size), x.split(size), strict=True)

    return "A: the noise is drawn once", mended
