"""Angles between two subspaces, also where arccos has lost all its digits."""

import torch

from autograder.spec import Case, Question
from autograder.spec.probes import function_of, named, probe

TINY, STEEP = "angles near 0", "angles near 90"


@probe("A", "B")
def observed(answer, args, returns, gradients):
    """The angles, under a name that says of which kind they are: what is lost near 0 is another mistake than near 90."""
    *bases, kind = args
    return {kind: named(function_of(answer)(*bases), ("angles",))["angles"]}


def columns(draw, n, angles, mixed=True):
    """Two subspaces with these principal angles in degrees, each in a basis that is not orthonormal."""
    p = len(angles)
    Q = torch.linalg.qr(draw.normal(n, 2 * p)).Q
    angles = torch.deg2rad(torch.tensor(angles, dtype=torch.float64))
    A, B = Q[:, :p], Q[:, :p] * angles.cos() + Q[:, p:] * angles.sin()
    return (A @ mixer(draw, p), B @ mixer(draw, p)) if mixed else (A, B)


def mixer(draw, p):
    """A matrix that is not orthogonal, and not so near a singular one that it costs digits."""
    left, right = (torch.linalg.qr(draw.normal(p, p)).Q for _ in range(2))
    return left * torch.linspace(0.5, 2.5, p).double() @ right


def case(bases, kind="angles", note=""):
    return Case((*bases, kind), note=note)


question = Question(
    cases=lambda draw: [
        case(columns(draw, 8, [12.0, 35.0, 70.0])),
        case(columns(draw, 7, [25.0, 50.0], mixed=False), note="orthonormal columns"),
        case(columns(draw, 5, [40.0]), note="two lines"),
        case((draw.normal(9, 4), draw.normal(9, 2)), note="four columns against two"),
        case((draw.normal(9, 2), draw.normal(9, 3)), note="two columns against three"),
        case(columns(draw, 2, [33.0]), note="two lines in a plane"),
        case(columns(draw, 8, [1e-7, 2e-6, 20.0]), TINY, "angles of a millionth of a degree"),
        case(
            (torch.eye(4)[:, :2].double(), torch.eye(4)[:, :2].double() @ mixer(draw, 2)), TINY, "one plane, two bases"
        ),
        case(columns(draw, 8, [50.0, 90 - 1e-6, 90.0]), STEEP, "nearly at right angles"),
    ],
    returns=("angles",),
    probe=observed,
    forbids=["principal_angles"],
)

# %% what is right, and what is wrong
import numpy as np

from autograder.spec import Exercise
from autograder.spec.comparison import Mutual, close
from autograder.spec.mistakes.common import same
from gradschool.autoencoders import subspaces


def accurate(expected, got, tolerance):
    """As usual against the reference. Two answers that have lost their digits agree, whatever they put in their place:
    the diagnosis compares answers with each other at a tolerance of 0."""
    lost = 0.3 if got.dtype == np.float32 else 5e-5  # degrees: what a careless formula is off by
    return close(expected, got, tolerance or lost)


exercise = Exercise(
    question,
    subspaces.principal_angles,
    points=5,
    compare={TINY: Mutual(accurate), STEEP: Mutual(accurate)},
    shares={"angles": 6, TINY: 2, STEEP: 1},
)


def orthonormal(*bases):
    return [torch.linalg.qr(M).Q for M in bases]


def cosines(A, B):
    return torch.linalg.svdvals(A.T @ B).clamp(0, 1)


def beyond(A, B):
    """How far B sticks out of A, least angle first."""
    return torch.linalg.svdvals(B - A @ (A.T @ B)).flip(0)


def sines(A, B):
    """Of the smaller subspace against the larger, least angle first."""
    return (beyond(A, B) if A.shape[1] >= B.shape[1] else beyond(B, A)).clamp(0, 1)


def right(
    A, B, *, bases=orthonormal, cosine=cosines, sine=sines, angle=lambda s, c: torch.atan2(s, c), unit=torch.rad2deg,
    result=same,
):  # fmt: skip
    """The right way, with what students get wrong as settings."""
    A, B = bases(A, B)
    return result(unit(angle(sine(A, B), cosine(A, B))))


wrong = exercise.variants(right)
wrong(
    "takes the arc cosine, which has no digits left for tiny angles",
    "What is cos(1e-9) in double precision? And arccos of that?",
    "Which function of an angle is nearly the angle itself where it is tiny? Of which matrix are these the singular values?",
    angle=lambda s, c: torch.arccos(c),
)
wrong(
    "takes the arc sine, which has no digits left near 90°",
    "What is sin(90° - 1e-7°) in double precision?",
    "Where is the sine the better measure of an angle, and where the cosine? Can you use both?",
    angle=lambda s, c: torch.arcsin(s),
)
wrong(
    "takes the given columns for orthonormal",
    "Multiply a column by 2. Does it span another line? Does your result change?",
    "Which factorisation gives an orthonormal basis of the same columns?",
    bases=lambda A, B: (A, B),
)
wrong(
    "only gives its columns length 1, and leaves them at other angles than 90° to each other",
    "What is the product of the transpose of your basis with the basis itself?",
    bases=lambda A, B: (A / A.norm(dim=0), B / B.norm(dim=0)),
    cosine=lambda A, B: torch.linalg.svdvals(A.T @ B),
)
wrong("gives the angles in radians", "What is the largest of your angles? What is a right angle?", unit=same)
wrong(
    "begins with the largest angle",
    "In which order does the task want the angles?",
    result=lambda angles: angles.flip(0),
)
wrong(
    "measures how far B sticks out of A, also where B is the larger subspace",
    "Three directions cannot all lie in a plane. What sine has the third, and to which cosine does it belong?",
    "Which of the two should be compared with the other, so that there are as many sines as cosines?",
    sine=lambda A, B: torch.linalg.svdvals(B - A @ (A.T @ B))[: min(A.shape[1], B.shape[1])].flip(0),
)
wrong(
    "pairs the least cosine with the least sine",
    "Singular values come largest first. Does the largest cosine belong to the largest sine?",
    angle=lambda s, c: torch.atan2(s.flip(0), c),
)


@exercise.misconception(
    "compares column with column",
    "Swap two columns of A. Does it span another subspace? Does your result change?",
)
def column_by_column(A, B):
    A, B = orthonormal(A, B)
    k = min(A.shape[1], B.shape[1])
    c = (A[:, :k] * B[:, :k]).sum(dim=0).abs().clamp(0, 1)
    return torch.rad2deg(torch.arccos(c))


@exercise.alternative
def cosine_or_sine(A, B):
    """Björck and Golub's way: each angle from the one that keeps its digits."""
    A, B = orthonormal(A, B)
    c, s = cosines(A, B), sines(A, B)
    return torch.rad2deg(torch.where(c * c < 0.5, torch.arccos(c), torch.arcsin(s)))


@exercise.alternative
def by_projectors(A, B):
    A, B = (torch.linalg.svd(M, full_matrices=False).U for M in (A, B))
    if A.shape[1] < B.shape[1]:
        A, B = B, A
    projector = A @ A.T
    off = torch.linalg.svd(B - projector @ B, full_matrices=False).S
    on = torch.linalg.svd(projector @ B, full_matrices=False).S
    return torch.stack([torch.atan2(s, c) for s, c in zip(off.flip(0), on, strict=True)]) * (180 / torch.pi)


@exercise.alternative
def by_the_complement(A, B):
    """The sines are the cosines to what stands at right angles on the larger subspace."""
    if A.shape[1] < B.shape[1]:
        A, B = B, A
    whole = torch.linalg.qr(A, mode="complete").Q
    p, b = A.shape[1], torch.linalg.qr(B).Q
    c = torch.linalg.svdvals(whole[:, :p].T @ b)
    beyond = torch.linalg.svdvals(whole[:, p:].T @ b)
    s = torch.zeros_like(c)
    s[: len(beyond)] = beyond  # a small complement meets few of the directions
    return torch.rad2deg(torch.atan2(s.flip(0), c))
