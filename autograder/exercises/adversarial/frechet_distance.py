"""Fréchet distance of two normal distributions, squared, stable where a covariance is singular."""

import torch

from autograder.spec import Case, Question
from autograder.spec.comparison import near


def covariance(draw, features, rank=None):
    """Symmetric, positive, of the given rank, with axes that are those of no coordinate."""
    a = draw.normal(features, rank or features + 2)
    return a @ a.T / a.shape[1]


def pair(draw, features, rank=None):
    return draw.normal(features), covariance(draw, features), draw.normal(features), covariance(draw, features, rank)


def moved(draw, features):
    """Equal covariances: only the means tell the two apart. (With equal means the result would be a rounding error.)"""
    c = covariance(draw, features)
    return draw.normal(features), c, draw.normal(features), c.clone()


def diagonal(draw, features):
    variances = draw.uniform(0.2, 2, 2, features)
    return draw.normal(features), torch.diag(variances[0]), draw.normal(features), torch.diag(variances[1])


def both_singular(draw, features, rank):
    means = draw.normal(2, features)
    return means[0], covariance(draw, features, rank), means[1], covariance(draw, features, rank)


def points(draw, features):
    """All samples of each side are the same: no covariance at all."""
    nothing = torch.zeros(features, features).double()
    return draw.normal(features), nothing, draw.normal(features), nothing.clone()


question = Question(
    cases=lambda draw: [
        Case(pair(draw, 4), note="four features"),
        Case(pair(draw, 2), note="two features"),
        Case(pair(draw, 1), note="one feature"),
        Case(diagonal(draw, 3), note="independent features"),
        Case(
            (torch.zeros(3).double(), covariance(draw, 3), torch.zeros(3).double(), covariance(draw, 3)),
            note="equal means",
        ),
    ],
    extremes=lambda draw: [
        Case(pair(draw, 5, rank=2), compare=near(0.05), note="one singular covariance"),
        Case(
            both_singular(draw, 6, 2),
            compare=near(0.05),  # of some 20; four such roots in float32, as the reference has them or otherwise
            note="two singular covariances: fewer samples than features",
        ),
        Case(points(draw, 3), note="no covariance at all"),
        Case(moved(draw, 3), note="the same covariance twice"),
    ],
    bears="singular covariances, and covariances of zeros",
    forbids=["frechet"],
    gives="one number, or a tensor without axes",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.adversarial import frechet

exercise = Exercise(
    question,
    frechet.frechet_distance,
    points=4,
    noise=3e-4,  # the root of an eigenvalue that should be 0 is the root of a rounding error
)


def kept(values):
    return values.clamp(min=0)


def root(c, kept=kept):
    values, vectors = torch.linalg.eigh(c)
    return vectors @ torch.diag(kept(values).sqrt()) @ vectors.T


def cross(c1, c2, kept=kept):
    """The trace of the root of the product."""
    half = root(c1, kept)
    return kept(torch.linalg.eigvalsh(half @ c2 @ half)).sqrt().sum()


def right(mu1, C1, mu2, C2, *, means=lambda d: d.square().sum(), cross=cross, twice=2, result=lambda d: d):
    """The right way, with what students get wrong as settings."""
    return result(means(mu1 - mu2) + C1.trace() + C2.trace() - twice * cross(C1, C2))


wrong = exercise.variants(right)
wrong(
    "is the root of what was asked",
    "Two clouds without any spread, 3 apart: what does the formula give, 3 or 9?",
    result=lambda squared: squared.clamp(min=0).sqrt(),
)
wrong(
    "takes the distance of the means, where its square belongs",
    "What does the formula do with ‖μ₁ - μ₂‖?",
    means=torch.norm,
)
wrong(
    "takes the root of each entry, where the root of the matrix belongs",
    "Square your root as a matrix. Do you get the matrix back?",
    "Is `torch.sqrt` of a covariance with negative entries a number?",
    cross=lambda c1, c2: torch.sqrt(c1 @ c2).trace(),
)
wrong(
    "multiplies the roots, where the root of the product belongs",
    "For which matrices is the root of a product the product of the roots? Do these two share their axes?",
    cross=lambda c1, c2: (root(c1) @ root(c2)).trace(),
)
wrong(
    "has lost the 2 in front of the root",
    "What should the distance of a distribution from itself be? What is yours?",
    twice=1,
)
wrong("forgets the means", "Move one of the two clouds far away. What becomes of your distance?", means=lambda d: 0)
wrong(
    "is not a number where a covariance is singular",
    "Print the eigenvalues of a covariance with fewer samples than features. Are all of them at least 0, as they should be?",
    "What is the root of -1e-18? What did you want it to be?",
    cross=lambda c1, c2: cross(c1, c2, kept=lambda values: values),
)
wrong(
    "takes the eigenvalues of the product, but not their roots",
    "What are the eigenvalues of the root of a matrix, if those of the matrix are 4 and 9?",
    cross=lambda c1, c2: (c1 @ c2).trace(),
)


@exercise.misconception(
    "compares the covariances by their entries",
    "What is your distance for two clouds of one feature with standard deviations 1 and 3? What does the formula give?",
)
def frobenius(mu1, C1, mu2, C2):
    return (mu1 - mu2).square().sum() + (C1 - C2).square().sum()


@exercise.alternative
def eigenvalues_of_the_product(mu1, C1, mu2, C2):
    roots = torch.linalg.eigvals(C1 @ C2).real.clamp(min=0).sqrt()
    return ((mu1 - mu2) ** 2).sum() + torch.trace(C1) + torch.trace(C2) - 2 * roots.sum()


@exercise.alternative
def singular_values(mu1, C1, mu2, C2):
    """The trace of (√C₁ C₂ √C₁)^½ is the sum of the singular values of √C₁ √C₂."""
    difference = mu1 - mu2
    return difference @ difference + (C1 + C2).trace() - 2 * torch.linalg.svdvals(root(C1) @ root(C2)).sum()


@exercise.alternative
def whole_matrices(mu1, C1, mu2, C2):
    half = root(C2)
    return torch.sum((mu1 - mu2) ** 2) + torch.trace(C1 + C2 - 2 * root(half @ C1 @ half))


@exercise.alternative
def complex_roots(mu1, C1, mu2, C2):
    roots = torch.linalg.eigvals(C2 @ C1).to(torch.complex128).sqrt().real.to(C1)
    return (mu1 - mu2).pow(2).sum() + C1.diagonal().sum() + C2.diagonal().sum() - 2 * roots.sum()
