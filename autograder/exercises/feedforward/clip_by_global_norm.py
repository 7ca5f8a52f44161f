"""All gradients shrunk by one factor, so that their common norm stays within a bound."""

import torch

from autograder.spec import Case, Question


def gradients(draw, norm, *shapes):
    """Gradients of these shapes whose common norm is `norm`, of very different norms each."""
    drawn = [3.0**i * draw.normal(*shape) for i, shape in enumerate(shapes)]
    total = torch.cat([g.reshape(-1) for g in drawn]).norm()
    return [g * norm / total for g in drawn]


question = Question(
    cases=lambda draw: [
        Case((gradients(draw, 5.0, (3, 2), (3,), (1, 3)), 1.0), note="too long"),
        Case((gradients(draw, 0.4, (2, 2), (2,), (4,)), 1.0), note="short enough"),
        Case((gradients(draw, 30.0, (4,), (2, 3), (2,)), 0.25), note="far too long"),
        Case((gradients(draw, 0.9, (2,), (3,), (2, 2)), 0.5), note="every one alone is nearly short enough"),
        Case((gradients(draw, 0.93, (2, 3), (2,)), 1.0), note="only just short enough"),
        Case((gradients(draw, 7.0, (5,)), 2.0), note="one gradient"),
        Case(([torch.tensor([3.0]).double(), torch.tensor([[0.0, -4.0]]).double()], 5.0), note="exactly as long as c"),
    ],
    extremes=lambda draw: [Case(([torch.zeros(2, 2).double(), torch.zeros(3).double()], 1.0), note="all zero")],
    bears="gradients that are all zero",
    returns=("clipped", "norm"),
    forbids=["clipping"],
)

# %% what is right, and what is wrong
from autograder.spec import Exercise
from autograder.spec.mistakes import writes_into
from gradschool.feedforward import clipping

exercise = Exercise(question, clipping.clip_by_global_norm, points=4)


def norm_of(grads):
    return sum((g**2).sum() for g in grads).sqrt()


def shrunk(grads, norm, c):
    factor = min(1.0, c / norm.item()) if norm > 0 else 1.0
    return [g * factor for g in grads]


@exercise.misconception(
    "clips every gradient by a norm of its own",
    "Which direction does the step of the whole network have before, and after?",
    "How many norms does the task speak of?",
)
def each_by_itself(grads, c):
    return [shrunk([g], g.norm(), c)[0] for g in grads], norm_of(grads)


@exercise.misconception(
    "cuts single entries off at ±c", "Which direction does the gradient (10, 1) have after your clipping with c = 1?"
)
def by_value(grads, c):
    return [g.clamp(-c, c) for g in grads], norm_of(grads)


@exercise.misconception(
    "stretches short gradients to the norm c", "What should happen to gradients whose norm is below c?"
)
def always_scaled(grads, c):
    norm = norm_of(grads)
    return [g * c / norm for g in grads], norm


@exercise.misconception(
    "divides by the squared norm", "After clipping, how long are your gradients? How long should they be?"
)
def no_root(grads, c):
    square = norm_of(grads) ** 2
    return shrunk(grads, square, c), square


@exercise.misconception(
    "adds up the norms of the gradients, instead of taking the norm of all of them",
    "What is the norm of (3, 4)? What is the sum of the norms of (3) and (4)?",
)
def sum_of_norms(grads, c):
    total = sum(g.norm() for g in grads)
    return shrunk(grads, total, c), total


@exercise.misconception("measures the largest entry, not the norm", "How long is the vector (1, 1, 1, 1)?")
def largest_entry(grads, c):
    norm = torch.stack([g.abs().max() for g in grads]).max()
    return shrunk(grads, norm, c), norm


@exercise.misconception("returns the norm after clipping", "What would you plot, to see how often clipping was needed?")
def norm_after(grads, c):
    clipped = shrunk(grads, norm_of(grads), c)
    return clipped, norm_of(clipped)


@exercise.misconception(
    "adds 1e-6 to the norm, as torch does",
    "By how much does the norm of your clipped gradients miss c, and which of the two rules in the task does that?",
)
def torchs(grads, c):
    norm = norm_of(grads)
    factor = torch.clamp(c / (norm + 1e-6), max=1.0)
    return [g * factor for g in grads], norm


@exercise.mistake(writes_into("gradients", "g"))
def in_place(grads, c):
    norm = norm_of(grads)
    for g in grads:
        g *= min(1.0, c / norm.item()) if norm > 0 else 1.0
    return list(grads), norm


@exercise.misconception(
    "divides by a norm of zero", "What is 0 · (c / 0) for a tensor?", "Do gradients of zero have to be clipped at all?"
)
def zero_by_zero(grads, c):
    norm = norm_of(grads)
    ratio = c / norm
    return [g * ratio if ratio < 1 or norm == 0 else g for g in grads], norm


@exercise.alternative
def with_an_if(grads, c):
    norm = torch.cat([g.flatten() for g in grads]).norm()
    if norm <= c:
        return list(grads), norm
    return [c * g / norm for g in grads], norm


@exercise.alternative
def norm_of_norms(grads, c):
    norms = [torch.linalg.vector_norm(g) for g in grads]
    total = torch.linalg.vector_norm(torch.stack(norms))
    factor = (c / total).clamp(max=1.0)
    return [g.clone().mul_(factor) for g in grads], total


@exercise.alternative
def with_a_maximum(grads, c):
    squares = 0.0
    for g in grads:
        squares = squares + torch.sum(g * g)
    norm = squares**0.5
    return [g * c / torch.clamp(norm, min=c) for g in grads], norm
