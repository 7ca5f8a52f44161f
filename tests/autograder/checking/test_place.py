"""Where a mistake without a name is: told where one change of the student's own source makes it right, and only there."""

import pytest
import torch

from autograder.spec import Exercise
from tests.autograder.checking import toys
from tests.autograder.checking.places import place, plain, spread, title

pytestmark = pytest.mark.usefixtures("no_changes")


def row_softmax(z):
    e = torch.exp(z - z.amax(-1, keepdim=True))
    return e / e.sum(-1, keepdim=True)


def smoothed(v, g, mu):
    return mu * v + (1 - mu) * g


def both_sums(x, y):
    return (x * y).sum(0), (x - y).sum(1)


def running(x):
    total, sums = torch.zeros_like(x[0]), []
    for row in x:
        total = total + row
        sums.append(total)
    return torch.stack(sums)


def leaky(z):
    z = z.clone()
    z[z < 0] *= 0.1
    return z


SLIPS = [
    ("an axis", 3, plain(row_softmax, (3, 4)), """
        def row_softmax(z):
            e = torch.exp(z - z.amax(-1, keepdim=True))
            return e / e.sum(0, keepdim=True)"""),
    ("whether an axis is kept", 4, plain(row_softmax, (3, 4)), """
        def row_softmax(z):
            highest = z.amax(-1, keepdim=True)
            e = torch.exp(z - highest)
            return e / e.sum(-1)"""),
    ("which function is called", 3, plain(row_softmax, (3, 4)), """
        def row_softmax(z):
            e = torch.exp(z)
            return e / e.mean(-1, keepdim=True)"""),
    ("whether a call is missing", 3, plain(spread, (4, 3)), """
        def spread(x):
            d = x - x.mean(0)
            return (d ** 2).mean(0)"""),
    ("the order of two calls", 3, plain(spread, (4, 3)), """
        def spread(x):
            d = x - x.mean(0)
            return (d ** 2).sqrt().mean(0)"""),
    ("what is divided by", 2, plain(spread, (4, 3)), """
        def spread(x):
            return x.var(0).sqrt()"""),
    ("what is computed first", 2, plain(smoothed, (3,), (3,), 0.9), """
        def smoothed(v, g, mu):
            return mu * v + 1 - mu * g"""),
    ("which variable is read", 3, plain(smoothed, (3,), (3,), 0.9), """
        def smoothed(v, g, mu):
            old = mu * v
            return old + (1 - mu) * old"""),
    (
        "an operator",
        2,
        plain(both_sums, (3, 3), (3, 3), returns=("a", "b")),
        """
        def both_sums(x, y):
            return (x * y).sum(0), (x + y).sum(1)""",
    ),
    ("the results and their order", 2, plain(both_sums, (3, 3), (3, 3), returns=("a", "b")), """
        def both_sums(x, y):
            return (x - y).sum(1), (x * y).sum(0)"""),
    ("the indentation here", 5, plain(running, (3, 2)), """
        def running(x):
            total, sums = torch.zeros_like(x[0]), []
            for row in x:
                total = total + row
            sums.append(total)
            return torch.stack(sums)"""),
    ("the order of the lines here", 4, plain(running, (3, 2)), """
        def running(x):
            total, sums = torch.zeros_like(x[0]), []
            for row in x:
                sums.append(total)
                total = total + row
            return torch.stack(sums)"""),
    ("whether something is changed in place", 4, plain(running, (3, 2)), """
        def running(x):
            total, sums = torch.zeros_like(x[0]), []
            for row in x:
                total += row
                sums.append(total)
            return torch.stack(sums)"""),
    ("whether something is changed in place", 2, plain(leaky, (5,)), """
        def leaky(z):
            z[z < 0] *= 0.1
            return z"""),
    ("a number", 3, plain(leaky, (5,)), """
        def leaky(z):
            z = z.clone()
            z[z < 0] *= 0.2
            return z"""),
    ("whether a call is too many", 2, plain(smoothed, (3,), (3,), 0.9, gradients=True), """
        def smoothed(v, g, mu):
            return mu * v + (1 - mu) * g.detach()"""),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "line", "exercise", "source"), SLIPS, ids=[f"{s[0]}-{s[2].id}" for s in SLIPS])
def test_line_and_kind(kind: str, line: int, exercise: Exercise, source: str) -> None:
    assert title(exercise, source) == f"With one change on line {line} ({kind}) your answer would be right."


def test_the_same_slip_in_two_lines() -> None:
    source = """
        def both_sums(x, y):
            a = (x * y).sum(1)
            b = (x * y).sum(1)
            return a, b"""

    def both_sums(x, y):
        return (x * y).sum(0), (x * y).sum(0)

    exercise = plain(both_sums, (3, 3), (3, 3), returns=("a", "b"))
    assert title(exercise, source) == "With the same change on lines 2 and 3 (an axis) your answer would be right."


def test_two_slips_are_two_changes() -> None:
    source = """
        def both_sums(x, y):
            a = (x * y).sum(1)
            b = (x + y).sum(1)
            return a, b"""
    exercise = plain(both_sums, (3, 3), (3, 3), returns=("a", "b"))
    assert title(exercise, source) == (
        "With two changes, on line 2 (an axis) and on line 3 (an operator), your answer would be right."
    )


def test_where_either_of_two_lines_would_do_both_are_told() -> None:
    source = """
        def smoothed(v, g, mu):
            old = mu * v
            new = (1 - mu) * g
            return old - new"""
    exercise = plain(smoothed, (3,), (3,), 0.9)
    assert (
        title(exercise, source)
        == "With one change on line 3 or line 4 (an operator, or which operand comes first) your answer would be right."
    )


def test_a_class() -> None:
    source = """
        class Affine(nn.Module):
            def __init__(self, inputs, outputs):
                super().__init__()
                self.weight = nn.Parameter(torch.randn(outputs, inputs))
                self.bias = nn.Parameter(torch.zeros(outputs))

            def forward(self, x):
                return x @ self.weight.T - self.bias"""
    assert title(toys.layer(), source) == "With one change on line 8 (an operator) your answer would be right."


def test_a_helper_in_the_same_cell_is_changed_too() -> None:
    source = """
        def centred(x):
            return x + x.mean(0)

        def spread(x):
            return (centred(x) ** 2).mean(0).sqrt()"""
    assert title(plain(spread, (4, 3)), source) == "With one change on line 2 (an operator) your answer would be right."


def test_an_answer_that_stops_on_every_case() -> None:
    source = """
        def row_softmax(z):
            e = torch.exp(z - z.amax(-1))
            return e / e.sum(-1, keepdim=True)"""
    assert title(plain(row_softmax, (3, 4)), source) == (
        "With one change on line 2 (an axis, or whether an axis is kept) your answer would be right."
    )


def test_nothing_is_told_of_a_right_answer() -> None:
    assert title(plain(spread, (4, 3)), "def spread(x):\n    return x.std(0, correction=0)") == ""


def test_nothing_is_told_where_the_mistake_has_a_name() -> None:
    assert title(toys.means(), "def row_means(x):\n    return x.sum(dim=-1)") == ""


def test_nothing_is_told_where_no_small_change_helps() -> None:
    assert title(plain(spread, (4, 3)), "def spread(x):\n    return torch.zeros(x.shape[1], dtype=x.dtype)") == ""


def test_the_change_itself_is_never_in_the_words() -> None:
    for _, _, exercise, source in SLIPS:
        found = place(exercise, source)
        assert found is not None
        own = "".join(source.split())
        for hint in found.hints:
            assert "".join(hint.removeprefix("Look at `").removesuffix("`.").split()) in own.replace("'", '"')
