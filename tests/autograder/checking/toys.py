"""Small exercises of every kind, for testing the grader and not any lesson."""

import torch

from autograder.spec import Answer, Case, Exercise, Question
from autograder.spec.comparison import Within
from autograder.spec.probes import module, steps, value


def named(exercise_id: str, question: Question, reference: Answer, points: float, noise: float = 0.0) -> Exercise:
    """An exercise that stands in no catalogue."""
    exercise = Exercise(question, reference, points=points, noise=noise)
    exercise.named(exercise_id)
    return exercise


def row_means(x):
    """Mean of each row."""
    return x.mean(dim=-1)


def means(**settings) -> Exercise:
    """A function with gradients, extremes and one misconception; `settings` are more of the question's."""
    question = Question(
        cases=lambda draw: [draw.normal(3, 4), draw.normal(5, 2), draw.normal(1, 3)],
        extremes=lambda draw: [1e4 * draw.normal(2, 3)],
        gradients=True,
        **settings,
    )
    exercise = named("row_means", question, row_means, 4)

    @exercise.misconception("sums", "What do you divide by?")
    def sums(x):
        return x.sum(dim=-1)

    return exercise


def matrix_product(dout, x):
    return dout.T @ x, dout.sum(dim=0)


def two_outputs() -> Exercise:
    question = Question(
        cases=lambda draw: [(draw.normal(5, 3), draw.normal(5, 2)), (draw.normal(1, 2), draw.normal(1, 4))],
        returns=("dweight", "dbias"),
    )
    exercise = named("two_outputs", question, matrix_product, 3)

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
    question = Question(
        cases=lambda draw: [
            (draw.normal(3), torch.zeros(3, dtype=torch.float64), [draw.normal(3) for _ in range(4)], 0.1)
        ],
        returns=("p", "v"),
        probe=steps(state=2),
    )
    return named("update", question, momentum, 2)


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

    return named("layer", Question(cases=cases, gradients=True, probe=module(), answer="Affine"), Affine, 3)


def count() -> Exercise:
    return named("count", Question(probe=value), lambda: 42, 1)


def bounded() -> Exercise:
    """Where a case says itself what is right."""

    def log_loss(p):
        return -p.clamp(min=1e-7).log()

    question = Question(
        cases=lambda draw: [draw.uniform(0.1, 0.9, 4)],
        extremes=lambda draw: [Case((torch.zeros(2, dtype=torch.float64),), compare=Within(10, 1e4))],
    )
    return named("bounded", question, log_loss, 2)


def log_loss(p, y):
    """Surprise at p when y came, finite at p = 0."""
    return -(y * p.clamp(min=1e-12).log()).mean()


def surprises() -> Exercise:
    """An epsilon makes right answers differ; at the end only a bound is asked; labels need no gradient."""
    question = Question(
        cases=lambda draw: [(draw.uniform(0.1, 0.9, 5), draw.uniform(0, 1, 5))],
        extremes=lambda draw: [Case((torch.zeros(1).double(), torch.ones(1).double()), compare=Within(10, 1000))],
        gradients=["p"],
        arguments=["p", "y"],
    )
    exercise = named("log_loss", question, log_loss, 3, noise=1e-4)

    @exercise.misconception("adds up", "Is a sum asked, or a mean?")
    def sums(p, y):
        return -(y * p.clamp(min=1e-7).log()).sum()

    return exercise
