"""Small exercises of every kind, for testing the engine and not any lesson."""

import torch

from autograder.spec.comparison import within
from autograder.spec.exercise import Case, Exercise
from autograder.spec.probes import module, steps, value


def row_means(x):
    """Mean of each row."""
    return x.mean(dim=-1)


def means() -> Exercise:
    """A function with gradients, extremes and one misconception."""
    exercise = Exercise(
        id="row_means",
        reference=row_means,
        points=4,
        cases=lambda draw: [draw.normal(3, 4), draw.normal(5, 2), draw.normal(1, 3)],
        extremes=lambda draw: [1e4 * draw.normal(2, 3)],
        gradients=True,
    )

    @exercise.misconception("sums", "What do you divide by?")
    def sums(x):
        return x.sum(dim=-1)

    return exercise


def matrix_product(dout, x):
    return dout.T @ x, dout.sum(dim=0)


def two_outputs() -> Exercise:
    exercise = Exercise(
        id="two_outputs",
        reference=matrix_product,
        points=3,
        cases=lambda draw: [(draw.normal(5, 3), draw.normal(5, 2)), (draw.normal(1, 2), draw.normal(1, 4))],
        returns=("dweight", "dbias"),
    )

    @exercise.misconception("averages the bias gradient", "Is the loss a mean already?")
    def averaged(dout, x):
        return dout.T @ x, dout.mean(dim=0)

    @exercise.misconception("swaps the operands", "What is the shape of a weight?")
    def swapped(dout, x):
        return x.T @ dout, dout.sum(dim=0)

    return exercise


def momentum(p, v, g, lr):
    v = 0.9 * v + g
    return p - lr * v, v


def update() -> Exercise:
    return Exercise(
        id="update",
        reference=momentum,
        points=2,
        cases=lambda draw: [
            (draw.normal(3), torch.zeros(3, dtype=torch.float64), [draw.normal(3) for _ in range(4)], 0.1)
        ],
        returns=("p", "v"),
        probe=steps(state=2),
    )


class Affine(torch.nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.randn(outputs, inputs))
        self.bias = torch.nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        return x @ self.weight.T + self.bias


def layer() -> Exercise:
    def cases(draw):
        state = {"weight": draw.normal(2, 3), "bias": draw.normal(2)}
        return [((3, 2), state, (draw.normal(4, 3),))]

    return Exercise(
        id="layer", reference=Affine, points=3, cases=cases, gradients=True, probe=module(), answer="Affine"
    )


def count() -> Exercise:
    return Exercise(id="count", reference=lambda: 42, points=1, probe=value)


def bounded() -> Exercise:
    """Where a case says itself what is right."""

    def log_loss(p):
        return -p.clamp(min=1e-7).log()

    return Exercise(
        id="bounded",
        reference=log_loss,
        points=2,
        cases=lambda draw: [draw.uniform(0.1, 0.9, 4)],
        extremes=lambda draw: [Case((torch.zeros(2, dtype=torch.float64),), compare=within(10, 1e4))],
    )


def log_loss(p, y):
    """Surprise at p when y came, finite at p = 0."""
    return -(y * p.clamp(min=1e-12).log()).mean()


def surprises() -> Exercise:
    """An epsilon makes right answers differ; at the end only a bound is asked; labels need no gradient."""
    exercise = Exercise(
        id="log_loss",
        reference=log_loss,
        points=3,
        cases=lambda draw: [(draw.uniform(0.1, 0.9, 5), draw.uniform(0, 1, 5))],
        extremes=lambda draw: [Case((torch.zeros(1).double(), torch.ones(1).double()), compare=within(10, 1000))],
        gradients=["p"],
        noise=1e-4,
    )

    @exercise.misconception("adds up", "Is a sum asked, or a mean?")
    def sums(p, y):
        return -(y * p.clamp(min=1e-7).log()).sum()

    return exercise
