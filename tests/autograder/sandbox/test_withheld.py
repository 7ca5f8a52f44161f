"""What of the course's own code a student's process can see, and what it is lent."""

import ast
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from autograder.checking.collect import Handed, collect
from autograder.checking.conclusions import conclude
from autograder.checking.forbidden import Forbidden
from autograder.checking.packing import pack, unpack
from autograder.checking.tensors import map_tensors
from autograder.checking.values import pack_values, unpack_values
from autograder.grading.asked_first import answered_by_loans, asked_first
from autograder.sandbox import lending
from autograder.sandbox.bubblewrap import library_path
from autograder.sandbox.runner import Runner
from autograder.sandbox.serving import REFUSED, Serving
from autograder.sandbox.steps import Step
from autograder.sandbox.withheld.definitions import Library
from autograder.sandbox.withheld.tree import _forget_old, library_folder, loans, tree
from autograder.spec import Exercise, catalogue
from autograder.spec.draw import Chance, Made
from autograder.spec.question import MARK

INSIDE = tree() / "inside"
NOT_THERE = (
    *("checking/judge", "checking/expectation", "checking/diagnosis", "checking/assess", "checking/references"),
    *("spec/exercise", "spec/mistakes", "student", "grading", "grader_exam", "sandbox/withheld", "sandbox/serving"),
)
EVERY = catalogue.all_exercises()
SAMPLE = EVERY[:: max(1, len(EVERY) // 25)]
whole = pytest.mark.soak


@pytest.mark.parametrize("name", NOT_THERE)
def test_the_judge_and_what_is_right_are_not_in_the_tree(name: str) -> None:
    path = INSIDE / "autograder" / name
    assert not path.exists() and not path.with_suffix(".py").exists()


def test_specs_end_where_what_is_right_begins() -> None:
    files = {path.stem: path.read_text() for path in (INSIDE / "autograder" / "exercises").rglob("*.py")}
    assert files.keys() - {"__init__"} == catalogue.entries().keys()
    for name, text in files.items():
        assert name == "__init__" or text.endswith(f"\n{MARK}\n"), name
        assert "misconception" not in text and "alternative" not in text, name


def test_no_reference_is_in_any_file_of_the_tree() -> None:
    """Neither as it is written nor, but for comments and layout, in another form."""
    library = Library({"gradschool": library_folder()})
    bodies = {}
    for exercise, definition in loans()["references"].items():
        statement = library.statement(tuple(definition.split(":")))  # type: ignore[arg-type]
        assert statement is not None
        bodies[exercise] = _body(statement.node)
    there = {_body(node) for path in INSIDE.rglob("*.py") for node in ast.walk(ast.parse(path.read_text()))
             if isinstance(node, ast.FunctionDef | ast.ClassDef)}  # fmt: skip
    assert [exercise for exercise, body in bodies.items() if body in there] == []


def _body(node: Any) -> str:
    body = [n for n in node.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
    return ast.dump(ast.Module(body, []))


def test_every_module_of_the_library_is_imported_there_and_nothing_is_borrowed_for_it() -> None:
    """What a lesson imports is there; a module that needed a reference to be imported could not be."""
    library = Library({"gradschool": library_folder()})
    path = [str(INSIDE), str(INSIDE / "lib"), *library_path()]
    code = (
        f"import sys, importlib\nsys.path[:] = {path!r}\n"
        f"for name in {sorted(library.modules)!r}: importlib.import_module(name)\n"
        "from gradschool.feedforward import activations\n"
        "import torch\ntry:\n    activations.softmax(torch.zeros(2))\nexcept RuntimeError as error:\n    print(error)\n"
    )
    shown = subprocess.run([sys.executable, "-s", "-c", code], capture_output=True, text=True, env=os.environ)
    assert "activations.softmax is not lent here" in shown.stdout, shown.stderr


def copied(tensor: torch.Tensor) -> torch.Tensor:
    """As an answer gets it: a copy, which keeps the order of the axes in memory, and no gaps."""
    return tensor.to(tensor.dtype, copy=True)


def same(one: Any, other: Any) -> bool:
    """Whether two arguments are the same, layout in memory included."""
    if isinstance(one, torch.Tensor):
        layouts = [[s for s, n in zip(t.stride(), t.shape, strict=True) if n > 1] for t in (one, other)]
        alike = one.dtype == other.dtype and one.shape == other.shape and layouts[0] == layouts[1]
        return alike and torch.equal(torch.nan_to_num(one), torch.nan_to_num(other))
    if isinstance(one, tuple | list):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return type(one) is type(other) and list(one) == list(other) and all(map(same, one.values(), other.values()))
    if isinstance(one, Made):
        return same(one.args, other.args)
    return bool(one == other) or one != one


@pytest.mark.parametrize("exercise", EVERY, ids=lambda e: e.id)
def test_what_is_handed_in_arrives_as_it_was(exercise: Exercise) -> None:
    question = catalogue.question(exercise.id)
    functions = vars(sys.modules[f"{catalogue.entry(exercise.id).module}:question"])
    drawn = Handed.drawn(question, 5)
    for case in [*drawn.all, drawn.first()]:
        arrived = unpack_values(pack_values(case.args), functions.__getitem__)
        assert same(map_tensors(arrived, copied, draw=False), map_tensors(case.args, copied, draw=False))


@pytest.mark.parametrize(
    "bad", [b"", b"\0\0\0\1", b"\0\0\0\4null" + b"x" * 9, b'\0\0\0\x0b["nothing"]', b"\0\0\0\2[]", b"\xff" * 40,
            pack_values([[1]])[:-1], (b"[" * 5000 + b"]" * 5000), b'\0\0\0\x0e["tensor", "0"]']
)  # fmt: skip
def test_bytes_that_are_no_values_are_refused(bad: bytes) -> None:
    with pytest.raises(ValueError):
        unpack_values(bad)


def test_a_case_that_is_no_data_is_refused() -> None:
    with pytest.raises(TypeError, match="no data"):
        pack_values((lambda x: x,))
    with pytest.raises(ValueError, match="read"):
        unpack_values(pack_values(Made(catalogue.entry, (1,))))  # a name that the question does not have
    assert unpack_values(pack_values({"g": [Chance(3), None, float("inf")]})) == {"g": [Chance(3), None, float("inf")]}


def evidence_of(exercise: Exercise, answer: Any) -> dict[Any, Any]:
    lent = {name: catalogue.find(name).reference for name in exercise.uses}
    return collect(exercise, answer, Handed.drawn(exercise, 3), Forbidden(), lent).arrays


def lent(exercise: Exercise) -> Any:
    return lending.made(loans()["bundles"][loans()["references"][exercise.id]], exercise.id)


@pytest.mark.parametrize(
    "exercise",
    [pytest.param(e, marks=[] if e in SAMPLE else [whole]) for e in EVERY if e.id in loans()["references"]],
    ids=lambda e: e.id,
)
def test_what_is_lent_is_the_reference(exercise: Exercise) -> None:
    found, expected = evidence_of(exercise, lent(exercise)), evidence_of(exercise, exercise.reference)
    assert found.keys() == expected.keys()
    assert all(np.array_equal(found[key], expected[key], equal_nan=True) for key in expected)


@pytest.mark.parametrize("exercise", [e for e in EVERY if e.uses], ids=lambda e: e.id)
def test_a_question_is_lent_what_it_uses_once_that_was_asked(exercise: Exercise) -> None:
    """Never what would answer the question itself, and never before."""
    step = Step("check", "c", exercise=exercise.id)
    for name in exercise.uses:
        asked = {"ask": "lend", "exercise": name}
        assert Serving(step, frozenset({exercise.id})).reply(asked) != REFUSED
        assert Serving(step, frozenset({exercise.id, name})).reply(asked) == REFUSED
    assert Serving(step, frozenset({exercise.id})).reply({"ask": "lend", "exercise": exercise.id}) == REFUSED


def test_a_helper_of_a_reference_is_lent_no_earlier() -> None:
    wanted = {"ask": "lend", "definition": "gradschool.recurrent.lstm:_gates"}
    step = Step("run", "a", "x = 1")
    assert Serving(step, frozenset({"lstm_cell"})).reply(wanted) == REFUSED
    assert Serving(step, frozenset({"softmax"})).reply(wanted) != REFUSED


def moved(*cells: str) -> list[Step]:
    return [Step("check" if cell[0] != "=" else "run", cell, exercise=cell.strip("=")) for cell in cells]


def test_a_question_waits_for_those_that_its_loans_would_answer() -> None:
    assert answered_by_loans("vae_step") >= {"reparameterize", "elbo_loss", "kl_divergence"}
    steps = moved("=a", "vae_step", "=b", "elbo_loss", "reparameterize", "=c", "kl_divergence", "=d")
    ordered = [step.cell for step in asked_first(steps)]
    assert ordered.index("vae_step") > max(map(ordered.index, ("elbo_loss", "reparameterize", "kl_divergence")))
    assert ordered.index("elbo_loss") > ordered.index("kl_divergence")
    assert [c for c in ordered if c[0] == "="] == ["=a", "=b", "=c", "=d"]
    as_it_stands = moved("reparameterize", "kl_divergence", "elbo_loss", "=x", "vae_step")
    assert asked_first(as_it_stands) == as_it_stands


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as found:
        yield found


def texts(outputs: list[dict[str, Any]]) -> str:
    return "".join(o.get("text", "") + o.get("evalue", "") for o in outputs)


def test_use_gives_ones_own_until_the_reference_may_be_lent(runner: Runner) -> None:
    setup = "import torch\nfrom autograder import check, progress, use"
    steps = [
        Step("run", "early", setup + "\nuse('relu')"),
        Step("run", "other", "print(use('sigmoid')(torch.zeros(1)))"),
        Step("run", "relu-answer", "def relu(z): return z"),
        Step("run", "own", "print(use('relu')(torch.tensor(-3.0)))\nprint(check('relu')); progress()"),
        Step("check", "relu", exercise="relu"),
        Step("run", "after", "print(use('relu')(torch.tensor(-3.0)))"),
        Step("run", "unknown", "use('reluu')"),
    ]
    shown = {r.cell: (r.status, texts(r.outputs)) for r in runner.run(steps)}
    assert shown["early"][0] == "error" and "relu is asked later" in shown["early"][1]
    assert "0.5" in shown["other"][1] and "the reference" in shown["other"][1]
    assert "relu: yours" in shown["own"][1] and "-3" in shown["own"][1] and "by the grader" in shown["own"][1]
    assert "relu: the reference" in shown["after"][1] and "0." in shown["after"][1]
    assert "Did you mean" in shown["unknown"][1]


def test_what_was_drawn_is_looked_at_outside(runner: Runner) -> None:
    """An answer that has the looks at chance say what it likes gains nothing."""
    forging = (
        "import sys, torch\n"
        "def he_normal(shape, generator):\n"
        "    for name in ('autograder.exercises.feedforward.he_normal:question', 'autograder.spec.chance'):\n"
        "        vars(sys.modules[name])['related'] = lambda *rows: False\n"
        "        vars(sys.modules[name])['look'] = lambda *seen: {}\n"
        "    return torch.randn(shape[0], 1, generator=generator).expand(shape[0], shape[1]) * (2 / shape[1]) ** 0.5\n"
    )
    _, checked = runner.run([Step("run", "a", forging), Step("check", "b", exercise="he_normal", seed=4)])
    question = catalogue.find("he_normal")
    evidence = unpack(checked.evidence)
    assert evidence.drawn and not any("know" in key.output.name for key in evidence.arrays)
    conclude(evidence, question, question.drawn(4).all)
    related = [array for key, array in evidence.arrays.items() if key.output.name == "inputs know of each other"]
    assert related and all(bool(array) for array in related)


def test_conclusions_that_come_ready_made_do_not_count() -> None:
    question = catalogue.find("he_normal")
    handed = Handed.drawn(question, 4)
    ready = unpack(pack(collect(question, question.reference, handed, Forbidden(), {})))
    assert ready.arrays and not ready.drawn
    conclude(ready, question, handed.all)
    assert not ready.arrays


def test_hidden_where_packages_are_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our packages among installed ones are covered: what is right lies there."""
    from autograder.sandbox import bubblewrap

    site = tmp_path / "site-packages"
    ours = [site / "autograder", site / "gradschool"]
    monkeypatch.setattr(bubblewrap, "our_packages", lambda: ours)
    assert bubblewrap._exposed([site]) == ours


def test_a_tree_that_nobody_has_used_for_long_is_taken_away(tmp_path: Path) -> None:
    for name, days in (("in-use", 1), ("old", 40)):
        (tmp_path / name / "inside").mkdir(parents=True)
        then = time.time() - days * 24 * 3600
        os.utime(tmp_path / name, (then, then))
    _forget_old(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["in-use"]
