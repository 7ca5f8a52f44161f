"""How many modes of a mixture a generator covers, and which share of its samples is good."""

import math

import torch

from autograder.spec import Case, Question


def scattered(draw, centres, counts, spread):
    """So many samples around each centre, shuffled."""
    parts = [c + spread * draw.normal(n, centres.shape[1]) for c, n in zip(centres, counts, strict=True)]
    samples = torch.cat(parts)
    return samples[draw.permutation(len(samples))]


def ring(draw, radius, least, counts, spread=0.05):
    angle = torch.arange(len(counts)).double() * (2 * math.pi / len(counts))
    centres = torch.stack([angle.cos(), angle.sin()], dim=-1)
    return scattered(draw, centres, counts, spread), centres, radius, least


def on_the_edge():
    """Numbers without rounding: a sample at exactly the radius is good, the one beside it is not."""
    centres = torch.tensor([[0.0, 0.0], [8.0, 0.0]]).double()
    samples = torch.tensor([[0.5, 0.0], [0.0, 0.5], [0.5, 0.25], [8.0, -0.5], [4.0, 0.0]]).double()
    return samples, centres, 0.5, 2


def corners():
    """Samples whose coordinates are both near a centre's, and whose distance is not."""
    centres = torch.tensor([[0.0, 0.0], [4.0, 4.0]]).double()
    samples = centres.repeat(3, 1) + torch.tensor([[0.9, 0.9], [0.9, -0.9], [0.1, 0.2]]).double().repeat_interleave(
        2, 0
    )
    return samples, centres, 1.0, 2


def beside_each_other():
    """Two centres within the radius of each other, all samples nearer to the first."""
    centres = torch.tensor([[0.0, 0.0], [1.0, 0.0], [9.0, 9.0]]).double()
    samples = torch.tensor([[0.1, 0.2], [-0.3, 0.1], [0.2, -0.4], [0.0, 0.3]]).double()
    return samples, centres, 2.0, 3


def half_way():
    """Equally near to two centres, and within the radius of both: it counts for one of them, whichever."""
    centres = torch.tensor([[0.0, 0.0], [2.0, 0.0], [0.0, 9.0]]).double()
    return torch.tensor([[1.0, 0.0], [5.0, 5.0]]).double(), centres, 1.0, 1


question = Question(
    cases=lambda draw: [
        Case(ring(draw, 0.15, 10, [30, 0, 12, 9, 0, 25, 14, 2]), note="eight modes, some with few samples"),
        Case(ring(draw, 0.04, 5, [60, 60, 60, 60, 60, 60, 60, 60]), note="a small radius: all modes, few good samples"),
        Case(ring(draw, 0.15, 1, [0, 0, 40, 0, 0], spread=0.02), note="a single mode, all samples good"),
        Case(ring(draw, 1.5, 20, [25, 40, 18], spread=0.4), note="a radius that reaches other modes"),
        Case((draw.normal(50, 3) + 9, draw.normal(4, 3), 0.5, 1), note="three dimensions, nothing good"),
        Case(corners(), note="near in each coordinate, far in the plane"),
        Case(beside_each_other(), note="two centres within the radius"),
        Case(half_way(), note="a sample half-way between two centres"),
        Case(on_the_edge(), note="at exactly the radius, and with exactly as many as it takes"),
        Case((draw.normal(1, 2), draw.normal(1, 2), 100.0, 1), note="one sample, one mode"),
    ],
    returns=("covered", "good"),
    gives="the whole number and the share, in this order: numbers, or tensors without axes",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.adversarial import modes

exercise = Exercise(question, modes.modes_covered, points=4)


def distances(samples, centres):
    return (samples[:, None] - centres[None]).square().sum(-1).sqrt()  # (samples, modes)


def largest_coordinate(samples, centres):
    return (samples[:, None] - centres[None]).abs().amax(-1)


def right(
    samples, centres, radius, least, *, distances=distances, within=torch.le, counted=lambda nearest, good: nearest[good],
    enough=torch.ge, share=lambda good, counts, covered: good.double().mean(),
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    distance, nearest = distances(samples, centres).min(1)
    good = within(distance, radius)
    counts = torch.bincount(counted(nearest, good), minlength=len(centres))
    covered = enough(counts, least)
    return int(covered.sum()), float(share(good, counts, covered))


wrong = exercise.variants(right)
wrong(
    "counts every sample towards its nearest mode, however far away it is",
    "A sample lies half-way between two centres. Which mode does it cover?",
    counted=lambda nearest, good: nearest,
)
wrong("is content with a single good sample in a mode", "What is `least` for?", enough=lambda counts, least: counts > 0)
wrong(
    "compares the squared distance with the radius",
    "With a radius of 0.15, at which distance does a sample stop to be good in your answer?",
    within=lambda distance, radius: distance <= radius**0.5,
)
wrong(
    "asks for more than `least` samples",
    "A mode has exactly `least` good samples. Is it covered, as the task says it?",
    enough=torch.gt,
)
wrong(
    "calls a sample at exactly the radius bad",
    "Does the task say within the radius, or nearer than the radius?",
    within=torch.lt,
)
wrong(
    "measures each coordinate by itself",
    "A sample is 0.9 to the right of a centre and 0.9 above it. Is it within 1 of the centre?",
    distances=largest_coordinate,
)
wrong(
    "returns the share of modes and not that of samples",
    "Of how many samples is each one good? What do you divide by?",
    share=lambda good, counts, covered: covered.double().mean(),
)
wrong(
    "returns the number of good samples, not their share",
    "Draw twice as many samples. What should become of the share?",
    share=lambda good, counts, covered: good.sum(),
)
wrong(
    "calls a sample good only if its mode is covered",
    "A good sample lies near a centre. Does it become worse because it is alone there?",
    share=lambda good, counts, covered: counts[covered].sum() / len(good),
)


@exercise.misconception(
    "lets one sample count for every mode within the radius",
    "A sample lies within the radius of two centres. How many modes does the task let it speak for?",
)
def for_every_mode(samples, centres, radius, least):
    near = distances(samples, centres) <= radius
    return int((near.sum(0) >= least).sum()), float(near.any(1).double().mean())


@exercise.alternative
def with_cdist(samples, centres, radius, least):
    distance, nearest = torch.cdist(samples, centres, compute_mode="donot_use_mm_for_euclid_dist").min(dim=1)
    good = distance <= radius
    hits = torch.stack([(good & (nearest == k)).sum() for k in range(len(centres))])
    return (hits >= least).sum(), good.to(samples).mean()


@exercise.alternative
def sample_by_sample(samples, centres, radius, least):
    counts = [0] * len(centres)
    for x in samples:
        d = [float((x - c).norm()) for c in centres]
        if min(d) <= radius:
            counts[d.index(min(d))] += 1
    return sum(n >= least for n in counts), sum(counts) / len(samples)


@exercise.alternative
def in_numpy(samples, centres, radius, least):
    import numpy as np

    x, c = samples.numpy(), centres.numpy()
    d = np.linalg.norm(x[:, None] - c[None], axis=-1)
    good = d.min(1) <= radius
    counts = np.bincount(d.argmin(1)[good], minlength=len(c))
    return int((counts >= least).sum()), float(good.mean())
