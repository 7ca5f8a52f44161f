"""Additive Gaussian noise, judged by the distribution of what was added."""

import torch

from autograder.spec import Case, Question
from autograder.spec.chance import related, related_calls
from autograder.spec.errors import Unusable
from autograder.spec.probes import draws


def look(results, args):
    """What was added, in units of σ; and whether samples or pixels share it."""
    (x, sigma, _), out = args, results["result"]
    if not isinstance(out, torch.Tensor) or out.shape != x.shape:
        raise Unusable("shape", f"The result should be a tensor of the shape of x, {tuple(x.shape)}.")
    if sigma == 0:
        return {"without noise": out}
    noise = ((out - x) / sigma).flatten(1)
    return {
        "noise": noise,
        "samples with one and the same noise": ((noise - noise[:1]).abs() < 1e-3).all(dim=1).sum(),
        "pixels with one and the same noise": ((noise - noise[:, :1]).abs() < 1e-3).all(dim=0).sum(),
        "samples know of each other": related(noise),
        "pixels know of each other": related(noise.T),
    }


def look_at_calls(several, args):
    """Whether calls repeat each other's noise."""
    x, sigma = args[:2]
    return {} if sigma == 0 else {"calls know of each other": related_calls([r["result"] - x for r in several])}


question = Question(
    cases=lambda draw: [
        Case((draw.uniform(0, 1, 300, 200), 0.3, draw.chance()), note="images with values from 0 to 1"),
        Case((draw.normal(100, 1, 10, 20), 2.5, draw.chance()), note="images of one channel, noise stronger than they"),
        Case((draw.uniform(0, 1, 20, 20), 0.5, draw.chance()), note="many small batches"),
        Case((draw.uniform(0, 1, 5, 4), 0.0, draw.chance()), note="no noise"),
    ],
    probe=draws(look, calls=look_at_calls),
    gives="a tensor of the shape of `x`",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.comparison import same_distribution
from autograder.spec.mistakes import chance
from gradschool.autoencoders import corruption

exercise = Exercise(
    question,
    corruption.gaussian_noise,
    points=3,
    beside=["samples with one and the same noise", "pixels with one and the same noise", "without noise"],
    compare={"noise": same_distribution("The noise is not distributed as it should be.")},
    shares={
        "noise": 6,
        "generator_used": 1.5,
        "without noise": 0.5,
        "samples with one and the same noise": 0.3,
        "pixels with one and the same noise": 0.3,
        "samples know of each other": 0.3,
        "pixels know of each other": 0.3,
        "calls know of each other": 0.5,
    },
)


def right(
    x, sigma, generator, *, drawn=lambda x: x.shape, number=torch.randn, scale=lambda sigma: sigma,
    joined=lambda x, noise: x + noise,
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    return joined(x, scale(sigma) * number(drawn(x), generator=generator, dtype=x.dtype))


exercise.mistakes([chance.global_chance(right), chance.in_place(right, "images", "x")])
wrong = exercise.variants(right)
wrong(
    "takes σ for the variance",
    "If all numbers are halved, what becomes of their variance? And of their deviation?",
    scale=lambda sigma: sigma**0.5,
)
wrong(chance.VARIANCE_FOR_DEVIATION, scale=lambda sigma: sigma**2)
wrong(
    chance.UNIFORM_FOR_NORMAL,
    number=lambda shape, **source: 3**0.5 * (2 * torch.rand(shape, **source) - 1),
)
wrong(
    "only ever makes the pixels lighter",
    "What is the mean of torch.rand? What should the mean of the noise be?",
    number=torch.rand,
)
wrong(
    "cuts the result off at 0 and 1",
    "What does the task say of values that leave [0, 1]?",
    joined=lambda x, noise: (x + noise).clamp(0, 1),
)
wrong(
    "makes the noise as strong as the pixel is light",
    "How much noise does a black pixel get in your answer?",
    joined=lambda x, noise: x * (1 + noise),
)
wrong(chance.ONE_FOR_THE_BATCH.told(all_alike="every sample gets the same noise"), drawn=chance.for_the_batch)
wrong(chance.ONE_FOR_THE_SAMPLE.told(all_alike="all of its pixels get the same noise"), drawn=chance.for_the_sample)
wrong("returns the noise without the image", "What should come back when σ is 0?", joined=lambda x, noise: noise)


@exercise.alternative
def by_torch_normal(x, sigma, generator):
    return x + torch.normal(0.0, sigma, tuple(x.shape), generator=generator)


@exercise.alternative
def in_a_buffer(x, sigma, generator):
    noise = torch.empty_like(x).normal_(generator=generator)
    return noise.mul_(sigma).add_(x)


@exercise.alternative
def sample_by_sample(x, sigma, generator):
    return torch.stack([one + sigma * torch.randn(*one.shape, generator=generator) for one in x])


@exercise.alternative
def box_and_muller(x, sigma, generator):
    u = 1 - torch.rand((2, *x.shape), generator=generator, dtype=torch.float64)
    normal = (-2 * u[0].log()).sqrt() * torch.cos(2 * torch.pi * u[1])
    return x + sigma * normal.to(x.dtype)
