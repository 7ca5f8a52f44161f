"""Where a mistake without a name is: told where one change of the student's own source makes it right, and only there."""

import textwrap
from typing import Any

import pytest
import torch

from autograder.checking.assess import question, verdict_on
from autograder.checking.diagnosis.edits import edits
from autograder.checking.diagnosis.place import find_place
from autograder.checking.diagnosis.place.computing import only_computes
from autograder.checking.diagnosis.place.find import told as in_words
from autograder.checking.diagnosis.place.rewritten import Rewritten, reached
from autograder.checking.diagnosis.place.search import MOST, Repair, Search
from autograder.checking.diagnosis.place.trial import Trial
from autograder.checking.verdict import Diagnosis, Means
from autograder.spec import Exercise, Question, catalogue
from tests.autograder.checking import toys

pytestmark = pytest.mark.usefixtures("no_changes")
SEED = 7
SETUP = "import math\nimport torch\nfrom torch import nn\nimport torch.nn.functional as F"


def notebook(*cells: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in (SETUP, *cells):
        exec(compile(cell, "cell", "exec"), names)
    return names


def place(exercise: Exercise, source: str, *before: str, seconds: float = 20.0) -> Diagnosis | None:
    """What is told of an answer; `before` are cells that were run before its own."""
    source = textwrap.dedent(source).strip()
    cells = [SETUP, *before, source]
    names = notebook(*before, source)
    evidence = question(exercise, names[exercise.answer], SEED)
    verdict = verdict_on(exercise, evidence, SEED, cells)
    return find_place(exercise, evidence, verdict, SEED, cells, names, seconds)


def title(exercise: Exercise, source: str, *before: str) -> str:
    found = place(exercise, source, *before)
    assert found is None or (found.means is Means.PLACE and not found.names)
    return found.title if found else ""


def plain(reference: Any, *draws: Any, **settings: Any) -> Exercise:
    """An exercise that knows no mistakes: two cases of arguments of these shapes, numbers as they are."""

    def cases(draw: Any) -> list[Any]:
        def drawn(grow: int) -> tuple[Any, ...]:
            return tuple(draw.normal(*(n + grow for n in d)) if isinstance(d, tuple) else d for d in draws)

        return [drawn(0), drawn(1), drawn(2)]

    return toys.named(reference.__name__, Question(cases=cases, **settings), reference, 4)


def row_softmax(z):
    e = torch.exp(z - z.amax(-1, keepdim=True))
    return e / e.sum(-1, keepdim=True)


def spread(x):
    return ((x - x.mean(0)) ** 2).mean(0).sqrt()


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


DANGEROUS = [
    "open('x', 'w').write('x')",
    "import os\n    os.remove('x')",
    "import subprocess",
    "from pathlib import Path\n    Path('x').unlink()",
    "torch.save(x, 'x.pt')",
    "x.numpy().tofile('x')",
    "torch.hub.load('x', 'y')",
    "eval('1')",
    "__import__('os')",
    "x.__class__.__mro__",
    "f.write('x')",
    "global y",
    "input()",
    "helper(x)",
]


@pytest.mark.parametrize("line", DANGEROUS)
def test_an_answer_that_does_more_than_compute_is_not_run_again(line: str) -> None:
    helper = "def helper(x):\n    open('y', 'w')"
    source = f"def spread(x):\n    if x.numel() > 1e9:\n        {line.replace(chr(10), chr(10) + '    ')}\n    return x.var(0).sqrt()"
    assert title(plain(spread, (4, 3)), source, helper, "f = __import__('sys').stdout") == ""


def test_what_only_computes_is_recognised() -> None:
    source = "def f(x):\n    import math\n    y = [g(v) for v in x if isinstance(v, int)]\n    return torch.stack(y) * math.pi"
    helper = "def g(v):\n    return np.sqrt(v) + F.relu(torch.tensor(v)) + SCALE"
    names = notebook("import numpy as np\nSCALE = 2", helper, source)
    assert only_computes(reached("f", [source]), names, [helper, source])


def test_the_notebooks_own_names_are_left_alone() -> None:
    source = "def spread(x):\n    return x.var(0).sqrt()"
    exercise, names = plain(spread, (4, 3)), notebook(source)
    before = dict(names)
    evidence = question(exercise, names["spread"], SEED)
    assert find_place(exercise, evidence, verdict_on(exercise, evidence, SEED, [source]), SEED, [source], names)
    assert names == before


def search(source: str, exercise: Exercise, seconds: float) -> Search:
    names = notebook(source)
    evidence = question(exercise, names[exercise.answer], SEED)
    return Search(
        Trial(exercise, evidence, SEED, seconds), Rewritten(exercise.answer, reached(exercise.answer, [source]), names)
    )


def test_the_number_of_changes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.checking.diagnosis.place.search.MOST", 40)
    looking = search("def spread(x):\n    return torch.zeros(x.shape[1], dtype=x.dtype)", plain(spread, (4, 3)), 20)
    assert looking.repairs() == [] and looking.tried == 40 < MOST


def test_without_time_nothing_is_tried() -> None:
    looking = search("def spread(x):\n    return x.var(0).sqrt()", plain(spread, (4, 3)), 0)
    assert looking.repairs() == [] and looking.tried == 0


def test_a_change_that_never_ends_is_stopped() -> None:
    source = """
        def countdown(n):
            total = 0
            while n > 0:
                total = total + n
                n = n - 1
            return total + 1"""

    def countdown(n):
        return n * (n + 1) // 2

    exercise = toys.named("countdown", Question(cases=lambda draw: [3, 5, 8]), countdown, 2)
    repairs = search(textwrap.dedent(source), exercise, 20).repairs()
    assert 7 in {repair.edits[0].line for repair in repairs}


def test_more_places_than_two_leave_it_open() -> None:
    tree = reached("f", ["def f(x):\n    a = x\n    b = a\n    return b"])["f"]
    by_line = {edit.line: Repair((edit,), 1) for edit in edits(tree)}
    assert len(by_line) >= 3
    assert in_words(list(by_line.values())) is None
    assert in_words([]) is None


def test_earlier_answers_are_lent_through_helpers_of_other_cells_too() -> None:
    exercise = catalogue.find("adamw_step")
    earlier = "def adam_step(*args):\n    raise ValueError('a wrong answer to an earlier question')"
    helper = "def moved(*args):\n    return adam_step(*args)"
    source = (
        "def adamw_step(p, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):\n"
        "    new, m, v, t = moved(p, grad, m, v, t, lr, beta1, beta2, eps)\n"
        "    return new * lr * weight_decay * p, m, v, t"
    )
    cells = [earlier, helper, source]
    names = notebook(*cells)
    evidence = question(exercise, names["adamw_step"], SEED)
    verdict = verdict_on(exercise, evidence, SEED, cells)
    verdict.diagnoses = []
    found = find_place(exercise, evidence, verdict, SEED, cells, names, 20)
    assert found is not None and found.title.startswith("With one change on line 3 (an operator")
