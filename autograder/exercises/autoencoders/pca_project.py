"""Projection onto the first principal components: signs are free, so projectors are compared, never vectors."""

import torch

from autograder.spec import Case, Question
from autograder.spec.errors import Unusable
from autograder.spec.probes import function_of, named, probe


@probe("X", "k", device=False)
def observed(answer, args, returns, gradients):
    """What no sign changes: the projected samples, the projector, whether the basis is one, how it is ordered."""
    recon, basis, mean = named(function_of(answer)(*args), ("recon", "basis", "mean")).values()
    X = args[0]
    if not all(isinstance(t, torch.Tensor) for t in (recon, basis, mean)) or basis.ndim != 2:
        raise Unusable("tensors", "recon, basis and mean should be tensors, and the basis should have two axes.")
    seen = {"recon": recon, "mean": mean, "shape of the basis": torch.tensor(basis.shape)}
    if basis.shape[0] != X.shape[1]:
        return seen
    along = (X - X.mean(dim=0)).to(basis) @ basis
    return seen | {
        "basis · basisᵀ": basis @ basis.T,
        "basisᵀ · basis": basis.T @ basis,
        "variance along each column": along.square().mean(dim=0),
    }


def samples(draw, n, features, offset=2.0):
    """Samples whose principal components are far from the axes, from each other, and from the mean."""
    turned = torch.linalg.qr(draw.normal(features, features)).Q
    spread = 3.0 * 0.6 ** torch.arange(features).double()
    scores = torch.linalg.qr(torch.cat([torch.ones(n, 1).double(), draw.normal(n, min(n - 1, features))], 1)).Q[:, 1:]
    r = scores.shape[1]
    return n**0.5 * scores * spread[:r] @ turned[:r] + offset * draw.uniform(0.5, 1.5, features)


def with_constant_pixel(draw):
    X = samples(draw, 9, 5)
    return torch.cat([X[:, :2], torch.full((9, 1), 0.25).double(), X[:, 2:]], dim=1)


question = Question(
    cases=lambda draw: [
        (samples(draw, 12, 5), 2),
        Case((samples(draw, 10, 4), 1), note="a line"),
        Case((samples(draw, 8, 4), 4), note="as many components as features"),
        Case((samples(draw, 6, 6), 3), note="as many samples as features"),
        Case((samples(draw, 4, 7), 2), note="fewer samples than features"),
        Case((with_constant_pixel(draw), 3), note="a pixel that never changes"),
    ],
    extremes=lambda draw: [Case((samples(draw, 12, 5, offset=300.0), 2), note="a mean far from zero")],
    bears="features with a mean of three hundred",
    probe=observed,
    forbids=["pca"],
    gives="`recon`, `basis` and `mean`, in this order: tensors",
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes.common import same
from gradschool.autoencoders import subspaces

exercise = Exercise(
    question,
    subspaces.pca_project,
    points=5,
    beside=["shape of the basis"],
    shares={"recon": 3, "shape of the basis": 0.3},
    # the squared data of X.T @ X cost half of the digits, which is no mistake of the reader's
    noise=1e-5,
)


def components(X):
    return torch.linalg.svd(X, full_matrices=False).Vh.T


def nothing(mean):
    return 0 * mean


def right(
    X, k, *, middle=lambda X: X.mean(dim=0), basis=lambda C, k: components(C)[:, :k], before=same, after=same, told=same,
    returned=lambda X, mean: mean,
):  # fmt: skip
    """The right way, with what students get wrong as settings: the mean is taken away before, and added after."""
    mean = middle(X)
    B = basis(X - mean, k)
    return (X - before(mean)) @ B @ B.T + after(mean), told(B), returned(X, mean)


wrong = exercise.variants(right)
wrong(
    "does not centre the data",
    "Where does your plane pass: through the mean of the samples, or through the origin?",
    "What does the first component point at when the mean is far from zero?",
    middle=lambda X: 0 * X[0],
    returned=lambda X, mean: X.mean(dim=0),
)
wrong(
    "centres the data for the basis and projects them as they were",
    "Project the mean itself: is it its own reconstruction?",
    before=nothing,
    after=nothing,
)
wrong(
    "does not add the mean again", "What is the mean of your reconstructions, and what is the mean of X?", after=nothing
)
wrong(
    "projects the data as they were, and adds the mean to that",
    "How often is the mean in your reconstruction?",
    before=nothing,
)
wrong(
    "takes the directions of least variance",
    "In which order does torch.linalg.eigh give its eigenvalues?",
    basis=lambda C, k: torch.linalg.eigh(C.T @ C).eigenvectors[:, :k],
)
wrong(
    "takes columns of the matrix that holds the components in rows",
    "What does torch.linalg.svd return last: V, or its transpose?",
    "Along which axis of it does one component lie?",
    basis=lambda C, k: components(C).T[:, :k],
)
wrong(
    "has the right directions in the opposite order",
    "Along which of your columns is the variance greatest?",
    "In which order does torch.linalg.eigh give its eigenvalues?",
    told=lambda B: B.flip(1),
)
wrong(
    "takes one mean for all features",
    "How many numbers has the mean image?",
    middle=lambda X: X.mean().repeat(X.shape[1]),
)
wrong(
    "subtracts each sample's own mean",
    "Over which axis do you average: over the samples, or over the pixels of one?",
    middle=lambda X: X.mean(dim=1, keepdim=True),
    returned=lambda X, mean: X.mean(dim=0),
)
wrong(
    "returns the components as rows",
    "Which shape does the task give the basis? What does torch.linalg.svd call the matrix it returns last?",
    told=lambda B: B.T,
)


@exercise.misconception(
    "divides each feature by its standard deviation first",
    "Is a pixel that hardly varies as important as one that varies much? What does the squared error say?",
    "What does yours say of a pixel that never changes?",
)
def standardised(X, k):
    mean, std = X.mean(dim=0), X.std(dim=0).clamp(min=1e-12)
    basis = components((X - mean) / std)[:, :k]
    return (X - mean) / std @ basis @ basis.T * std + mean, basis, mean


@exercise.misconception(
    "returns k columns that are scaled by the singular values",
    "What length has each column of your basis?",
)
def scaled_columns(X, k):
    recon, basis, mean = right(X, k)
    return recon, basis * torch.linalg.svdvals(X - mean)[:k], mean


@exercise.alternative
def by_the_covariance(X, k):
    mean = X.mean(dim=0)
    _, vectors = torch.linalg.eigh(torch.cov(X.T, correction=0).reshape(X.shape[1], X.shape[1]))
    basis = vectors.flip(1)[:, :k]
    return mean + (X - mean) @ (basis @ basis.T), basis, mean


@exercise.alternative
def truncated_product(X, k):
    mean = X.sum(dim=0) / len(X)
    U, S, Vh = torch.linalg.svd(X - mean)
    return (U[:, :k] * S[:k]) @ Vh[:k] + mean, Vh.T[:, :k], mean


@exercise.alternative
def one_direction_after_the_other(X, k):
    mean = X.mean(dim=0, keepdim=True)
    rest, columns = X - mean, []
    for _ in range(k):
        v = torch.linalg.svd(rest, full_matrices=False)[2][0]
        columns.append(-v)
        rest = rest - torch.outer(rest @ v, v)
    return X - rest, torch.stack(columns, dim=1), mean.flatten()


@exercise.alternative
def by_the_gram_matrix(X, k):
    """The eigenvectors of the samples' products: fewer of them where images are many pixels long."""
    mean = X.mean(dim=0)
    C = X - mean
    if k > min(len(X) - 1, X.shape[1]) or len(X) > X.shape[1]:
        return right(X, k)
    values, vectors = torch.linalg.eigh(C @ C.T)
    basis = C.T @ vectors[:, -k:].flip(1) / values[-k:].flip(0).sqrt()
    return C @ basis @ basis.T + mean, basis, mean
