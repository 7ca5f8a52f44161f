"""The search for the place of a mistake: what it does not run, and how far it goes."""

import textwrap

import pytest

from autograder.checking.assess import question, verdict_on
from autograder.checking.diagnosis.edits import edits
from autograder.checking.diagnosis.place import find_place
from autograder.checking.diagnosis.place.computing import only_computes
from autograder.checking.diagnosis.place.find import told as in_words
from autograder.checking.diagnosis.place.rewritten import Rewritten, reached
from autograder.checking.diagnosis.place.search import MOST, Repair, Search
from autograder.checking.diagnosis.place.trial import Trial
from autograder.spec import Exercise, Question, catalogue
from tests.autograder.checking import toys
from tests.autograder.checking.places import SEED, notebook, plain, spread, title

pytestmark = pytest.mark.usefixtures("no_changes")

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
