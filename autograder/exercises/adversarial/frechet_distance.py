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
        Case(pair(draw, 5, rank=2), note="one singular covariance"),
        Case(
            both_singular(draw, 6, 2),
            compare=near(0.05),  # of some 20; four such roots in float32, as the reference has them or otherwise
            note="two singular covariances: fewer samples than features",
        ),
        Case(points(draw, 3), note="no covariance at all"),
        Case(moved(draw, 3), note="the same covariance twice"),
    ],
    forbids=["frechet"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from gradschool.adversarial import frechet

exercise = Exercise(
    question,
    frechet.frechet_distance,
    points=4,
    noise=1e-5,  # the root of an eigenvalue that should be 0 is the root of a rounding error
)


def root(c):
    values, vectors = torch.linalg.eigh(c)
    return vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors.T


def cross(c1, c2):
    return torch.linalg.eigvalsh(root(c1) @ c2 @ root(c1)).clamp(min=0).sqrt().sum()


def squared(mu1, c1, mu2, c2):
    return (mu1 - mu2).square().sum() + c1.trace() + c2.trace() - 2 * cross(c1, c2)


@exercise.misconception(
    "is the root of what was asked", "Two clouds without any spread, 3 apart: what does the formula give, 3 or 9?"
)
def distance_itself(mu1, C1, mu2, C2):
    return squared(mu1, C1, mu2, C2).clamp(min=0).sqrt()


@exercise.misconception(
    "takes the distance of the means, where its square belongs", "What does the formula do with ‖μ₁ - μ₂‖?"
)
def means_not_squared(mu1, C1, mu2, C2):
    return squared(mu1, C1, mu2, C2) - (mu1 - mu2).square().sum() + (mu1 - mu2).norm()


@exercise.misconception(
    "takes the root of each entry, where the root of the matrix belongs",
    "Square your root as a matrix. Do you get the matrix back?",
    "Is `torch.sqrt` of a covariance with negative entries a number?",
)
def root_of_entries(mu1, C1, mu2, C2):
    return (mu1 - mu2).square().sum() + (C1 + C2 - 2 * torch.sqrt(C1 @ C2)).trace()


@exercise.misconception(
    "multiplies the roots, where the root of the product belongs",
    "For which matrices is the root of a product the product of the roots? Do these two share their axes?",
)
def product_of_roots(mu1, C1, mu2, C2):
    return (mu1 - mu2).square().sum() + (C1 + C2 - 2 * root(C1) @ root(C2)).trace()


@exercise.misconception(
    "has lost the 2 in front of the root", "What should the distance of a distribution from itself be? What is yours?"
)
def without_the_two(mu1, C1, mu2, C2):
    return squared(mu1, C1, mu2, C2) + cross(C1, C2)


@exercise.misconception("forgets the means", "Move one of the two clouds far away. What becomes of your distance?")
def without_means(mu1, C1, mu2, C2):
    return squared(mu1, C1, mu2, C2) - (mu1 - mu2).square().sum()


@exercise.misconception(
    "compares the covariances by their entries",
    "What is your distance for two clouds of one feature with standard deviations 1 and 3? What does the formula give?",
)
def frobenius(mu1, C1, mu2, C2):
    return (mu1 - mu2).square().sum() + (C1 - C2).square().sum()


@exercise.misconception(
    "is not a number where a covariance is singular",
    "Print the eigenvalues of a covariance with fewer samples than features. Are all of them at least 0, as they should be?",
    "What is the root of -1e-18? What did you want it to be?",
)
def roots_of_negatives(mu1, C1, mu2, C2):
    values, vectors = torch.linalg.eigh(C1)
    half = vectors @ torch.diag(values.sqrt()) @ vectors.T
    return (
        (mu1 - mu2).square().sum() + C1.trace() + C2.trace() - 2 * torch.linalg.eigvalsh(half @ C2 @ half).sqrt().sum()
    )


@exercise.misconception(
    "needs an inverse or a Cholesky factor, which a singular covariance does not have",
    "Which of your calls stops for a covariance of rank 2 in six dimensions?",
    "Which decomposition of a symmetric matrix always exists?",
)
def by_cholesky(mu1, C1, mu2, C2):
    factor = torch.linalg.cholesky(C1)
    inside = torch.linalg.eigvalsh(factor.T @ C2 @ factor).clamp(min=0)
    return (mu1 - mu2).square().sum() + C1.trace() + C2.trace() - 2 * inside.sqrt().sum()


@exercise.misconception(
    "takes the eigenvalues of the product, but not their roots",
    "What are the eigenvalues of the root of a matrix, if those of the matrix are 4 and 9?",
)
def eigenvalues_unrooted(mu1, C1, mu2, C2):
    return (mu1 - mu2).square().sum() + (C1 + C2 - 2 * C1 @ C2).trace()


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
